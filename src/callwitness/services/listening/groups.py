"""Which recordings teach which: those of one line, copies left out, in groups that memory can hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GROUP_S: Final = 24 * 3600.0
"""Seconds of sound that are compared at once, one recording at least. A library carries on from group to group."""

_CHUNK: Final = 16
"""Recordings that one process decides before it asks for more."""


@dataclass(frozen=True, slots=True)
class Traced:
    """A recording that was measured. sha256 tells a copy from another recording that sounds alike."""

    file: str
    trace: Path
    duration_s: float
    sha256: str


def originals(traced: Sequence[Traced], line_of: Mapping[str, str]) -> dict[str, str]:
    """Name -> name of the recording whose facts it shares: itself, or the first of its line with the very same bytes.

    A copy is no second recording: it would make all its live speech known.
    """
    first: dict[tuple[str, str], str] = {}
    for each in sorted(traced, key=lambda each: each.file):
        first.setdefault((line_of[each.file], each.sha256), each.file)
    return {each.file: first[line_of[each.file], each.sha256] for each in traced}


def by_line(traced: Sequence[Traced], line_of: Mapping[str, str]) -> dict[str, list[Traced]]:
    """Recordings of every line by name; lines in the order in which they first appear."""
    lines: dict[str, list[Traced]] = {}
    for each in traced:
        lines.setdefault(line_of[each.file], []).append(each)
    return {line: sorted(own, key=lambda each: each.file) for line, own in lines.items()}


def groups(recordings: Sequence[Traced]) -> Iterator[list[Traced]]:
    """The recordings of a line, in order, cut where one more would be too much."""
    group: list[Traced] = []
    total = 0.0
    for each in recordings:
        if group and total + each.duration_s > GROUP_S:
            yield group
            group, total = [], 0.0
        group.append(each)
        total += each.duration_s
    if group:
        yield group


def chunks(recordings: Sequence[Traced]) -> Iterator[tuple[Traced, ...]]:
    """Recordings in the parts that processes take."""
    for begin in range(0, len(recordings), _CHUNK):
        yield tuple(recordings[begin : begin + _CHUNK])
