"""What reconciliation gives to verdicts, findings and files: plain frames, all times in ms on the reference clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.domain.clock import Clock
from callwitness.domain.reconcile.silences import SILENCES_SCHEMA

MATCHES_SCHEMA: Final = {
    "scall": pl.Int64(),
    "source": pl.String(),
    "native_call_id": pl.String(),
    "match": pl.String(),
    "excluded_because": pl.String(),
    "pair_source": pl.String(),
    "pair_scall": pl.Int64(),
    "pair_native_call_id": pl.String(),
    "dt_s": pl.Float64(),
    "rule": pl.String(),
}
GROUPS_SCHEMA: Final = {"scall": pl.Int64(), "group": pl.Int64(), "hidden": pl.Boolean()}
MISSING_SCHEMA: Final = {"group": pl.Int64(), "source": pl.String()}
PAIRS_SCHEMA: Final = {"left": pl.String(), "right": pl.String(), "matched": pl.Int64()}
NUMBER_MAP_SCHEMA: Final = {
    "left": pl.String(),
    "left_line": pl.String(),
    "right": pl.String(),
    "right_line": pl.String(),
    "n": pl.Int64(),
    "how": pl.String(),
}
STEPS_SCHEMA: Final = {"source": pl.String(), "at": pl.Int64(), "seconds": pl.Float64()}
COVERAGE_SCHEMA: Final = {
    "source": pl.String(),
    "lines": pl.List(pl.String()),
    "directions": pl.List(pl.String()),
    "start": pl.Int64(),
    "end": pl.Int64(),
}


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The result.

    reference: source whose clock all times are in.
    matches: one row per source call: scall, source, native_call_id, match (matched | unmatched | duplicate |
        excluded), excluded_because, pair_source, pair_scall, pair_native_call_id, dt_s (own start minus the pair's,
        clocks corrected), rule (of match.RULES; for a duplicate "told_twice", its pair is the first telling).
    groups: scall, group (source calls with one group are one real call), hidden (caller hidden by forwarding).
    missing: group, source: sources that cover the call and do not tell it.
    clock: curves and ``corrected``; zone_shift_s: per source, multiple of 15 min; steps: source, at, seconds.
    number_map: left, left_line, right, right_line, n (sure pairs), how (learned | given | same).
    coverage: source, lines (null = every line), directions, start, end as used, ends drawn in.
    silences: source, from, to, expected, probability.
    pairs: left, right, matched: real calls that both tell, excluded ones left out.
    windows_s: per source, how far starts could lie apart.
    """

    reference: str
    matches: pl.DataFrame
    groups: pl.DataFrame
    missing: pl.DataFrame
    clock: Clock
    zone_shift_s: Mapping[str, float]
    steps: pl.DataFrame
    number_map: pl.DataFrame
    coverage: pl.DataFrame
    silences: pl.DataFrame
    pairs: pl.DataFrame
    windows_s: Mapping[str, float]


def nothing_to_reconcile() -> Reconciliation:
    """The result of a run without any call."""
    return Reconciliation(
        reference="",
        matches=pl.DataFrame(schema=MATCHES_SCHEMA),
        groups=pl.DataFrame(schema=GROUPS_SCHEMA),
        missing=pl.DataFrame(schema=MISSING_SCHEMA),
        clock=Clock({}),
        zone_shift_s={},
        steps=pl.DataFrame(schema=STEPS_SCHEMA),
        number_map=pl.DataFrame(schema=NUMBER_MAP_SCHEMA),
        coverage=pl.DataFrame(schema=COVERAGE_SCHEMA),
        silences=pl.DataFrame(schema=SILENCES_SCHEMA),
        pairs=pl.DataFrame(schema=PAIRS_SCHEMA),
        windows_s={},
    )
