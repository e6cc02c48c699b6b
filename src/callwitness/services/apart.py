"""A process beside the worker that does one task after another: what crashes or hangs in it harms nobody else.

It knows no database; tasks and answers go through a pipe. It ends when whoever started it does.
"""

from __future__ import annotations

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, ClassVar, Final, Generic, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_NICE: Final = 10
_IDLE_S: Final = 60.0
"""A process that has nothing to do so long is ended: it holds models in memory."""


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer. why: the process died or hung over its task, or the task failed as a whole."""

    why: str


@dataclass(slots=True)
class Apart(ABC, Generic[Task, Answer]):
    """At most one process, with at most one task. died, hung: what is said of a task that had no answer."""

    died: ClassVar[str]
    hung: ClassVar[str]

    _process: BaseProcess | None = None
    _pipe: Connection | None = None
    _until: float | None = None
    _idle_since: float = field(default_factory=time.monotonic)

    @abstractmethod
    def _target(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        """What the process runs: a function of a module that takes the pipe, and what else it takes."""

    def hand_over(self, task: Task, seconds: float) -> None:
        """Begin a task, which hangs when it takes longer than this."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None  # noqa: S101 started above
        self._until = time.monotonic() + seconds
        try:
            self._pipe.send(task)
        except OSError:
            self.end()
            self._until = 0.0  # look() tells that it was lost

    def look(self, wait_s: float = 0.0) -> Answer | Lost | None:
        """What came of the task; None while it is under way, or when there is none."""
        if self._until is None:
            return None
        try:
            if self._pipe is not None and self._pipe.poll(wait_s):
                answer: Answer = self._pipe.recv()
                self._until, self._idle_since = None, time.monotonic()
                return answer
        except (EOFError, OSError):
            self.end()
            return Lost(self.died)
        if self._pipe is None or time.monotonic() > self._until:
            why = self.died if self._pipe is None else self.hung
            self.end()
            return Lost(why)
        return None

    def rest(self) -> None:
        """Nothing is to be done; after a while the process is ended."""
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
        run, more = self._target()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        name = type(self).__name__.lower()
        self._process = context.Process(target=run, args=(theirs, *more), name=name, daemon=True)
        self._process.start()
        theirs.close()


def serve(pipe: Connection, work: Callable[[Any], object]) -> None:
    """In the process: task after task, with low priority, until the other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    with suppress(EOFError, OSError):
        while True:
            pipe.send(work(pipe.recv()))
