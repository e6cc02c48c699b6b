"""The whole reconciliation of a run: sources joined one after another, then coverage and the standing of each call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from callwitness.domain.clock import REFERENCE, Clock, SourceClock
from callwitness.domain.reconcile.columns import Ints, Mask
from callwitness.domain.reconcile.duplicates import repeats_of_matched
from callwitness.domain.reconcile.prepare import Prepared, prepare
from callwitness.domain.reconcile.result import (
    GROUPS_SCHEMA,
    NUMBER_MAP_SCHEMA,
    STEPS_SCHEMA,
    Reconciliation,
    nothing_to_reconcile,
)
from callwitness.domain.reconcile.standing import stand
from callwitness.domain.reconcile.tables import coverage_frame, matches_frame, pairs_frame
from callwitness.domain.reconcile.witnesses import Joined, add_source, match_source, open_calls
from callwitness.domain.rules import Rules, SourceInfo

_EDGE_SHRINK_S: Final = 10


@dataclass(frozen=True, slots=True)
class Grouped:
    """Every call on the reference clock in its real call. Row by row with Prepared.frame.

    rule: index into match.RULES of the rule by which its source's call joined the group, -1 = opened it.
    original: row that a row repeats, else -1. told_perhaps: per source, groups it may tell under a withheld number.
    """

    group: Ints
    rule: npt.NDArray[np.int8]
    at: Ints
    original: Ints
    told_perhaps: tuple[Ints, ...]
    joined: tuple[Joined, ...]
    clocks: tuple[SourceClock, ...]


def reconcile(calls: pl.DataFrame, sources: Sequence[SourceInfo], rules: Rules) -> Reconciliation:
    """Which calls of the sources are one call, which a source should have told and did not, and the clocks.

    calls: SOURCE_CALLS of all sources. sources: every source of the run; the first provider, else the first of all,
    is the reference. The result does not depend on the order of rows.
    """
    if not calls.height or not sources:
        return nothing_to_reconcile()
    run = prepare(calls, sources, rules)
    grouped = _group(run, rules)
    run = replace(run, original=grouped.original)
    maps = [j.lines for j in grouped.joined]
    standing = stand(run, grouped.group, grouped.at, maps, _shrink_ms(grouped), grouped.told_perhaps, rules)
    clock = Clock(dict(zip(run.order, grouped.clocks, strict=True)))
    return Reconciliation(
        reference=run.order[0],
        matches=matches_frame(run, grouped.group, grouped.rule, grouped.at, standing),
        groups=pl.DataFrame(
            {"scall": run.frame["scall"], "group": grouped.group, "hidden": run.hidden}, schema=GROUPS_SCHEMA
        ),
        missing=standing.missing,
        clock=clock,
        zone_shift_s={name: c.zone_shift_ms / 1000 for name, c in clock.sources.items()},
        steps=_steps_frame(clock),
        number_map=_number_map(run, grouped.joined),
        coverage=coverage_frame(run, standing),
        silences=standing.silences,
        pairs=pairs_frame(run, grouped.group, standing),
        windows_s={name: j.window_ms / 1000 for name, j in zip(run.order[1:], grouped.joined, strict=True)},
    )


def _group(run: Prepared, rules: Rules) -> Grouped:
    rows = run.frame.height
    group = np.full(rows, -1, np.int64)
    rule = np.full(rows, -1, np.int8)
    first = run.tellings[0]
    real = open_calls(first, 0)
    group[first.rows] = real.group
    joined: list[Joined] = []
    opened = len(first.rows)
    code = {text: i for i, text in enumerate(run.line_texts)}
    given = [(code[a], code[b]) for a, b in sorted(rules.number_map.items()) if a in code and b in code]
    for k, telling in enumerate(run.tellings[1:], start=1):
        in_series = "office" in run.roles[:k] and run.roles[k] in {"office", "contractor"}
        one, found = match_source(
            real, telling, given, rules.duration_tolerance_s, opened, in_series=in_series
        )
        real = add_source(real, telling, one, found)
        group[telling.rows], rule[telling.rows] = one.group, one.rule
        opened = max(opened, int(one.group.max(initial=-1)) + 1)
        joined.append(one)
    original = _with_late_repeats(run, group, rules)
    repeated = np.flatnonzero(original >= 0)
    group[repeated] = group[original[repeated]]
    alone = np.flatnonzero(group < 0)
    group[alone] = opened + np.arange(len(alone))
    clocks = (REFERENCE, *(j.clock for j in joined))
    old, new, group = _renumbered(group)
    return Grouped(
        group=group,
        rule=rule,
        at=_on_reference_clock(run, clocks),
        original=original,
        told_perhaps=_told_perhaps(run, joined, old, new),
        joined=tuple(joined),
        clocks=clocks,
    )


def _with_late_repeats(run: Prepared, group: Ints, rules: Rules) -> Ints:
    """Prepared.original with calls left over beside a matched one of the same source."""
    original = run.original.copy()
    sources_of = np.bincount(group[group >= 0])
    window = int(rules.duplicate_window_s * 1000)
    for telling in run.tellings:
        matched = sources_of[group[telling.rows]] > 1
        found = repeats_of_matched(telling.calls, matched, window, rules.duration_tolerance_s)
        original[telling.rows[found.left]] = telling.rows[found.right]
    chained = np.flatnonzero(original >= 0)
    further = original[original[chained]]
    original[chained] = np.where(further >= 0, further, original[chained])
    return original


def _told_perhaps(run: Prepared, joined: Sequence[Joined], old: Ints, new: Ints) -> tuple[Ints, ...]:
    """Groups, by their new numbers, that each source may tell. old: sorted former numbers."""
    told: list[list[Ints]] = [[np.zeros(0, np.int64)] for _ in run.order]
    for k, one in enumerate(joined, start=1):
        told[k].append(one.perhaps_before)
        for earlier in range(k):
            told[earlier].append(one.perhaps_here)
    former = [np.unique(np.concatenate(groups)) for groups in told]
    return tuple(new[np.searchsorted(old, groups[np.isin(groups, old)])] for groups in former)


def _renumbered(group: Ints) -> tuple[Ints, Ints, Ints]:
    """Groups numbered from 0 in the order in which their first call stands: old numbers, new ones, group by row."""
    old, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return old, rank, rank[inverse]


def _on_reference_clock(run: Prepared, clocks: Sequence[SourceClock]) -> Ints:
    at = run.frame["started_at"].to_numpy().copy()
    for k, clock in enumerate(clocks):
        mine: Mask = run.source == k
        at[mine] = clock.correct(at[mine])
    return at


def _shrink_ms(grouped: Grouped) -> list[int]:
    """Per source, by how much the ends of its coverage are drawn in."""
    windows = [j.window_ms for j in grouped.joined]
    return [max(_EDGE_SHRINK_S * 1000, w) for w in [max(windows, default=0), *windows]]


def _steps_frame(clock: Clock) -> pl.DataFrame:
    rows = [
        (name, int(one.correct(np.array([step.at]))[0]), step.seconds)
        for name, one in clock.sources.items()
        for step in one.steps
    ]
    return pl.DataFrame(rows, schema=STEPS_SCHEMA, orient="row")


def _number_map(run: Prepared, joined: Sequence[Joined]) -> pl.DataFrame:
    rows = []
    for name, one in zip(run.order[1:], joined, strict=True):
        lines = one.lines
        for a, b, n, given in zip(
            lines.left.tolist(), lines.right.tolist(), lines.n.tolist(), lines.given.tolist(), strict=True
        ):
            how = "given" if given else "same" if a == b else "learned"
            rows.append((run.order[0], run.line_texts[a], name, run.line_texts[b], n, how))
    return pl.DataFrame(sorted(rows), schema=NUMBER_MAP_SCHEMA, orient="row")
