"""Recordings on the page: on the axis of their call where they could be placed, and beside what others claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from callwitness.domain.results import LADDER, RECORDINGS_OUT
from callwitness.report.figures import Voices, voices
from callwitness.report.formats import Formats
from callwitness.report.ladder import Sound, draw
from callwitness.report.language import LANGUAGES
from callwitness.report.page import ReportInput, render
from callwitness.report.recordings import Answer, Listened, answers
from callwitness.report.tests.example import example
from callwitness.report.tests.test_ladder import FORMATS, START, leg, parsed
from callwitness.report.tests.test_page import EVIL, Reader

SPANS = [(0.0, 2.0, "tone"), (2.0, 37.0, "music"), (37.0, 60.0, "speech")]
CALL = {"started_at": START, "agent_answered_at": None, "human_voice_at": START + 37_000}


def row(**values: Any) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(RECORDINGS_OUT.names)
    made |= {
        "recording": "a.wav",
        "call_id": "c1",
        "status": "answered",
        "confidence": 0.96,
        "duration_s": 60.0,
    }
    return made | values


def record(source: str, **values: Any) -> dict[str, Any]:
    return {"source": source, "wait_s": None} | values


def by_whom(found: tuple[Answer, ...]) -> list[tuple[str, str]]:
    return [(one.who, one.said) for one in found]


LEGS = [
    leg("talk", 36, 60, agent="101", result="answered", human=True, answered_at=START + 36_000),
    leg("call", 0, 60, source="contractor", role="contractor", result="answered", human=True),
]


def test_contractor_exchange_and_recording_stand_side_by_side() -> None:
    heard = row(human_voice_at=CALL["human_voice_at"])
    found = answers(CALL, LEGS, [record("contractor", wait_s=18.0)], [heard], FORMATS)
    assert by_whom(found) == [("Contractor", "0:18"), ("Office", "0:36"), ("Recording", "0:37")]
    assert found[-1].note == "sure 96\u00a0%"


AT_ONCE = leg("call", 0, 60, queue="sales", result="answered", human=True, answered_at=START)


def test_where_a_queue_answers_at_once_the_office_is_shown_with_its_agent() -> None:
    call = CALL | {"agent_answered_at": START + 35_000}
    assert answers(call, [AT_ONCE, LEGS[0]], [], [row()], FORMATS)[0] == Answer("Office", "0:35")
    assert answers(CALL, [AT_ONCE, LEGS[0]], [], [row()], FORMATS)[0] == Answer("Office", "0:36")


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "equipment answered"), ("ru", "ответ оборудования"), ("uk", "відповідь обладнання")],
)
def test_an_office_without_a_known_agent_says_whose_answer_it_is(lang: str, said: str) -> None:
    found = answers(CALL, [AT_ONCE], [], [row()], replace(FORMATS, lang=lang))
    assert (found[0].said, found[0].note) == ("0:00", said)


def test_who_denies_an_answer_says_so() -> None:
    denied = [leg("queue", 0, 60, queue="sales", result="abandoned", human=False), LEGS[1]]
    call = {"started_at": START, "human_voice_at": None}
    nobody = row(status="nobody", confidence=0.9)
    found = answers(call, denied, [record("contractor", wait_s=18.0)], [nobody], FORMATS)
    assert by_whom(found) == [
        ("Contractor", "0:18"),
        ("Office", "nobody"),
        ("Recording", "no live voice, sure 90\u00a0%"),
    ]


def test_a_silent_side_is_no_answer_and_no_denial() -> None:
    call = {"started_at": START, "human_voice_at": None}
    found = answers(call, [], [], [row(status="nobody", silence="far")], FORMATS)
    assert by_whom(found) == [("Recording", "a side is silent")]


def test_without_a_recording_nothing_is_compared() -> None:
    assert answers(CALL, LEGS, [], [], FORMATS) == ()


def with_recordings(
    result: ReportInput, *rows: dict[str, Any], spans: dict[str, Any] | None = None
) -> ReportInput:
    table = RECORDINGS_OUT.conform(pl.DataFrame(rows, schema=RECORDINGS_OUT.schema))
    names = [str(one["recording"]) for one in rows]
    return replace(result, listened=Listened(table, spans or dict.fromkeys(names, SPANS)))


def in_question(result: ReportInput) -> dict[str, Any]:
    """A call of the page that has legs."""
    told = result.ladder.drop_nulls("started_at")["call_id"].implode()
    found = result.calls.filter((pl.col("verdict") == "abandoned_in_queue") & pl.col("call_id").is_in(told))
    return found.row(0, named=True)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_placed_recording_is_a_row_of_the_ladder(lang: str) -> None:
    result = example(lang)
    call = in_question(result)
    placed = row(call_id=call["call_id"], begun_at=call["started_at"], status="nobody")
    html = render(with_recordings(result, placed))
    Reader(html)
    assert html.count('class="span-music"') == 1
    assert 'class="answers"' in html
    assert 'class="sound"' not in html


def test_a_recording_that_could_not_be_placed_has_a_strip_of_its_own() -> None:
    result = example()
    html = render(with_recordings(result, row(call_id=in_question(result)["call_id"], human_voice_s=37.0)))
    Reader(html)
    assert 'class="sound"' in html
    assert 'class="moment-voice"' in html


def test_hostile_names_of_recordings_stay_text() -> None:
    result = example()
    call = in_question(result)
    names = (
        row(recording=EVIL, call_id=call["call_id"]),
        row(recording=EVIL + "2", begun_at=call["started_at"], call_id=call["call_id"]),
    )
    html = render(with_recordings(result, *names))
    assert "<script" not in html
    assert "onerror" not in Reader(html).tags


def test_the_page_says_how_many_voices_the_third_clock_knows() -> None:
    result = example()
    assert "answered inbound calls; the voice clock" not in render(result)
    assert "answered inbound calls; the voice clock" in render(with_recordings(result, row(call_id="none")))


def test_a_recording_longer_than_the_call_widens_the_axis() -> None:
    legs = [{**dict.fromkeys(LADDER.names), **leg("talk", 0, 30, agent="101", result="answered")}]
    sound = Sound("Recording", "live voice", START - 10_000, ((0.0, 50.0, "speech"),))
    drawn = draw(legs, (), START, "call", Formats("en", FORMATS.zone), [sound])
    assert drawn is not None
    assert [one.label for one in drawn.rows] == ["101", "Recording"]
    bars = {bar.get("class"): (bar.get("x"), bar.get("width")) for bar in parsed(drawn.picture).iter("rect")}
    assert bars["span-speech"] == ("0%", "100%")
    assert bars["leg-ring"] == ("20%", "60%")


def test_the_agent_clock_is_told_for_the_calls_that_the_voice_clock_knows() -> None:
    calls = pl.DataFrame(
        {
            "direction": ["inbound"] * 3,
            "verdict": ["answered"] * 3,
            "started_at": [0, 0, 0],
            "queued_at": [None, 5_000, 0],
            "agent_answered_at": [19_000, 26_000, 1_000],
            "human_voice_at": [22_000, 27_000, None],
        }
    )
    assert voices(calls, 20.0) == Voices(answered=3, known=2, agent_in_time=1)
