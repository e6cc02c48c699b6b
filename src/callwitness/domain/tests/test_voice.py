from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from callwitness.domain.findings import find
from callwitness.domain.findings.clocks import Zones
from callwitness.domain.reconcile.result import nothing_to_reconcile
from callwitness.domain.recordings.tables import LOOSE, TIES, VOICES, Recorded
from callwitness.domain.rules import Rules, SourceInfo
from callwitness.domain.tests.scenario import calls_of, moment
from callwitness.domain.verdict import judge

SOURCES = [
    SourceInfo("provider", "provider", neutral=True),
    SourceInfo("office", "office"),
    SourceInfo("contractor", "contractor"),
]
ABANDONED = """
    native_call_id | witness   | segment | queue | started_at | ended_at | result    | human | wait_s | direction
    1.1            | queue_log | queue   | sales | 10:00      | 11:00    | abandoned | no    | 60     | inbound
"""
CONNECTED = """
    native_call_id | witness   | segment | queue | agent | started_at | answered_at | ended_at | result   | human | direction
    1.1            | queue_log | queue   | sales | -     | 10:00      | -           | 10:18    | answered | -     | inbound
    1.1            | queue_log | talk    | sales | 101   | 10:18      | 10:18       | 11:00    | answered | yes   | inbound
"""
MAILBOX = """
    native_call_id | witness | segment   | started_at | answered_at | ended_at | result    | human | direction
    1.1            | cdr     | voicemail | 10:00      | 10:05       | 11:00    | voicemail | no    | inbound
"""
CLAIMED = """
    witness | segment | caller       | started_at | wait_s | talk_s | result   | human | direction
    report  | call    | +79000000001 | 10:00      | 18     | 42     | answered | yes   | inbound
"""
SILENT_CLAIM = CLAIMED.replace("| 18     | 42 ", "| 18     | 6  ")
MISSED = """
    witness | segment | caller       | started_at | total_s | talk_s | result    | human | direction
    list    | call    | +79000000001 | 10:00      | 60      | 0      | no_answer | no    | inbound
"""


