"""Writes down what a window measured about its sources: their clocks, and how reliable they were by week."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.reliability import reliability
from callwitness.domain.rules import Rules
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.derive.window import Derived
from callwitness.services.derive.windows import DAY_MS, Block

BY_ITSELF: Final = ("webhook", "folder")
"""Ways of arrival that come without a person; only for them late means something."""
_LATE_MS: Final = 36 * 3_600_000


def write_measures(workspace: m.Workspace, block: Block, derived: Derived, rules: Rules) -> None:
    """Inside a transaction: replace what this window measured before."""
    names = {name: source.id for name, source in derived.found.models.items()}
    source_ids = pl.col("source").replace_strict(names, return_dtype=pl.Int64)
    forget_measures(workspace, block)
    clock = derived.told.reconciliation.clock.frame()
    inside = pl.col("at").is_between(block.first * DAY_MS, block.end * DAY_MS, closed="left")
    bulk.insert(
        m.ClockPoint,
        clock.filter(inside).select(
            "at", "offset_s", "n", "uncertainty_s", source_id=source_ids, window_first=pl.lit(block.first)
        ),
    )
    told = derived.told
    weeks = reliability(derived.kept, told.calls, told.reconciliation, told.infos, rules)
    late = _late(derived, rules.zone)
    weeks = weeks.join(late, on=["source", "week"], how="left")
    bulk.insert(
        m.ReliabilityWeek,
        weeks.select(
            "week", "calls", "missing", "clock_offset_s", "claimed_answered", "denied_answered",
            pl.col("late").fill_null(0), pl.col("records").fill_null(0),
            source_id=source_ids, window_first=pl.lit(block.first),
        ),
    )  # fmt: skip


def forget_measures(workspace: m.Workspace, block: Block) -> None:
    """Drop what windows that begin in this block measured, also of sources that tell nothing here any more."""
    inside = {"window_first__gte": block.first, "window_first__lt": block.end}
    m.ClockPoint.objects.filter(source__workspace=workspace, **inside).delete()
    m.ReliabilityWeek.objects.filter(source__workspace=workspace, **inside).delete()


def measured(workspace: m.Workspace) -> set[int]:
    """First days of the windows of which measures are kept."""
    kept = (model.objects.filter(source__workspace=workspace) for model in (m.ClockPoint, m.ReliabilityWeek))
    return {first for rows in kept for first in rows.values_list("window_first", flat=True).distinct()}


def _late(derived: Derived, zone: str) -> pl.DataFrame:
    """``source, week, late, records``: records that arrived by themselves, and those of them that came late."""
    arrived = m.Evidence.objects.filter(id__in=derived.found.evidence, how__in=BY_ITSELF)
    times = bulk.frame_of(arrived, {"id": pl.Int64(), "arrived_at": pl.Int64()}).rename({"id": "evidence_id"})
    local = pl.col("started_at").cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone)
    frames = []
    for source in derived.found.sources:
        records = source.records.select("rec", "started_at").join(derived.found.days, on="rec")
        records = records.join(times, on="evidence_id").drop_nulls("started_at")
        weeks = records.group_by(week=local.dt.truncate("1w").dt.strftime("%Y-%m-%d")).agg(
            late=(pl.col("arrived_at") - pl.col("started_at") > _LATE_MS).sum().cast(pl.Int64),
            records=pl.len().cast(pl.Int64),
        )
        frames.append(weeks.select(pl.lit(source.name).alias("source"), "week", "late", "records"))
    return pl.concat(frames)
