from __future__ import annotations

import polars as pl

from callwitness.domain.fold import unfolded
from callwitness.domain.schema import SOURCE_CALLS

FIRST = 1_792_888_343_000  # 2026-10-25T00:32:23Z, 03:32:23 in Kyiv for the first time
SECOND = FIRST + 3_600_000


def calls(*rows: tuple[str, int, int]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["source", "caller_key", "started_at"], orient="row")
    frame = frame.with_columns(
        scall=pl.int_range(pl.len(), dtype=pl.Int64), ended_at=pl.col("started_at") + 12_000
    )
    return SOURCE_CALLS.conform(frame)


def starts(frame: pl.DataFrame, zone: str = "Europe/Kyiv") -> list[int]:
    moved = unfolded(frame, zone)
    assert (moved["ended_at"] - moved["started_at"]).to_list() == [12_000] * frame.height
    return moved["started_at"].to_list()


def test_a_call_of_the_repeated_hour_goes_where_the_other_source_saw_it() -> None:
    assert starts(calls(("provider", 7, FIRST), ("office", 7, SECOND))) == [SECOND, SECOND]


def test_a_call_that_the_other_source_saw_the_first_time_stays() -> None:
    assert starts(calls(("provider", 7, FIRST), ("office", 7, FIRST), ("office", 7, SECOND))) == [
        FIRST,
        FIRST,
        SECOND,
    ]


def test_a_withheld_caller_and_a_caller_nobody_else_saw_stay() -> None:
    frame = calls(("provider", 0, FIRST), ("office", 0, SECOND), ("provider", 8, FIRST))
    assert starts(frame) == [FIRST, SECOND, FIRST]


def test_a_zone_without_such_a_night_changes_nothing() -> None:
    assert starts(calls(("provider", 7, FIRST), ("office", 7, SECOND)), "Europe/Moscow") == [FIRST, SECOND]
