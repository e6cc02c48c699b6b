"""What a worker process does with one recording, one line, a few recordings. Arguments and results travel between processes."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from callwitness.audio.decode import Unreadable
from callwitness.audio.heard import Heard
from callwitness.audio.hearing import decide, listen_to
from callwitness.audio.library import Library
from callwitness.audio.line import Lesson, Line, alone
from callwitness.audio.trace import Trace, load_print
from callwitness.domain.errors import CallwitnessError
from callwitness.services.listening.groups import Traced, groups

_UNTAUGHT: Final = "What its line plays could not be learned; the recording was heard alone."


@dataclass(frozen=True, slots=True)
class Task:
    """A recording to measure, and where its trace is spilled."""

    file: str
    path: Path
    trace: Path


@dataclass(frozen=True, slots=True)
class Refused:
    """A recording that cannot be read, and a sentence why."""

    file: str
    problem: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A folder that cannot be used: nothing can go on."""

    why: str


@dataclass(frozen=True, slots=True)
class Class:
    """A line and its recordings in order. library: folder of the libraries, if what is learned is kept; today: its date."""

    line: str
    recordings: tuple[Traced, ...]
    causal: bool
    library: Path | None
    today: date


@dataclass(frozen=True, slots=True)
class Part:
    """Recordings to decide. taught: they should have a lesson by now."""

    recordings: tuple[Traced, ...]
    taught: bool


def hear(task: Task) -> Traced | Refused | Trouble:
    """Pass 1: measure a recording and spill its trace."""
    try:
        trace = listen_to(task.path)
        with task.path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except Unreadable as problem:
        return Refused(task.file, str(problem))
    except OSError as problem:
        return Refused(task.file, f"The file cannot be read: {problem.strerror}.")
    try:
        trace.save(task.trace)
    except OSError as problem:
        return _no_room(task.trace, problem)
    return Traced(task.file, task.trace, trace.duration_s, digest)


def teach(lesson: Class) -> Trouble | None:
    """Between the passes: a line's recordings teach each other; every lesson is laid beside its trace."""
    parts = list(groups(lesson.recordings))
    try:
        library = _library(lesson, len(parts))
        for part in parts:
            line = Line({each.file: load_print(each.trace) for each in part}, library, causal=lesson.causal)
            for each in part:
                _beside(each.trace).write_bytes(pickle.dumps(line.lessons[each.file]))
            if library is not None:
                library.learn(_Traces(part), line, lesson.today)
        if library is not None and lesson.library is not None:
            library.save()
    except OSError as problem:
        return _no_room(lesson.recordings[0].trace, problem)
    except CallwitnessError as problem:
        return Trouble(str(problem))
    return None


def decide_part(part: Part) -> list[Heard]:
    """Pass 2: decide some recordings."""
    told = []
    for each in part.recordings:
        trace = Trace.load(each.trace)
        lesson = _lesson(each.trace)
        heard = decide(each.file, trace, lesson or alone(trace.heard))
        if part.taught and lesson is None:
            heard = replace(heard, problem=" ".join(filter(None, (heard.problem, _UNTAUGHT))))
        told.append(heard)
    return told


def _library(lesson: Class, parts: int) -> Library | None:
    """The one on disk; for a line of several groups one that is forgotten after the run; else none is needed."""
    if lesson.library is not None:
        return Library.open(lesson.library, lesson.line)
    return Library(lesson.recordings[0].trace.parent, lesson.line) if parts > 1 else None


def _beside(trace: Path) -> Path:
    return trace.with_suffix(".lesson")


def _lesson(trace: Path) -> Lesson | None:
    try:
        found = pickle.loads(_beside(trace).read_bytes())  # noqa: S301 written by this very run
    except FileNotFoundError:
        return None
    return found if isinstance(found, Lesson) else None


def _no_room(place: Path, problem: OSError) -> Trouble:
    return Trouble(
        f"{place.parent}: no room for what must wait: {problem.strerror}; name a larger folder in the variable TMPDIR"
    )


class _Traces(Mapping[str, Trace]):
    """Traces of a group, loaded one at a time: all of them need not fit into memory."""

    def __init__(self, recordings: Sequence[Traced]) -> None:
        self._places = {each.file: each.trace for each in recordings}

    def __getitem__(self, file: str) -> Trace:
        return Trace.load(self._places[file])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
