"""Clocks measured from pairs: offset, drift, steps, and honesty about too few pairs."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from callwitness.domain.clock import DAY, HOUR, Clock, SourceClock, fit_clock

START = 1_767_225_600_000


def pairs(
    per_day: int,
    days: int,
    offset_s: float,
    *,
    drift_s: float = 0,
    step_s: float = 0,
    step_day: float = 15,
    seed: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Source times and differences (ms) of a clock with a second of noise and one wrong pair in fifty."""
    rng = np.random.default_rng(seed)
    at = START + np.sort(rng.integers(0, days * DAY, per_day * days))
    day = (at - START) / DAY
    difference = offset_s + drift_s * day + np.where(day >= step_day, step_s, 0) + rng.normal(0, 0.5, len(at))
    wrong = rng.random(len(at)) < 0.02
    return at, np.where(wrong, rng.uniform(-400, 400, len(at)), difference).__mul__(1000).astype(np.int64)


@pytest.mark.parametrize("per_day", [5, 50, 500])
@pytest.mark.parametrize(("offset_s", "drift_s"), [(0, 0), (120, 4.5), (-90, -3)])
def test_offset_and_drift_are_followed_to_a_second(per_day: int, offset_s: float, drift_s: float) -> None:
    at, difference = pairs(per_day, 30, offset_s, drift_s=drift_s)
    clock = fit_clock(at, difference, 1000)
    when = START + np.arange(1, 29) * DAY
    true = (offset_s + drift_s * (when - START) / DAY) * 1000
    assert np.abs(clock.offset_at(when) - true).max() < 2_000
    assert clock.steps == ()
    assert clock.uncertainty_ms < 2_000


@pytest.mark.parametrize("per_day", [5, 50, 500])
@pytest.mark.parametrize("step_s", [-100, -20, 15, 60])
def test_a_step_is_found_with_its_size_and_moment(per_day: int, step_s: float) -> None:
    at, difference = pairs(per_day, 30, 10, drift_s=2, step_s=step_s)
    clock = fit_clock(at, difference, 1000)
    assert [step.seconds for step in clock.steps] == [pytest.approx(step_s, abs=3)]
    assert abs(clock.steps[0].at - (START + 15 * DAY)) < 12 * HOUR


def test_the_level_says_from_how_many_pairs_a_knot_is_made() -> None:
    assert fit_clock(*pairs(500, 5, 3), 1000).level == "hour"
    assert fit_clock(*pairs(5, 30, 3), 1000).level == "day"
    at, difference = pairs(5, 1, 3, seed=3)
    assert fit_clock(at[:2], difference[:2], 1000).level == "file"


def test_without_pairs_the_offset_is_nothing_and_uncertain() -> None:
    clock = fit_clock(np.zeros(0, np.int64), np.zeros(0, np.int64), 1000, zone_shift_ms=HOUR)
    assert (clock.level, clock.uncertainty_ms) == ("none", 120_000)
    assert clock.correct(np.array([START])).tolist() == [START - HOUR]


def test_one_pair_gives_an_offset_that_is_not_trusted() -> None:
    clock = fit_clock(np.array([START]), np.array([7_000]), 1000)
    assert clock.offset_at(np.array([START + DAY])).tolist() == [7_000]
    assert clock.uncertainty_ms > 20_000


def test_corrected_keeps_unknown_times_unknown() -> None:
    clock = Clock({"office": SourceClock(zone_shift_ms=HOUR)})
    times = pl.Series("at", [START, None])
    assert clock.corrected(times, "office").to_list() == [START - HOUR, None]
    assert clock.corrected(times, "provider").to_list() == [START, None]
