"""Working hours in the workspace's zone."""

from __future__ import annotations

import polars as pl

from callwitness.domain.rules import Rules


def with_after_hours(frame: pl.DataFrame, rules: Rules, column: str = "started_at") -> pl.DataFrame:
    """Adds ``outside_hours``: the moment lies outside working hours or on a holiday. Never true without hours."""
    if rules.working_hours is None:
        return frame.with_columns(outside_hours=pl.lit(value=False))
    local = pl.col(column).cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(rules.zone)
    minute = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()
    weekday = local.dt.weekday() - 1
    inside = pl.lit(value=False)
    for day, spans in rules.working_hours.items():
        for begin, end in spans:
            inside = inside | ((weekday == day) & (minute >= begin) & (minute < end))
    holiday = local.dt.strftime("%Y-%m-%d").is_in(sorted(rules.holidays))
    return frame.with_columns(outside_hours=(~inside | holiday).fill_null(value=False))
