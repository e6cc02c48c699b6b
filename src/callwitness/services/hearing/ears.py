"""The process that listens: apart from the worker, so that a broken file harms nobody and long ones hold nobody up.

It knows no database. It is told what to hear and answers with facts; it ends when whoever started it does.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from callwitness.audio.heard import Heard

_NICE: Final = 10
_IDLE_S: Final = 60.0
"""A process that has nothing to hear so long is ended: it holds models in memory."""
_LEAST_S: Final = 120.0
_SLOWEST: Final = 10.0
"""A batch may take two minutes, and a tenth of its own length; whatever takes longer hangs."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person said about a piece of the library."""

    ident: str
    name: str
    counts_as_answer: bool
    forget: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A piece of the library as it stands."""

    ident: str
    name: str
    kind: str
    duration_s: float
    heard_in: int
    first_heard: date | None
    last_heard: date | None
    counts_as_answer: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stretch of a file (s) of which a person said that it is recorded. greeting: by an operator, so that it is an answer."""

    file: str
    begin_s: float
    end_s: float
    greeting: bool


@dataclass(frozen=True, slots=True)
class Task:
    """files: (name, path), names in order of time; folder: of the workspace's libraries; today: what ages is measured by it."""

    files: Sequence[tuple[str, Path]]
    folder: Path
    line: str
    today: date
    wishes: Sequence[Wish] = ()
    recorded: Sequence[Recorded] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """heard: by name of file. places: pieces that sound in it, (ident, from, to in seconds).

    pieces: the whole library of the line after that, None where it could not be read or written; trouble: why, for the log.
    """

    heard: dict[str, Heard]
    places: dict[str, list[tuple[str, float, float]]]
    pieces: list[Known] | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """The process died or hung over its task, or the task failed as a whole. why: for the log."""

    why: str


@dataclass(slots=True)
class Ears:
    """At most one process, with at most one task."""

    _process: BaseProcess | None = None
    _pipe: Connection | None = None
    _until: float | None = None
    _idle_since: float = field(default_factory=time.monotonic)

    @property
    def busy(self) -> bool:
        """A task is under way."""
        return self._until is not None

    def begin(self, task: Task, seconds: float) -> None:
        """Hand over a task; seconds: how long its recordings play."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None  # noqa: S101 started above
        self._until = time.monotonic() + _LEAST_S + seconds / _SLOWEST
        try:
            self._pipe.send(task)
        except OSError:
            self.end()
            self._until = 0.0  # look() tells that it was lost

    def look(self, wait_s: float = 0.0) -> Outcome | Lost | None:
        """What came of the task; None while it is under way."""
        if self._until is None:
            return None
        try:
            if self._pipe is not None and self._pipe.poll(wait_s):
                answer = self._pipe.recv()
                self._until, self._idle_since = None, time.monotonic()
                return answer if isinstance(answer, Outcome) else Lost(str(answer))
        except (EOFError, OSError):
            self.end()
            return Lost("the process that listens died")
        if self._pipe is None or time.monotonic() > self._until:
            self.end()
            return Lost("listening took too long")
        return None

    def rest(self) -> None:
        """Nothing is to be heard; after a while the process is ended."""
        if self._process is not None and time.monotonic() - self._idle_since > _IDLE_S:
            self.end()

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = self._until = None

    def _start(self) -> None:
        self.end()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_listen, args=(theirs,), name="ears", daemon=True)
        self._process.start()
        theirs.close()


def _listen(pipe: Connection) -> None:
    """The process: task after task until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    from callwitness.services.hearing.listening import hear  # noqa: PLC0415 what listens is loaded here alone

    while True:
        try:
            task = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Outcome | str = hear(task)
        except Exception as problem:  # noqa: BLE001 whatever it is, it is told
            answer = f"{type(problem).__name__}: {problem}"
        try:
            pipe.send(answer)
        except OSError:
            return
