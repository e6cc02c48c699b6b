"""Sources as a whole: clock_off (zone wrong, far off, stepped) and source_silent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from callwitness.domain.clock import SourceClock
from callwitness.domain.reasons import reason_json, to_json
from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.results import FINDINGS
from callwitness.domain.rules import Rules, SourceInfo

HOUR_MS: Final = 3_600_000
Params = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Zones:
    """What the files themselves prove about their zones.

    wrong: sources in another zone than was said, with ``said`` and ``looks_like``; proved: sources whose zone is sure.
    """

    wrong: Mapping[str, Params] = field(default_factory=dict)
    proved: frozenset[str] = frozenset()


def findings(
    reconciliation: Reconciliation,
    sources: Sequence[SourceInfo],
    rules: Rules,
    zones: Zones,
) -> list[pl.DataFrame]:
    """FINDINGS rows about a source's clock or silence."""
    rows: list[dict[str, object]] = []
    reference = next((source for source in sources if source.name == reconciliation.reference), None)
    for source in sources:
        clock = reconciliation.clock.sources.get(source.name)
        rows += _zone(source, clock, zones, reference)
        if clock is not None:
            rows += _offset(source, clock, rules) + _steps(source, clock, rules)
    found = FINDINGS.conform(pl.DataFrame(rows)) if rows else FINDINGS.empty()
    return [found, _silences(reconciliation, sources)]


def _row(source: SourceInfo, code: str, value: str, params: Params, **more: object) -> dict[str, object]:
    return {
        "kind": "clock_off",
        "severity": "minor",
        "bears": source.role,
        "left_source": source.name,
        "left_value": value,
        "reasons": to_json([(code, {"source": source.name, **params})]),
        **more,
    }


def _zone(
    source: SourceInfo, clock: SourceClock | None, zones: Zones, reference: SourceInfo | None
) -> list[dict[str, object]]:
    """The zone is wrong: the file itself proves it, or the calls of the others do.

    Where the source's own zone is proved and the reference's is not, it is the reference that is off.
    """
    if source.name in zones.wrong:
        said = zones.wrong[source.name]
        params = {key: value for key, value in said.items() if key in ("said", "looks_like", "hours")}
        return [_row(source, "zone_wrong", str(params.get("looks_like", "")), params, severity="major")]
    if clock is None or not clock.zone_shift_ms:
        return []
    hours, off = clock.zone_shift_ms / HOUR_MS, source
    if reference is not None and source.name in zones.proved and reference.name not in zones.proved:
        hours, off = -hours, reference
    return [_row(off, "zone_wrong", f"{hours * 3600:+.0f}", {"hours": hours}, severity="major")]


def _offset(source: SourceInfo, clock: SourceClock, rules: Rules) -> list[dict[str, object]]:
    if not len(clock.offset_ms):
        return []
    worst = int(np.argmax(np.abs(clock.offset_ms)))
    seconds = round(float(clock.offset_ms[worst]) / 1000, 1)
    if abs(seconds) <= rules.clock_offset_limit_s:
        return []
    span = clock.correct(clock.at)
    params = {"seconds": seconds, "uncertainty": round(clock.uncertainty_ms / 1000, 1)}
    return [
        _row(source, "clock_offset", f"{seconds:+.1f}", params, **{"from": int(span[0]), "to": int(span[-1])})
    ]


def _steps(source: SourceInfo, clock: SourceClock, rules: Rules) -> list[dict[str, object]]:
    rows = []
    for step in clock.steps:
        if abs(step.seconds) > rules.clock_step_limit_s:
            at = int(clock.correct(np.array([step.at]))[0])
            seconds = round(step.seconds, 1)
            rows.append(
                _row(source, "clock_step", f"{seconds:+.1f}", {"seconds": seconds}, **{"from": at, "to": at})
            )
    return rows


def _silences(reconciliation: Reconciliation, sources: Sequence[SourceInfo]) -> pl.DataFrame:
    """Hours in which the source's own habit expects calls and it tells none."""
    roles = {source.name: source.role for source in sources}
    reason = reason_json("expected_calls", source="source", expected="expected", probability="probability")
    return reconciliation.silences.select(
        pl.lit("source_silent").alias("kind"),
        pl.col("source").replace_strict(roles, default="nobody", return_dtype=pl.String).alias("bears"),
        pl.col("source").alias("left_source"),
        pl.lit("0").alias("left_value"),
        "from",
        "to",
        pl.format("[{}]", reason).alias("reasons"),
    )
