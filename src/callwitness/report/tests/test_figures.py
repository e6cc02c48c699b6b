"""The figures are counted over frames, and their parts add up."""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.domain.results import CALLS, FINDINGS, REJECTED_OUT, RELIABILITY
from callwitness.report import figures
from callwitness.report.tests.example import example

HOUR = 3_600_000


def calls(*rows: tuple[int, str, str]) -> pl.DataFrame:
    """Calls of (hours since the epoch, direction, verdict)."""
    return CALLS.conform(
        pl.DataFrame(
            [
                {"started_at": at * HOUR, "direction": direction, "verdict": verdict}
                for at, direction, verdict in rows
            ]
        )
    )


def test_verdicts_are_counted_for_inbound_calls_only_and_the_answered_come_first() -> None:
    frame = calls(
        (0, "inbound", "never_arrived"),
        (0, "inbound", "busy"),
        (0, "inbound", "no_answer"),
        (0, "inbound", "no_answer"),
        (0, "inbound", "answered"),
        (0, "outbound", "failed"),
    )
    assert list(figures.by_verdict(frame).items()) == [
        ("answered", 1),
        ("no_answer", 2),
        ("busy", 1),
        ("never_arrived", 1),
    ]
    assert figures.tones(figures.by_verdict(frame)) == {"ok": 1, "nobody": 3, "lost": 1, "aside": 0}


def test_hours_stand_in_the_zone_and_an_empty_hour_between_is_kept() -> None:
    frame = calls((9, "inbound", "answered"), (11, "inbound", "busy"), (9, "outbound", "answered"))
    found = figures.hours_of_day(frame, "Europe/Moscow")
    assert [(bucket.at, bucket.total) for bucket in found] == [(12, 1), (13, 0), (14, 1)]
    assert found[2].counts == {"nobody": 1}


def test_days_are_drawn_only_when_there_is_more_than_one_and_by_week_when_many() -> None:
    assert figures.days(calls((1, "inbound", "answered"), (5, "inbound", "answered")), "UTC") == []
    three = figures.days(calls((1, "inbound", "answered"), (49, "inbound", "busy")), "UTC")
    assert [bucket.total for bucket in three] == [1, 0, 1]
    assert len(figures.days(calls((1, "inbound", "answered"), (24 * 70, "inbound", "busy")), "UTC")) == 11


def test_calls_that_reached_nobody_split_into_cases_withheld_and_the_rest() -> None:
    lost = figures.losses(example().calls)
    assert lost.total == lost.in_cases + lost.withheld + lost.hidden + lost.menu + lost.aside
    assert lost.in_cases == int(example().lost_callers["tries"].sum())
    assert min(lost.in_cases, lost.withheld, lost.menu) > 0


def test_shares_over_weeks_are_recomputed_from_counts() -> None:
    weeks = RELIABILITY.conform(
        pl.DataFrame(
            {
                "source": ["a", "a", "b"],
                "week": ["2026-11-09", "2026-11-16", "2026-11-16"],
                "calls": [90, 9, 5],
                "missing": [0, 1, 5],
                "claimed_answered": [0, 4, None],
                "denied_answered": [0, 1, None],
                "late_share": [0.0, 1.0, None],
            }
        )
    )
    first = figures.source_figures(weeks, "a")
    assert first.loss == pytest.approx(0.01)
    assert first.inflation == 0.25
    assert first.late == pytest.approx(9 / 99)
    assert figures.source_figures(weeks, "nobody").loss is None


def test_rejected_rows_are_grouped_by_reason_and_those_not_listed_are_counted() -> None:
    rows = [{"source": "office", "reason": f"reason {n % 3}", "row": str(n)} for n in range(7)]
    listed, left = figures.rejected_reasons(REJECTED_OUT.conform(pl.DataFrame(rows)), 2)
    assert [(group.reason, group.rows, group.row) for group in listed] == [
        ("reason 0", 3, "0"),
        ("reason 1", 2, "1"),
    ]
    assert left == 2


def test_empty_tables_have_figures_too() -> None:
    assert figures.by_direction(CALLS.empty()) == {}
    assert figures.losses(CALLS.empty()).total == 0
    assert figures.hours_of_day(CALLS.empty(), "UTC") == []
    assert figures.days(CALLS.empty(), "UTC") == []
    assert figures.rejected_reasons(REJECTED_OUT.empty(), 5) == ([], 0)
    assert figures.finding_counts(FINDINGS.empty(), ("clock_off",)) == {}
