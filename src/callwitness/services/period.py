"""``--period``: days of the workspace's zone, both ends included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from callwitness.domain.errors import UsageError


def parse_period(text: str) -> tuple[str, str]:
    """``2026-11-01..2026-11-30``. Raises ``UsageError``."""
    first, dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise UsageError(f"--period {text!r}: expected two days as 2026-11-01..2026-11-30") from None
    if end < begin:
        raise UsageError(f"--period {text!r}: ends before it begins")
    if not 1900 <= begin.year <= end.year <= 2200:
        raise UsageError(f"--period {text!r}: expected days between 1900 and 2200")
    return begin.isoformat(), end.isoformat()


def within(judged: pl.DataFrame, period: tuple[str, str] | None, zone: str) -> pl.DataFrame:
    """The calls that started inside the period."""
    if period is None:
        return judged
    begin, end = (date.fromisoformat(day) for day in period)
    lower = _midnight(begin, zone)
    upper = _midnight(end + timedelta(days=1), zone)
    return judged.filter((pl.col("started_at") >= lower) & (pl.col("started_at") < upper))


def _midnight(day: date, zone: str) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)
