"""A clock that stands still while the office is closed."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from callwitness.domain.rules import Rules
from callwitness.services.lost.working_time import working_time

HOUR = 3_600_000
WEEKDAYS = dict.fromkeys(range(5), ((9 * 60, 13 * 60), (14 * 60, 18 * 60)))
RULES = Rules(zone="Europe/Kyiv", working_hours=WEEKDAYS, holidays=frozenset({"2026-11-19"}))


def at(day: int, hour: float, month: int = 11) -> int:
    """A moment by the clock in Kyiv, in winter two hours ahead of UTC."""
    return int(datetime(2026, month, day, tzinfo=UTC).timestamp() * 1000 + (hour - 2) * HOUR)


def hours(first: int, last: int, rules: Rules = RULES) -> float:
    return float(working_time(rules, first, last).between([first], [last])[0]) / HOUR


def test_lunch_nights_weekends_and_holidays_do_not_count() -> None:
    assert hours(at(18, 12), at(18, 15)) == 2  # Wednesday over lunch
    assert hours(at(18, 17), at(20, 10)) == 2  # Thursday is a holiday
    assert hours(at(20, 17), at(23, 10)) == 2  # over a weekend
    assert hours(at(21, 9), at(22, 20)) == 0


def test_without_hours_the_office_never_closes() -> None:
    assert hours(at(21, 3), at(22, 3), Rules()) == 24


def test_the_agreed_time_of_a_call_at_night_begins_in_the_morning() -> None:
    clock = working_time(RULES, at(17, 22), at(17, 23))
    assert clock.after(at(17, 22), HOUR // 3) == at(18, 9) + HOUR // 3
    assert clock.after(at(18, 12.9), HOUR // 3) == at(18, 14) + HOUR // 3 - HOUR // 10
    assert clock.is_open(at(18, 9))
    assert not clock.is_open(at(18, 13.5))
    assert not clock.is_open(at(17, 22))


def test_a_day_to_midnight_and_one_that_begins_there_are_one_stretch() -> None:
    rules = Rules(zone="Europe/Kyiv", working_hours=dict.fromkeys(range(7), ((0, 24 * 60),)))
    assert hours(at(18, 20), at(20, 4), rules) == 32


@given(st.integers(0, 14 * 24 * 60), st.integers(0, 3 * 24 * 60), st.integers(0, 3 * 24 * 60))
def test_parts_add_up_and_the_due_moment_is_where_the_time_has_passed(start: int, one: int, two: int) -> None:
    begin = at(2, 0) + start * 60_000
    middle, end = begin + one * 60_000, begin + (one + two) * 60_000
    clock = working_time(RULES, begin, end)
    parts = clock.between([begin, middle], [middle, end])
    whole = int(clock.between([begin], [end])[0])
    assert int(parts.sum()) == whole
    due = clock.after(begin, whole) if whole else begin
    assert due <= end
    assert int(clock.between([begin], [due])[0]) == whole
