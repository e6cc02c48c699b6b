"""How each call stands after matching: matched, unmatched, told twice, or excluded and why; and who is missing.

A call that no other source told is only ``unmatched`` if some other source covers its direction, line and time.
Otherwise it is excluded with the reason that came nearest to coverage. Silences count as not covered, so a source
that stops for an hour does not make a hundred calls that never arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.domain.reconcile.columns import Codes, Ints, Mask
from callwitness.domain.reconcile.coverage import (
    FEW_CALLS,
    CallFacts,
    Seen,
    SourceCoverage,
    coverage_of,
    line_families,
)
from callwitness.domain.reconcile.lines import LineMap
from callwitness.domain.reconcile.prepare import Prepared
from callwitness.domain.reconcile.result import MISSING_SCHEMA
from callwitness.domain.reconcile.silences import SILENCES_SCHEMA, find_silences
from callwitness.domain.rules import Coverage, Outage, Rules

MATCHED, UNMATCHED, DUPLICATE, EXCLUDED = range(4)
STATES: Final = ("matched", "unmatched", "duplicate", "excluded")
REASONS: Final = (
    "", "internal", "test", "spam", "outage", "outside_coverage", "other_line", "outbound_not_reported",
)  # fmt: skip
INTERNAL, TEST, SPAM, OUTAGE, OUTSIDE, OTHER_LINE, NOT_REPORTED = range(1, 8)


_AS_MUCH: Final = 0.5
"""Others that tell half as many calls as a source, or more, would have told some of those it kept silent about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Row by row with Prepared.frame: state (index into STATES), reason (into REASONS).

    members: (groups, sources) row of each source's call in each group, -1 = none. coverage: per source.
    missing: group, source. silences: SILENCES_SCHEMA.
    """

    state: npt.NDArray[np.int8]
    reason: npt.NDArray[np.int8]
    members: Ints
    coverage: tuple[SourceCoverage, ...]
    missing: pl.DataFrame
    silences: pl.DataFrame


def stand(
    run: Prepared,
    group: Ints,
    at: Ints,
    maps: Sequence[LineMap],
    shrink_ms: Sequence[int],
    told_perhaps: Sequence[Ints],
    rules: Rules,
) -> Standing:
    """The standing of every call. at: starts on the reference clock, ms; maps: line maps of all sources but the first.

    told_perhaps: per source, groups it may tell after all, under a withheld number; they are not missing.
    """
    members = _members(run, group)
    together = (members >= 0).sum(axis=1) > 1
    families = line_families(len(run.line_texts), [(m.left, m.right) for m in maps])
    facts = CallFacts(at, families[run.line], run.outbound)
    silences = _silences(run, members, group, facts, rules)
    coverage = _coverage(run, members, facts, maps, families, shrink_ms, silences, rules)
    state = np.where(together[group], MATCHED, UNMATCHED).astype(np.int8)
    reason = np.zeros(len(group), np.int8)
    alone = np.flatnonzero(state == UNMATCHED)
    reason[alone] = _why_not_covered(run, alone, facts, coverage)
    for window in rules.outages:
        hit = alone[_in_outage(window, alone, facts, run, families)]
        reason[hit] = OUTAGE
    for number_set, why in ((rules.blacklist, SPAM), (rules.test_numbers, TEST)):
        reason[_with_number(run, number_set, group)] = why
    reason[run.internal] = INTERNAL
    state[reason > 0] = EXCLUDED
    repeated = run.original >= 0
    state[repeated], reason[repeated] = DUPLICATE, 0
    return Standing(
        state,
        reason,
        members,
        coverage,
        _missing(run, members, facts, coverage, state, told_perhaps),
        silences,
    )


def _members(run: Prepared, group: Ints) -> Ints:
    """Row of each source's first telling in each group, -1 where it tells none."""
    members = np.full((int(group.max()) + 1, len(run.order)), -1, np.int64)
    first = np.flatnonzero(run.original < 0)
    members[group[first], run.source[first]] = first
    return members


def _silences(run: Prepared, members: Ints, group: Ints, facts: CallFacts, rules: Rules) -> pl.DataFrame:
    """Silences of every source outside agreed outages."""
    heard = ~run.internal & ~run.outbound
    parts = []
    for k, name in enumerate(run.order):
        mine = run.source == k
        known = members[group, k] >= 0
        its_lines = np.unique(facts.line[(mine | known) & heard])
        others = ~mine & heard & np.isin(facts.line, its_lines)
        tells_as_much = int(others.sum()) >= _AS_MUCH * int((mine & heard).sum())
        untold = np.sort(facts.at[others & ~known]) if tells_as_much else None
        parts.append(find_silences(name, np.sort(facts.at[mine]), rules.zone, untold))
    silences = pl.concat(parts) if parts else pl.DataFrame(schema=SILENCES_SCHEMA)
    for outage in rules.outages:
        agreed = pl.min_horizontal("to", pl.lit(outage.end)) - pl.max_horizontal("from", pl.lit(outage.start))
        silences = silences.filter(2 * agreed < pl.col("to") - pl.col("from"))
    return silences


