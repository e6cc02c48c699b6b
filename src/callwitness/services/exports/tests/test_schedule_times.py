"""When scheduled exports are due."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.ledger import models as m
from callwitness.services.exports.schedule_times import due_times, next_time


def _schedule(zone: str = "Europe/Kyiv", minute: int = 8 * 60, **changes: object) -> m.Schedule:
    return m.Schedule(zone=zone, minute=minute, **changes)


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def _said(schedule: m.Schedule, after: str, until: str) -> list[str]:
    return [
        f"{datetime.fromtimestamp(at / 1000, UTC):%m-%d %H:%M}"
        for at in due_times(schedule, _ms(after), _ms(until))
    ]


def test_every_day_at_eight_stays_at_eight_when_clocks_change() -> None:
    assert _said(_schedule(), "2026-10-23T12:00", "2026-10-27T12:00") == [
        "10-24 05:00",
        "10-25 06:00",
        "10-26 06:00",
        "10-27 06:00",
    ]


def test_a_time_that_does_not_exist_is_due_once_after_the_jump() -> None:
    half_past_three = _schedule(minute=3 * 60 + 30)
    assert _said(half_past_three, "2026-03-28T12:00", "2026-03-29T12:00") == ["03-29 01:30"]


def test_a_time_that_comes_twice_is_due_the_first_time() -> None:
    half_past_three = _schedule(minute=3 * 60 + 30)
    assert _said(half_past_three, "2026-10-24T12:00", "2026-10-25T12:00") == ["10-25 00:30"]


def test_weekdays_are_those_of_the_zone() -> None:
    mondays = _schedule("Asia/Vladivostok", 6 * 60, days=[1])
    assert _said(mondays, "2026-11-01T00:00", "2026-11-20T00:00") == [
        "11-01 20:00",
        "11-08 20:00",
        "11-15 20:00",
    ]


def test_the_thirty_first_is_the_last_day_of_every_month() -> None:
    last = _schedule("UTC", 0, month_day=31)
    assert _said(last, "2027-01-01T00:00", "2027-05-01T00:00") == [
        "01-31 00:00",
        "02-28 00:00",
        "03-31 00:00",
        "04-30 00:00",
    ]
    assert _said(_schedule("UTC", 0, month_day=29), "2028-02-01T00:00", "2028-03-01T00:00") == ["02-29 00:00"]


def test_the_end_counts_and_the_beginning_does_not() -> None:
    daily = _schedule("UTC", 0)
    assert _said(daily, "2026-11-01T00:00", "2026-11-02T00:00") == ["11-02 00:00"]


def test_the_next_time_of_a_rare_schedule_is_found() -> None:
    assert next_time(_schedule("UTC", 0, month_day=1), _ms("2026-11-02T00:00")) == _ms("2026-12-01T00:00")


@pytest.mark.parametrize("zone", ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "UTC"])
@given(
    minute=st.integers(0, 1439),
    begin=st.integers(1_700_000_000_000, 1_900_000_000_000),
    parts=st.integers(1, 9),
)
def test_time_cut_into_pieces_has_the_same_due_times_once_a_day(
    zone: str, minute: int, begin: int, parts: int
) -> None:
    schedule = _schedule(zone, minute)
    end = begin + 40 * 86_400_000
    whole = list(due_times(schedule, begin, end))
    marks = [begin + (end - begin) * part // parts for part in range(parts + 1)]
    pieces = [at for low, high in pairwise(marks) for at in due_times(schedule, low, high)]
    assert pieces == whole
    days = [datetime.fromtimestamp(at / 1000, ZoneInfo(zone)).date() for at in whole]
    assert len(set(days)) == len(days) >= 39
