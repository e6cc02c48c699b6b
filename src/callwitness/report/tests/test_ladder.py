"""Ladders: a row a party, bars in their order, clocks where they belong."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from callwitness.domain.results import LADDER
from callwitness.domain.schema import RESULTS, SEGMENTS
from callwitness.report.formats import Formats
from callwitness.report.ladder import Clock, draw

FORMATS = Formats("en", ZoneInfo("UTC"))
START = 1795258987000


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own drawing


def leg(segment: str, begins: int, ends: int | None, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(LADDER.names)
    row |= {"source": "office", "role": "office", "segment": segment, "started_at": START + begins * 1000}
    return row | {"ended_at": None if ends is None else START + ends * 1000} | values


def test_ringing_and_talk_of_one_agent_share_a_row_and_the_provider_stands_above() -> None:
    legs = [
        leg("talk", 20, 60, agent="101", result="answered"),
        leg("ring", 10, 20, agent="101", result="answered"),
        leg("ring", 10, 20, agent="102", result="no_answer"),
        leg("queue", 5, 20, queue="sales", result="answered"),
        leg("call", 0, 60, source="provider", role="provider", result="answered"),
    ]
    drawn = draw(legs, (), START, "call", FORMATS)
    assert drawn is not None
    assert [(row.label, row.outcome) for row in drawn.rows] == [
        ("Provider", "picked up"),
        ("queue sales", "picked up"),
        ("101", "picked up"),
        ("102", "no answer"),
    ]


def test_a_phone_that_rang_and_was_answered_changes_its_bar_at_the_answer() -> None:
    drawn = draw([leg("ring", 0, 100, agent="101", answered_at=START + 25_000)], (), START, "call", FORMATS)
    assert drawn is not None
    bars = [(bar.get("class"), bar.get("x"), bar.get("width")) for bar in parsed(drawn.picture).iter("rect")]
    assert bars == [("leg-ring", "0%", "25%"), ("leg-talk", "25%", "75%")]


def test_of_several_logs_that_tell_one_party_the_one_with_the_best_times_is_drawn() -> None:
    legs = [
        leg("queue", 0, 9, queue="sales", witness="cdr"),
        leg("queue", 1, 9, queue="sales", witness="cel"),
        leg("queue", 0, 8, queue="sales", witness="queue_log"),
    ]
    drawn = draw(legs, (), START, "call", FORMATS)
    assert drawn is not None
    assert [leg["witness"] for leg in drawn.rows[0].legs] == ["cel"]


def test_a_phone_that_a_log_answers_without_a_person_is_not_drawn_as_talk() -> None:
    rang = leg("ring", 0, 20, agent="104", answered_at=START, result="no_answer", human=False)
    drawn = draw([rang], (), START, "call", FORMATS)
    assert drawn is not None
    assert [bar.get("class") for bar in parsed(drawn.picture).iter("rect")] == ["leg-ring"]


def test_the_axis_is_counted_from_the_start_of_the_call_though_a_report_in_minutes_begins_before() -> None:
    legs = [leg("call", 0, 60), leg("call", -30, 60, source="contractor", role="contractor")]
    drawn = draw(legs, (), START, "call", FORMATS)
    assert drawn is not None
    ticks = [text.text for text in parsed(drawn.picture).iter("text")]
    assert ticks == ["\u22120:30", "\u22120:15", "0:00", "0:15", "0:30", "0:45", "1:00"]


def test_clocks_are_lines_on_the_axis_and_an_unknown_one_is_not_drawn() -> None:
    clocks = (Clock("signal", "equipment", START + 5000), Clock("voice", "voice", None))
    drawn = draw([leg("call", 0, 10)], clocks, START, "call", FORMATS)
    assert drawn is not None
    lines = [line for line in parsed(drawn.picture).iter("line") if line.get("class") != "grid"]
    assert [(line.get("class"), line.get("x1")) for line in lines] == [("clock-signal", "50%")]


def test_a_call_without_times_has_no_ladder() -> None:
    assert draw([leg("call", 0, 1) | {"started_at": None}], (), START, "call", FORMATS) is None
    assert draw([], (), START, "call", FORMATS) is None


def test_many_phones_are_drawn_up_to_a_limit_and_the_rest_counted() -> None:
    drawn = draw([leg("ring", 0, 9, agent=f"{n}") for n in range(40)], (), START, "call", FORMATS)
    assert drawn is not None
    assert len(drawn.rows) + drawn.left_out == 40
    assert drawn.left_out > 0


_moments = st.one_of(st.none(), st.integers(START, START + 10**9))


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "segment": st.sampled_from(SEGMENTS),
                "result": st.one_of(st.none(), st.sampled_from(RESULTS)),
                "agent": st.one_of(st.none(), st.text(max_size=5)),
                "started_at": _moments,
                "answered_at": _moments,
                "ended_at": _moments,
            }
        ),
        max_size=8,
    )
)
def test_any_legs_are_drawn_as_well_formed_svg(rows: list[dict[str, Any]]) -> None:
    drawn = draw([leg("call", 0, 1) | row for row in rows], (), START, "call", FORMATS)
    if drawn is not None:
        assert parsed(drawn.picture) is not None
