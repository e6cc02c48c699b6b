"""A real server before a real inbox, and a client that speaks plain HTTP and remembers what was acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

TOKEN, SIGNED, SECRET = "token-of-the-tests", "token-of-signed", "secret of the tests"
WAIT_S = 60


def ledger(folder: Path) -> None:
    """A ledger of two sources: one takes anything, one what is signed."""
    with closing(sqlite3.connect(folder / "ledger")) as made, made:
        made.execute(
            "CREATE TABLE ledger_source (id INTEGER PRIMARY KEY, hook_token TEXT, hook_secret TEXT, enabled BOOLEAN)"
        )
        made.execute("INSERT INTO ledger_source VALUES (1, ?, '', 1), (2, ?, ?, 1)", (TOKEN, SIGNED, SECRET))


@dataclass
class Server:
    """A running server. kill: as a power cut would, the worker and whoever minds it."""

    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """SIGKILL to the whole group, which is ours alone."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(WAIT_S)


@contextmanager
def serving(folder: Path, **environment: str) -> Iterator[Server]:
    """The door on a free port of this machine, stopped at the end whatever happened."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port),
               "--no-log", "callwitness.web.hooks.tests.served:app"]  # fmt: skip
    process = subprocess.Popen(
        command, env={**os.environ, "HOOKS_FOLDER": str(folder), **environment}, start_new_session=True
    )
    server = Server(port, process)
    try:
        _until_it_listens(server)
        yield server
        if process.poll() is None:
            process.terminate()
            process.wait(WAIT_S)
    finally:
        if process.poll() is None:
            server.kill()


def _until_it_listens(server: Server) -> None:
    begun = time.monotonic()
    while True:
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        except OSError:
            if server.process.poll() is not None or time.monotonic() - begun > WAIT_S:
                raise RuntimeError("the server did not start") from None
            time.sleep(0.05)
        else:
            return


@dataclass
class Client:
    """Sends requests over connections that stay open. status: of each answer, by the name of its request.

    enough: set when so many are answered as goal says.
    """

    port: int
    goal: int = 0
    status: dict[str, int] = field(default_factory=dict)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, requests: list[tuple[str, bytes]], connections: int) -> None:
        """All requests, each once, until done or the server is gone."""
        waiting = iter(requests)
        await asyncio.gather(*(self._one_after_another(waiting) for _ in range(connections)))

    async def _one_after_another(self, waiting: Iterator[tuple[str, bytes]]) -> None:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return
        try:
            for name, request in waiting:
                writer.write(request)
                self.status[name] = await answer_of(reader)
                if len(self.status) >= self.goal:
                    self.enough.set()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()


async def answer_of(reader: asyncio.StreamReader) -> int:
    """Status of one answer, its text read to the end."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])


def post(body: bytes, token: str = TOKEN, length: int | None = None, **headers: str) -> bytes:
    """One request as bytes."""
    told = {"host": "localhost", "content-type": "application/json",
            "content-length": str(len(body) if length is None else length)} | headers  # fmt: skip
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in told.items())
    return f"POST /hooks/{token} HTTP/1.1\r\n{head}\r\n".encode() + body
