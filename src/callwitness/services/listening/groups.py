"""Which recordings teach which: those of one line, in groups that memory can hold.

A line of any size is cut into groups of neighbours by name. Each group also learns from the group before it, so that what a
line plays does not have to be learned anew where a group begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GROUP_S: Final = 24 * 3600.0
"""Seconds of sound in a group at most, one recording at least."""

_CHUNK: Final = 24
"""Recordings that one process decides one after another, once it holds their line."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A recording that was measured. sha256 tells a copy from another recording that sounds alike."""

    file: str
    trace: Path
    duration_s: float
    sha256: str


@dataclass(frozen=True, slots=True)
class Group:
    """Recordings of one line that are decided together. taught_by: those that teach them, in order of their names."""

    line: str
    members: tuple[Traced, ...]
    taught_by: tuple[Traced, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a group for one process. group: the file that holds it."""

    group: Path
    files: tuple[str, ...]


def originals(traced: Sequence[Traced], line_of: Mapping[str, str]) -> dict[str, str]:
    """Name -> name of the recording whose facts it shares: itself, or the first of its line with the very same bytes.

    A copy is no second recording: it would make all its live speech known.
    """
    first: dict[tuple[str, str], str] = {}
    for each in sorted(traced, key=lambda each: each.file):
        first.setdefault((line_of[each.file], each.sha256), each.file)
    return {each.file: first[line_of[each.file], each.sha256] for each in traced}


def groups(traced: Sequence[Traced], line_of: Mapping[str, str]) -> list[Group]:
    """Groups of all lines, copies left out; lines in the order in which they first appear in ``traced``."""
    own = originals(traced, line_of)
    by_line: dict[str, list[Traced]] = {}
    for each in traced:
        if own[each.file] == each.file:
            by_line.setdefault(line_of[each.file], []).append(each)
    made: list[Group] = []
    for line, recordings in by_line.items():
        before: tuple[Traced, ...] = ()
        for members in _cut(sorted(recordings, key=lambda each: each.file)):
            made.append(Group(line, members, (*before, *members)))
            before = members
    return made


def _cut(recordings: Sequence[Traced]) -> Iterator[tuple[Traced, ...]]:
    part: list[Traced] = []
    total = 0.0
    for each in recordings:
        if part and total + each.duration_s > GROUP_S:
            yield tuple(part)
            part, total = [], 0.0
        part.append(each)
        total += each.duration_s
    if part:
        yield tuple(part)


def chunks(group: Group, place: Path) -> Iterator[Chunk]:
    """A group in the parts that processes take."""
    files = [member.file for member in group.members]
    for begin in range(0, len(files), _CHUNK):
        yield Chunk(place, tuple(files[begin : begin + _CHUNK]))