def judged(voice: dict[str, object] | None, **tables: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The judged call, and the source calls it is made of. voice: columns of VOICES."""
    calls = pl.concat([calls_of(text, role) for role, text in tables.items()]).with_columns(
        scall=pl.int_range(pl.len(), dtype=pl.Int64),
        group=pl.lit(0, dtype=pl.Int64),
        hidden=pl.lit(value=False),
    )
    told = (
        None
        if voice is None
        else VOICES.conform(pl.DataFrame([{"group": 0, "voice_recording": "a.wav", **voice}]))
    )
    return judge(calls, nothing_to_reconcile(), SOURCES, Rules(), told), calls


def verdict(voice: dict[str, object] | None, **tables: str) -> dict[str, object]:
    return judged(voice, **tables)[0].row(0, named=True)


def codes(call: dict[str, object]) -> list[str]:
    return [reason["code"] for reason in json.loads(str(call["reasons"]))]


def heard(at: str | None, sure: float = 0.95) -> dict[str, object]:
    placed = None if at is None else moment(at)
    return {"heard": "voice", "voice_at": placed, "voice_confidence": sure, "voice_uncertainty_s": 1.0}


def nobody(
    begun: str | None = "10:00", until: str | None = "11:00", length: float = 60.0
) -> dict[str, object]:
    return {
        "heard": "nobody",
        "voice_confidence": 0.97,
        "voice_apart": True,
        "listened_from": None if begun is None else moment(begun),
        "listened_until": None if until is None else moment(until),
        "listened_s": length,
    }


def test_the_wait_ends_with_the_first_live_word() -> None:
    call = verdict(heard("10:37"), office=CONNECTED)
    assert (call["human_voice_at"], call["wait_s"], call["talk_s"]) == (moment("10:37"), 37.0, 23.0)
    assert call["agent_answered_at"] == moment("10:18")
    assert "recording_voice" in codes(call)


def test_without_recordings_nothing_is_said_of_voices() -> None:
    call = verdict(None, office=CONNECTED)
    assert (call["human_voice_at"], call["wait_s"]) == (None, 18.0)
    assert not [code for code in codes(call) if code.startswith(("recording", "voice"))]


def test_a_voice_that_cannot_be_placed_confirms_and_moves_nothing() -> None:
    call = verdict(heard(None), office=CONNECTED)
    assert (call["human_voice_at"], call["wait_s"]) == (None, 18.0)


@pytest.mark.parametrize(("sure", "expected"), [(0.95, "answered"), (0.85, "abandoned_in_queue")])
def test_against_the_office_a_voice_must_be_very_sure(sure: float, expected: str) -> None:
    call = verdict(heard("10:37", sure), office=ABANDONED, contractor=CLAIMED)
    assert call["verdict"] == expected
    assert (call["human_voice_at"] is not None) == (expected == "answered")


def test_a_mailbox_speaks_itself() -> None:
    assert verdict(heard("10:06", 0.99), office=MAILBOX)["verdict"] == "voicemail"


def test_a_voice_lets_the_one_who_reports_on_itself_be_believed() -> None:
    assert verdict(None, provider=MISSED, contractor=CLAIMED)["verdict"] != "answered"
    call = verdict(heard("10:20", 0.95), provider=MISSED, contractor=CLAIMED)
    assert call["verdict"] == "answered"
    assert "interested_alone" not in codes(call)


def test_a_voice_before_any_telephone_was_picked_up_is_not_counted() -> None:
    call = verdict(heard("10:05"), office=CONNECTED)
    assert (call["verdict"], call["human_voice_at"], call["wait_s"]) == ("answered", None, 18.0)
    assert "voice_before_answer" in codes(call)


@pytest.mark.parametrize("voice", [nobody(), nobody(None, None, 42.0), nobody("10:18", "11:00", 42.0)])
def test_a_talk_in_which_nobody_speaks_is_no_answer(voice: dict[str, object]) -> None:
    call = verdict(voice, office=CONNECTED)
    assert (call["verdict"], call["agent"], call["wait_s"]) == ("abandoned_in_queue", None, 60.0)
    assert "recording_nobody" in codes(call)


@pytest.mark.parametrize(
    "voice",
    [
        nobody("10:00", "10:30", 30.0),  # ends before the talk does
        nobody("10:30", "11:00", 30.0),  # begins after the answer
        nobody(None, None, 30.0),
        {"heard": "doubtful", "voice_confidence": 0.5},
        {"heard": "faulty", "silent_side": "far", "voice_confidence": 0.99},
    ],
)
def test_what_does_not_cover_the_talk_or_is_in_doubt_denies_nothing(voice: dict[str, object]) -> None:
    assert verdict(voice, office=CONNECTED)["verdict"] == "answered"


@pytest.mark.parametrize(
    "less", [{"voice_confidence": 0.85}, {"voice_confidence": 0.99, "voice_apart": False}]
)
def test_what_the_office_connected_is_disputed_before_it_is_denied(less: dict[str, object]) -> None:
    unsure = {**nobody(), **less}
    assert verdict(unsure, office=CONNECTED)["verdict"] == "answered"
    assert "recording_nobody" in codes(verdict(unsure, office=CONNECTED))
    (finding,) = found(unsure, office=CONNECTED)
    assert (finding["kind"], finding["left_source"], finding["right_value"]) == (
        "answer_disputed",
        "office",
        "nobody",
    )
    assert verdict(unsure, contractor=CLAIMED)["verdict"] == "no_answer"


def test_in_a_short_talk_nobody_need_have_spoken() -> None:
    call = verdict(nobody("10:00", "10:24", 24.0), contractor=SILENT_CLAIM)
    assert call["verdict"] == "answered"


def test_a_silent_side_is_said_to_be_a_fault() -> None:
    call = verdict({"heard": "faulty", "silent_side": "far", "voice_confidence": 0.9}, office=CONNECTED)
    assert "recording_side_silent" in codes(call)


def found(
    voice: dict[str, object] | None, recorded: Recorded | None = None, **tables: str
) -> list[dict[str, object]]:
    rows, calls = judged(voice, **tables)
    rows = rows.with_columns(call_id=pl.lit("c1"))
    calls = calls.with_columns(record_id=pl.format("r{}", "scall"), record_answer=pl.lit(None, pl.String))
    matches = calls.select(
        "scall", "source", "native_call_id", match=pl.lit("matched"), pair_scall=pl.lit(None, pl.Int64),
        rule=pl.lit(None, pl.String),
    )  # fmt: skip
    told = replace(nothing_to_reconcile(), matches=matches)
    return find(rows, calls, told, SOURCES, Rules(), zones=Zones(), recorded=recorded).to_dicts()


def test_the_contractors_eighteen_seconds_are_thirty_seven_in_the_recording() -> None:
    (finding,) = found(heard("10:37"), office=CONNECTED, contractor=CLAIMED)
    assert (finding["kind"], finding["bears"]) == ("wait_understated", "contractor")
    assert (finding["left_value"], finding["right_source"], finding["right_value"]) == (
        "18.0",
        "recording",
        "37.0",
    )
    assert finding["right_record"] == "a.wav"
    first, second = json.loads(str(finding["reasons"]))
    assert (first["code"], first["params"]["witness"]) == ("wait_claimed", "recording")
    assert (second["code"], second["params"]["confidence"]) == ("recording_voice", 0.95)


def test_a_doubt_as_wide_as_the_difference_is_no_finding() -> None:
    unsure = {**heard("10:25"), "voice_uncertainty_s": 4.0}
    assert found(unsure, office=CONNECTED, contractor=CLAIMED) == []


def test_the_recording_is_named_where_it_denies_an_answer() -> None:
    kinds = found(nobody(), office=CONNECTED, contractor=CLAIMED)
    assert {one["kind"] for one in kinds} == {"answer_disputed"}
    assert {one["left_source"] for one in kinds} == {"contractor", "office"}
    assert {(one["right_source"], one["right_value"]) for one in kinds} == {("recording", "nobody")}
    assert {one["right_record"] for one in kinds} == {"a.wav"}


def test_a_recording_that_agrees_with_the_office_is_told_beside_it() -> None:
    (finding,) = found(nobody(), office=ABANDONED, contractor=CLAIMED)
    assert finding["right_source"] == "office"
    assert "recording_nobody" in str(finding["reasons"])


def ties(**facts: object) -> Recorded:
    row = {"recording": "a.wav", "name": "a.wav", "scall": 0, "group": 0, "tied_source": "office", **facts}
    return Recorded(TIES.conform(pl.DataFrame([row])), LOOSE.empty(), VOICES.empty())


def test_a_recording_shorter_than_its_talk_is_cut() -> None:
    assert found(None, ties(duration_s=38.0, status="answered"), office=CONNECTED) == []
    (finding,) = found(None, ties(duration_s=20.0, status="answered"), office=CONNECTED)
    assert (finding["kind"], finding["bears"], finding["left_record"]) == (
        "recording_truncated",
        "office",
        "a.wav",
    )
    assert (finding["left_value"], finding["right_value"]) == ("20.0", "42.0")


def test_a_recording_with_a_silent_side_is_incomplete() -> None:
    (finding,) = found(None, ties(duration_s=60.0, status="nobody", silence="far"), office=CONNECTED)
    assert finding["kind"] == "recording_truncated"
    assert "recording_side_silent" in str(finding["reasons"])


def test_a_loose_recording_tells_between_which_calls_it_stands() -> None:
    loose = LOOSE.conform(
        pl.DataFrame({"recording": ["x", "y"], "name": ["x.wav", "y.wav"], "groups": [[], [0]]})
    )
    recorded = Recorded(TIES.empty(), loose, VOICES.empty())
    first, second = sorted(found(None, recorded, office=CONNECTED), key=lambda one: str(one["left_value"]))
    assert (first["kind"], first["left_value"], first["call_id"]) == ("recording_orphan", "x.wav", None)
    assert "recording_no_call" in str(first["reasons"])
    assert json.loads(str(second["reasons"]))[0]["params"]["calls"] == "office 1.1"
