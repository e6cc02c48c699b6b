"""A source is silent only where its own habit says so."""

from __future__ import annotations

import numpy as np

from callwitness.domain.reconcile.silences import HOUR, find_silences

MONDAY = 1_767_571_200_000  # 2026-01-05 00:00 UTC
DAY = 24 * HOUR


def working_weeks(weeks: int, per_hour: int, seed: int = 1) -> np.ndarray:
    """Starts of calls from 8 to 18 on working days."""
    rng = np.random.default_rng(seed)
    starts = [
        MONDAY + (7 * week + day) * DAY + 8 * HOUR + np.sort(rng.integers(0, 10 * HOUR, 10 * per_hour))
        for week in range(weeks)
        for day in range(5)
    ]
    return np.concatenate(starts)


def test_nights_and_weekends_are_no_silences() -> None:
    assert find_silences("office", working_weeks(4, 10), "UTC").is_empty()
    assert find_silences("office", working_weeks(1, 10), "UTC").is_empty()


def test_three_hours_without_calls_on_a_busy_morning_are_one_silence() -> None:
    starts = working_weeks(4, 10)
    begin = MONDAY + 9 * DAY + 9 * HOUR
    found = find_silences("office", starts[(starts < begin) | (starts >= begin + 3 * HOUR)], "UTC")
    assert found.height == 1
    source, low, high, expected, chance = found.row(0)
    assert source == "office"
    assert low < begin < begin + 3 * HOUR <= high
    assert 20 < expected < 45
    assert chance < 0.001


def test_a_quiet_source_is_never_called_silent() -> None:
    starts = working_weeks(4, 10)[::40]
    assert find_silences("office", starts, "UTC").is_empty()


def test_habit_follows_the_clock_on_the_wall() -> None:
    starts = working_weeks(4, 10) - 3 * HOUR
    assert find_silences("office", starts, "Europe/Moscow").is_empty()


def test_a_handful_of_calls_has_no_habit() -> None:
    assert find_silences("office", np.array([MONDAY, MONDAY + DAY]), "UTC").is_empty()
    assert find_silences("office", np.zeros(0, np.int64), "UTC").is_empty()


def test_a_short_gap_is_a_silence_when_others_tell_calls_in_it_and_nothing_when_they_do_not() -> None:
    starts = working_weeks(4, 10)
    begin = MONDAY + 9 * DAY + 10 * HOUR
    gap = starts[(starts < begin) | (starts >= begin + HOUR)]
    lost = starts[(starts >= begin) & (starts < begin + HOUR)]
    assert find_silences("office", gap, "UTC").is_empty(), "among so many gaps one such is no wonder"
    assert find_silences("office", gap, "UTC", lost).height == 1
    assert find_silences("office", gap, "UTC", np.zeros(0, np.int64)).is_empty(), "nobody called"


def test_a_company_that_opens_at_half_past_is_not_silent_every_night() -> None:
    rng = np.random.default_rng(3)
    days = [MONDAY + day * DAY for day in range(14) if day % 7 < 5]
    starts = np.concatenate([day + 19 * HOUR // 2 + np.sort(rng.integers(0, 9 * HOUR, 300)) for day in days])
    assert find_silences("provider", starts, "UTC").is_empty()


def test_on_a_single_day_the_rate_of_the_day_is_the_habit() -> None:
    rng = np.random.default_rng(4)
    starts = MONDAY + np.sort(rng.integers(0, 8 * HOUR, 400))
    gap = starts[(starts < MONDAY + 3 * HOUR) | (starts >= MONDAY + 5 * HOUR)]
    assert find_silences("provider", starts, "UTC").is_empty()
    assert find_silences("provider", gap, "UTC").height == 1
