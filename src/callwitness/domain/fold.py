"""The night an hour happens twice: local times of that hour without an offset may mean either.

Whoever read the file took the first. A call moves to the second when another source tells a call of the same
caller then, and none at the first. Withheld callers cannot be placed and stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from callwitness.domain.schema import CALL_TIMES

HOUR: Final = 3_600_000
NEAR: Final = 180_000
"""Clocks of two sources seldom lie further apart, ms."""


def unfolded(calls: pl.DataFrame, zone: str) -> pl.DataFrame:
    """SOURCE_CALLS with the calls of a repeated hour moved to its second passing where others prove it.

    Adds ``fold_ms``: by how much each call was moved, so that its legs and records can follow.
    """
    calls = calls.with_columns(fold_ms=pl.lit(0, dtype=pl.Int64))
    span = calls.select(pl.col("started_at").min().alias("a"), pl.col("started_at").max().alias("b")).row(0)
    if span[0] is None:
        return calls
    for begin, width in _first_passings(span[0], span[1], zone):
        calls = _moved(calls, begin, width)
    return calls


def _first_passings(first: int, last: int, zone: str) -> Iterator[tuple[int, int]]:
    """Begin and width (ms) of the first passing of every repeated hour between two moments."""
    local = ZoneInfo(zone)
    before: int | None = None
    for moment in range(first // HOUR * HOUR - HOUR, last + 2 * HOUR, HOUR):
        offset = datetime.fromtimestamp(moment / 1000, UTC).astimezone(local).utcoffset()
        now = int(offset.total_seconds() * 1000) if offset is not None else 0
        if before is not None and now < before:
            yield moment - (before - now), before - now
        before = now


def _moved(calls: pl.DataFrame, begin: int, width: int) -> pl.DataFrame:
    inside = pl.col("started_at").is_between(begin, begin + width, closed="left") & (
        pl.col("caller_key") != 0
    )
    doubtful = calls.filter(inside).select("scall", "source", "caller_key", "started_at")
    others = calls.filter(pl.col("started_at").is_between(begin - NEAR, begin + 2 * width + NEAR)).select(
        "caller_key", other="source", at="started_at"
    )
    apart = pl.col("at") - pl.col("started_at")
    beside = doubtful.join(others, on="caller_key").filter(pl.col("other") != pl.col("source"))
    proved = beside.group_by("scall").agg(
        (apart.abs() <= NEAR).any().alias("first"), ((apart - width).abs() <= NEAR).any().alias("second")
    )
    second = proved.filter(pl.col("second") & ~pl.col("first"))["scall"]
    move = pl.when(pl.col("scall").is_in(second.implode())).then(width).otherwise(0)
    return calls.with_columns(
        *(pl.col(column) + move for column in CALL_TIMES), fold_ms=pl.col("fold_ms") + move
    )
