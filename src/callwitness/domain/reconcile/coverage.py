"""What a source sees: directions, lines, first to last moment, less its silences.

Declared by the user, else what it shows: a line counts as seen by a source when it tells calls of it, of a
line that the learned map joins to it, or calls that were matched with calls of it. The ends are drawn in by
the tolerance: at the very edge of a file a call of the other side may have just missed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from callwitness.domain.reconcile.columns import Codes, Ints, Mask
from callwitness.domain.rules import Coverage

FEW_CALLS: Final = 3
"""A line with fewer calls says nothing about a source that tells no lines."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """Facts about calls that coverage asks for, row by row. line: family code; at: ms, reference clock."""

    at: Ints
    line: Codes
    outbound: Mask


@dataclass(frozen=True, slots=True)
class SourceCoverage:
    """What one source covers. lines: sorted family codes, None = every line. start, end: ms, reference clock.

    silences: (from, to) rows in ms, sorted.
    """

    lines: Codes | None
    directions: frozenset[str]
    start: int
    end: int
    silences: Ints

    def sees_direction(self, calls: CallFacts) -> Mask:
        """Whether calls of this direction are told."""
        return np.where(calls.outbound, "outbound" in self.directions, "inbound" in self.directions)

    def sees_line(self, calls: CallFacts) -> Mask:
        """Whether the call's line is told; unknown lines are."""
        if self.lines is None:
            return np.ones(len(calls.line), bool)
        seen: Mask = (calls.line == 0) | np.isin(calls.line, self.lines)
        return seen

    def sees_time(self, calls: CallFacts) -> Mask:
        """Whether the moment lies inside, and in no silence."""
        seen: Mask = (calls.at >= self.start) & (calls.at <= self.end)
        if len(self.silences):
            i = np.searchsorted(self.silences[:, 0], calls.at, side="right") - 1
            seen &= ~((i >= 0) & (calls.at < self.silences[np.maximum(i, 0), 1]))
        return seen

    def covers(self, calls: CallFacts) -> Mask:
        """All three."""
        return self.sees_direction(calls) & self.sees_line(calls) & self.sees_time(calls)


def line_families(codes: int, joined: list[tuple[Codes, Codes]]) -> Codes:
    """Lines that are one line under different names: family code of each line code (0 stays 0)."""
    family = list(range(codes))

    def head(code: int) -> int:
        while family[code] != code:
            family[code] = family[family[code]]
            code = family[code]
        return code

    for left, right in joined:
        for a, b in zip(left.tolist(), right.tolist(), strict=True):
            low, high = sorted((head(a), head(b)))
            family[high] = low
    return np.array([head(code) for code in range(codes)], np.int32)


@dataclass(frozen=True, slots=True)
class Seen:
    """What one source shows. lines: family codes of its own calls; matched_lines: of calls matched with it.

    rare_lines: lines of others with too few calls to judge. own_starts: ms on the reference clock, sorted.
    """

    lines: Codes
    matched_lines: Codes
    rare_lines: Codes
    tells_lines: bool
    merges_lines: bool
    directions: frozenset[str]
    own_starts: Ints


def coverage_of(
    seen: Seen, declared: Coverage, families: Mapping[str, int], shrink_ms: int, silences: Ints
) -> SourceCoverage:
    """Declared coverage where there is some, else what the source shows. families: line text -> family code."""
    lines: Codes | None
    if declared.lines is not None:
        lines = np.array(sorted({families[text] for text in declared.lines if text in families}), np.int32)
    elif seen.merges_lines:
        lines = None
    else:
        own = seen.lines if seen.tells_lines else seen.rare_lines
        lines = np.union1d(own, seen.matched_lines).astype(np.int32)
        lines = lines[lines != 0]
        lines = lines if len(lines) else None
    first, last = (int(seen.own_starts[0]), int(seen.own_starts[-1])) if len(seen.own_starts) else (1, 0)
    return SourceCoverage(
        lines=lines,
        directions=declared.directions if declared.directions is not None else seen.directions,
        start=declared.start if declared.start is not None else first + shrink_ms,
        end=declared.end if declared.end is not None else last - shrink_ms,
        silences=silences,
    )