def _coverage(
    run: Prepared,
    members: Ints,
    facts: CallFacts,
    maps: Sequence[LineMap],
    families: Codes,
    shrink_ms: Sequence[int],
    silences: pl.DataFrame,
    rules: Rules,
) -> tuple[SourceCoverage, ...]:
    by_text = {text: int(families[code]) for code, text in enumerate(run.line_texts) if code}
    heard = ~run.internal & ~run.outbound
    calls_of_line = np.bincount(facts.line[heard], minlength=len(families))
    rare = np.flatnonzero((calls_of_line > 0) & (calls_of_line < FEW_CALLS)).astype(np.int32)
    found = []
    for k, name in enumerate(run.order):
        mine = run.source == k
        beside = members[members[:, k] >= 0]
        beside = beside[beside >= 0]
        seen = Seen(
            lines=np.unique(facts.line[mine & heard]),
            matched_lines=np.unique(facts.line[beside]),
            rare_lines=rare,
            tells_lines=run.tells_lines[k],
            merges_lines=_merges_lines(run, k, mine & heard, maps),
            directions=frozenset(_directions(run, mine)),
            own_starts=np.sort(facts.at[mine]),
        )
        quiet = silences.filter(pl.col("source") == name).select("from", "to").to_numpy()
        declared = rules.coverage.get(name, Coverage())
        found.append(coverage_of(seen, declared, by_text, shrink_ms[k], quiet))
    return tuple(found)


def _directions(run: Prepared, mine: Mask) -> list[str]:
    told = {"inbound": mine & ~run.outbound & ~run.internal, "outbound": mine & run.outbound}
    return [direction for direction, rows in told.items() if rows.any()]


def _merges_lines(run: Prepared, k: int, mine: Mask, maps: Sequence[LineMap]) -> bool:
    """The source knows one line only: a trunk, or a number on which several numbers of others arrive. Any may."""
    lines = np.unique(run.line[mine])
    if k == 0 or len(lines) != 1:
        return False
    one = maps[k - 1]
    a_trunk = lines[0] != 0 and not run.line_texts[lines[0]].startswith("+")
    return a_trunk or len(np.unique(one.left[one.right == lines[0]])) > 1


def _why_not_covered(
    run: Prepared, rows: Ints, facts: CallFacts, coverage: Sequence[SourceCoverage]
) -> npt.NDArray[np.int8]:
    """Reason for each row, 0 where some other source covers it."""
    calls = CallFacts(facts.at[rows], facts.line[rows], facts.outbound[rows])
    direction, line, every = (np.zeros(len(rows), bool) for _ in range(3))
    for k, one in enumerate(coverage):
        other = run.source[rows] != k
        direction_seen = other & one.sees_direction(calls)
        line_seen = direction_seen & one.sees_line(calls)
        direction |= direction_seen
        line |= line_seen
        every |= line_seen & one.sees_time(calls)
    reason = np.where(
        line, OUTSIDE, np.where(direction, OTHER_LINE, np.where(calls.outbound, NOT_REPORTED, OUTSIDE))
    )
    return np.where(every, 0, reason).astype(np.int8)


def _in_outage(window: Outage, rows: Ints, facts: CallFacts, run: Prepared, families: Codes) -> Mask:
    hit: Mask = (facts.at[rows] >= window.start) & (facts.at[rows] < window.end)
    if window.lines is None:
        return hit
    codes = [families[code] for code, text in enumerate(run.line_texts) if text in window.lines]
    return hit & np.isin(facts.line[rows], codes)


def _with_number(run: Prepared, numbers: frozenset[str], group: Ints) -> Mask:
    """Calls of which any witness names one of the numbers as caller or called."""
    if not numbers:
        return np.zeros(len(group), bool)
    listed = pl.Series(sorted(numbers))
    named = run.frame.select(
        pl.any_horizontal(
            pl.col(c).is_in(listed.implode()).fill_null(value=False) for c in ("caller", "called", "did")
        )
    ).to_series()
    marked = np.zeros(int(group.max()) + 1, bool)
    marked[group[named.to_numpy()]] = True
    return marked[group]


def _missing(
    run: Prepared,
    members: Ints,
    facts: CallFacts,
    coverage: Sequence[SourceCoverage],
    state: npt.NDArray[np.int8],
    told_perhaps: Sequence[Ints],
) -> pl.DataFrame:
    """Sources that cover a call and do not tell it. One office telling it is enough for all offices."""
    first = members[np.arange(len(members)), (members >= 0).argmax(axis=1)]
    counted = np.isin(state[first], (MATCHED, UNMATCHED))
    office = np.array([role == "office" for role in run.roles])
    by_office = (members[:, office] >= 0).any(axis=1)
    calls = CallFacts(facts.at[first], facts.line[first], facts.outbound[first])
    parts = [pl.DataFrame(schema=MISSING_SCHEMA)]
    for k, name in enumerate(run.order):
        expected = counted & coverage[k].covers(calls)
        told = members[:, k] >= 0
        expected[told_perhaps[k]] &= told[told_perhaps[k]]
        if office[k]:
            expected &= ~by_office | told
        if run.roles[k] == "contractor" and 2 * int((expected & told).sum()) < int(expected.sum()):
            continue
        group = np.flatnonzero(expected & ~told)
        parts.append(pl.DataFrame({"group": group, "source": [name] * len(group)}, schema=MISSING_SCHEMA))
    return pl.concat(parts).sort("group", "source")
