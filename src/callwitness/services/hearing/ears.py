"""The process that listens: apart from the worker, so that a broken file harms nobody and long ones hold nobody up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar, Final

from callwitness.audio.heard import Heard
from callwitness.services.apart import Apart, Lost, serve

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


class Ears(Apart[Task, Outcome | Lost]):
    """Hears one task at a time."""

    died: ClassVar[str] = "the process that listens died"
    hung: ClassVar[str] = "listening took too long"

    def begin(self, task: Task, seconds: float) -> None:
        """Hand over a task; seconds: how long its recordings play."""
        self.hand_over(task, _LEAST_S + seconds / _SLOWEST)

    def _target(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        return _listen, ()


def _listen(pipe: Connection) -> None:
    """The process."""
    from callwitness.services.hearing.listening import hear  # noqa: PLC0415 what listens is loaded here alone

    def heard(task: Task) -> Outcome | Lost:
        try:
            return hear(task)
        except Exception as problem:  # noqa: BLE001 whatever it is, it is told
            return Lost(f"{type(problem).__name__}: {problem}")

    serve(pipe, heard)
