"""Hearing many recordings: two passes in worker processes, with what must wait in a temporary folder.

Pass 1 measures every recording by itself and spills its trace. Then the recordings of a line teach each other what the line
plays again and again, and pass 2 decides each of them. Memory holds names and facts, not sound. What comes out depends on
the set of files and the library, not on the order of files, the number of processes or their pace.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, Literal, TypeAlias

from callwitness.audio.heard import Heard
from callwitness.audio.library import Library
from callwitness.domain.errors import UsageError
from callwitness.services.listening.ahead import Ahead
from callwitness.services.listening.gather import Input
from callwitness.services.listening.groups import Traced, by_line, chunks, originals
from callwitness.services.listening.passes import (
    Class,
    Part,
    Refused,
    Task,
    Trouble,
    decide_part,
    hear,
    teach,
)
from callwitness.services.listening.pool import Lost, Pool

Teachers: TypeAlias = Literal["all", "earlier", "none"]

HANGS_S: Final = 3600.0
"""Twelve hours of sound are heard in minutes; what takes an hour never ends."""

_BYTES_A_PROCESS: Final = 4 << 20
"""Less than this is heard before another process has started."""


@dataclass(frozen=True, slots=True)
class Learning:
    """Who teaches: all recordings of a line, the earlier ones by name, or none. library: where what is learned is kept;
    today: the date it is learned on.
    """

    teachers: Teachers = "all"
    library: Path | None = None
    today: date = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a pass is. done: 0..1. recordings, heard_s: recordings and seconds of sound that are through."""

    stage: Literal["listen", "learn", "decide", "copy"]
    recordings: int
    heard_s: float
    done: float


Told: TypeAlias = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Progress for whoever does not want to know."""


def listen(
    inputs: Sequence[Input],
    line_of: Mapping[str, str],
    learning: Learning | None = None,
    progress: Told = silent,
    pool: Pool | None = None,
) -> Iterator[Heard]:
    """Facts of every input, in their order. line_of: name of an input -> its line. pool: where it is wanted afterwards.

    Raises ``UsageError`` when a library cannot be used or the temporary folder cannot hold the traces.
    """
    learning = learning or Learning()
    if pool is None:
        with Pool(processes(inputs)) as own:
            yield from listen(inputs, line_of, learning, progress, own)
        return
    if learning.library is not None:
        for line in set(line_of.values()):
            Library.open(learning.library, line)  # said before, not after hours of work
    with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
        yield from _Run(inputs, line_of, learning, progress, pool, Path(folder)).heard()


def processes(inputs: Sequence[Input]) -> int:
    """As many as there are cores, fewer for little work."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    size = sum(_size(each) for each in inputs)
    return max(1, min(cores, len(inputs), 1 + size // _BYTES_A_PROCESS))


def _size(one: Input) -> int:
    try:
        return one.path.stat().st_size
    except OSError:
        return 0


class _Run:
    """One run over a set of recordings."""

    def __init__(
        self,
        inputs: Sequence[Input],
        line_of: Mapping[str, str],
        learning: Learning,
        progress: Told,
        pool: Pool,
        folder: Path,
    ) -> None:
        self._order = [each.file for each in inputs]
        self._inputs = {each.file: each for each in inputs}
        self._line_of, self._learning = line_of, learning
        self._progress, self._pool, self._folder = progress, pool, folder

    def heard(self) -> Iterator[Heard]:
        """Facts in the order of the inputs, each as soon as those before it are known, and none kept for longer."""
        told: dict[str, Heard] = {}
        left = Counter(self._order)
        at = 0
        for heard in self._all():
            told[heard.file] = heard
            while at < len(self._order) and (name := self._order[at]) in told:
                left[name] -= 1
                yield told[name] if left[name] else told.pop(name)
                at += 1

    def _all(self) -> Iterator[Heard]:
        traced: dict[str, Traced] = {}
        for result in self._measured():
            if isinstance(result, Traced):
                traced[result.file] = result
            else:
                yield Heard(result.file, "unreadable", problem=result.problem)
        original = originals(list(traced.values()), self._line_of)
        copies: dict[str, list[str]] = {}
        for file in self._inputs:
            if file in original:
                copies.setdefault(original[file], []).append(file)
        own = [traced[file] for file in copies]
        if self._learning.teachers != "none":
            self._taught(own)
        for heard in self._decided(own):
            yield from (replace(heard, file=file) for file in copies[heard.file])

    def _measured(self) -> Iterator[Traced | Refused]:
        """Pass 1, in any order."""
        tasks = [
            Task(each.file, each.path.absolute(), self._folder / f"{number}.npz")
            for number, each in enumerate(self._inputs.values())
        ]
        sizes = {name: _size(each) for name, each in self._inputs.items()}
        ahead = Ahead((each.path, sizes[name]) for name, each in self._inputs.items())
        heard_s = 0.0
        for number, (task, result) in enumerate(self._pool.each(hear, tasks, HANGS_S), 1):
            if isinstance(result, Trouble):
                raise UsageError(result.why)
            seconds = result.duration_s if isinstance(result, Traced) else 0.0
            heard_s += seconds
            ahead.take(task.path, sizes[task.file], seconds)
            self._progress(Progress("listen", number, heard_s, ahead.done()))
            yield Refused(task.file, _not_heard(result)) if isinstance(result, Lost) else result

    def _taught(self, recordings: Sequence[Traced]) -> None:
        """Lessons for the second pass. A line whose process went down has none: its recordings are heard alone and say so."""
        learning = self._learning
        causal = learning.teachers == "earlier"
        classes = [
            Class(line, tuple(own), causal, learning.library, learning.today)
            for line, own in by_line(recordings, self._line_of).items()
        ]
        whole = sum(each.duration_s for each in recordings) or 1.0
        number, heard_s = 0, 0.0
        for done, result in self._pool.each(teach, classes):
            if isinstance(result, Trouble):
                raise UsageError(result.why)
            number += len(done.recordings)
            heard_s += sum(each.duration_s for each in done.recordings)
            self._progress(Progress("learn", number, heard_s, heard_s / whole))

    def _decided(self, recordings: Sequence[Traced]) -> Iterator[Heard]:
        """Pass 2. Where a process went down, the recordings of its part are tried one by one: one costs no other."""
        whole = sum(each.duration_s for each in recordings) or 1.0
        taught = self._learning.teachers != "none"
        parts = [Part(chunk, taught) for chunk in chunks(recordings)]
        number, heard_s = 0, 0.0
        while parts:
            again: list[Part] = []
            for part, result in self._pool.each(decide_part, parts, HANGS_S):
                own = part.recordings
                if isinstance(result, Lost) and len(own) > 1:
                    again += [replace(part, recordings=(each,)) for each in own]
                    continue
                number += len(own)
                heard_s += sum(each.duration_s for each in own)
                self._progress(Progress("decide", number, heard_s, heard_s / whole))
                if isinstance(result, Lost):
                    yield Heard(own[0].file, "unreadable", problem=_not_heard(result))
                else:
                    yield from result
            parts = again


def _not_heard(lost: Lost[Task] | Lost[Part]) -> str:
    return f"The recording could not be heard: {lost.why}."
