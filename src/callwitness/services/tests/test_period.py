from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from callwitness.domain.errors import UsageError
from callwitness.services.period import parse_period, within


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_both_ends_are_included_in_the_zone_of_the_workspace() -> None:
    times = [at("2026-10-31T20:59"), at("2026-10-31T21:00"), at("2026-11-01T20:59"), at("2026-11-01T21:00")]
    frame = pl.DataFrame({"started_at": times})
    kept = within(frame, ("2026-11-01", "2026-11-01"), "Europe/Moscow")
    assert kept["started_at"].to_list() == times[1:3]


def test_the_day_of_the_clock_change_has_25_hours() -> None:
    hours = [at("2026-10-24T21:00") + n * 3_600_000 for n in range(26)]
    kept = within(pl.DataFrame({"started_at": hours}), ("2026-10-25", "2026-10-25"), "Europe/Kyiv")
    assert kept.height == 25


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01..2026-13-02", "2026-11-02..2026-11-01", "2026-11-01..", ""]
)
def test_a_wrong_period_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_period(text)
