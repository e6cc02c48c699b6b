"""Processes that ``callwitness up`` starts, watches, starts again when they die, and ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

CHILD: Final = "CALLWITNESS_CHILD"
"""Set for children: they end when their standard input does, however this process dies."""
USAGE: Final = 2
"""Exit code of a child that no new start can help."""
_STEADY_S: Final = 2.0
"""A process that dies sooner after its start dies again, most likely: it is started ever more seldom."""
_LONGEST_S: Final = 30.0
_END_S: Final = 20.0
_log: Final = logging.getLogger("callwitness.up")


@dataclass(slots=True)
class Child:
    """One process. arguments: behind ``callwitness``. deaths: in a row, without a steady while between."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start it, with a pipe that closes when we die."""
        self.process = subprocess.Popen(  # noqa: S603 our own command
            [sys.executable, "-m", "callwitness", *self.arguments],
            stdin=subprocess.PIPE,
            env={**os.environ, CHILD: "1"},
            start_new_session=True,  # Ctrl-C is ours to pass on, once
        )
        self.started = time.monotonic()

    def look(self) -> int | None:
        """Start it when it is due; the exit code when it has just died."""
        if self.process is None:
            if time.monotonic() >= self.start_at:
                self.start()
            return None
        code = self.process.poll()
        if code is None:
            return None
        self.process = None
        self.deaths = 1 if time.monotonic() - self.started > _STEADY_S else self.deaths + 1
        pause = min(0.1 * 2.0 ** (self.deaths - 1), _LONGEST_S)
        self.start_at = time.monotonic() + pause
        _log.warning("%s ended with %s, starting again in %.1f s", self.name, code, pause)
        return code


def keep_running(children: Sequence[Child], stop: threading.Event) -> int:
    """Until ``stop`` is set: 0. Until a child says that its settings are wrong: its exit code."""
    try:
        while not stop.is_set():
            for child in children:
                if child.look() == USAGE:
                    return USAGE
            stop.wait(0.1)
        return 0
    finally:
        end(children)


def end(children: Sequence[Child]) -> None:
    """Ask all to end, wait for them, and kill those that do not."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.send_signal(signal.SIGTERM)
    until = time.monotonic() + _END_S
    for process in running:
        try:
            process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _log.warning("process %s does not end; killed", process.pid)
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()
