import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.domain.errors import UsageError
from callwitness.ingest.kit.zones import FoldReader, check_zone, to_utc, unfold


def wall(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000)


def hours(before: pl.Series, after: pl.Series) -> list[float]:
    return [(a - b) / 3_600_000 for a, b in zip(before, after, strict=True)]


def test_the_doubled_hour_is_told_by_rows_that_jump_back() -> None:
    rows = pl.Series(
        [wall(f"2026-10-25 {t}") for t in ("02:50", "03:10", "03:50", "03:05", "03:40", "04:10")]
    )
    assert hours(rows, unfold(rows, "Europe/Kyiv")) == [3, 3, 3, 2, 2, 2]
    assert hours(rows.reverse(), unfold(rows.reverse(), "Europe/Kyiv")) == [2, 2, 2, 3, 3, 3]


def test_the_doubled_hour_may_lie_across_batches() -> None:
    reader = FoldReader("Europe/Kyiv")
    first = pl.Series([wall(f"2026-10-25 {t}") for t in ("02:50", "03:10", "03:50")])
    second = pl.Series([wall(f"2026-10-25 {t}") for t in ("03:05", "03:40", "04:10")])
    assert hours(first, reader.read(first)) + hours(second, reader.read(second)) == [3, 3, 3, 2, 2, 2]


def test_the_hour_that_never_was_is_read_with_the_offset_before_it() -> None:
    rows = pl.Series([wall(f"2026-03-29 {t}") for t in ("02:59", "03:30", "04:00")])
    assert hours(rows, to_utc(rows, "Europe/Kyiv")) == [2, 2, 3]


def test_a_fixed_offset_is_a_zone_and_an_invented_one_is_refused() -> None:
    assert to_utc(pl.Series([10_800_000]), "+03:00").item() == 0
    assert to_utc(pl.Series([10_800_000]), "UTC+3").item() == 0
    with pytest.raises(UsageError, match="Mars"):
        check_zone("Europe/Mars")


@settings(max_examples=100, deadline=None)
@given(st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2030, 1, 1)))
def test_agrees_with_the_standard_library(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    wanted = int(moment.replace(tzinfo=ZoneInfo("Europe/Kyiv")).timestamp() * 1000)
    given_ms = int(moment.replace(tzinfo=dt.UTC).timestamp() * 1000)
    assert to_utc(pl.Series([given_ms]), "Europe/Kyiv").item() == wanted
