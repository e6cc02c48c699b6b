"""A whole installation in a folder of its own: the command as people start it, always stopped, and its ledger."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAIT_S = 90
COMMAND = [sys.executable, "-m", "callwitness"]


@dataclass
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Installation:
    """One data folder. settings: variables without CALLWITNESS_."""

    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CALLWITNESS_")}
        own = {"DATA": str(self.data), "PORT": str(self.port), **self.settings}
        return kept | {f"CALLWITNESS_{name}": value for name, value in own.items()}

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        done = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def ask(self, program: str) -> Any:
        """What a few lines inside the ledger print, as JSON."""
        lines = "from callwitness.config.startup import setup, migrate; migrate(setup(level='error'))\nimport json\n"
        done = subprocess.run(
            [sys.executable, "-c", lines + program],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @contextmanager
    def started(self, *arguments: str) -> Iterator[Process]:
        """A command that keeps running."""
        log = self.data.parent / f"{self.data.name}-{arguments[0]}-{time.monotonic_ns()}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*COMMAND, *arguments],
                env=self.environment,
                stdout=file,
                stderr=file,
                stdin=subprocess.DEVNULL,
            )
        try:
            yield Process(process, log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def get(self, path: str, **headers: str) -> Answer:
        """One request; 0 when nobody answers."""
        return send(urllib.request.Request(self.url + path, headers=headers))  # noqa: S310 our own server

    def post(self, path: str, body: bytes, **headers: str) -> Answer:
        request = urllib.request.Request(self.url + path, body, headers, method="POST")  # noqa: S310 our own server
        return send(request)

    def well(self, process: Process) -> None:
        """Wait until the health page says that all is."""

        def answered() -> bool:
            assert process.process.poll() is None, process.said
            return self.get("/health/").status == 200

        until(answered, lambda: self.get("/health/").text + process.said)


@dataclass
class Process:
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def children(self) -> dict[str, int]:
        """``web`` and ``worker`` of an ``up``, by process id."""
        found: dict[str, int] = {}
        for pid in children_of(self.pid):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            found |= {name: pid for name in ("web", "worker") if name.encode() in words}
        return found


def send(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 our own server
            return Answer(response.status, response.read().decode(), dict(response.headers))
    except urllib.error.HTTPError as problem:
        return Answer(problem.code, problem.read().decode(), dict(problem.headers))
    except OSError as problem:
        return Answer(0, str(problem), {})


def children_of(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
        if parent == pid:
            found.append(int(path.parent.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], bool], why: Callable[[], str] = str, wait_s: float = WAIT_S) -> None:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < wait_s, why()
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
