import base64
import json
import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.webhook.adapter import Adapter
from callwitness.adapters.webhook.envelope import EVENTS, NotAnEvent, delivered
from callwitness.adapters.webhook.parse import read_events
from callwitness.ingest.conformance import check_adapter
from callwitness.ingest.contract import Batch, NumberPlan, ReadOptions

OPTIONS = ReadOptions(numbers=NumberPlan("RU"))
START = 1_793_602_800
IN = {"direction": "inbound", "from": "+79000000001", "to": "+74950000001"}


def event(word: str, seconds: float, **more: object) -> dict[str, Any]:
    return {"event": word if "." in word else f"call.{word}", "call_id": "C", "at": START + seconds} | more


def read(*events: dict[str, Any] | str) -> Batch:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in events]
    return read_events(enumerate(lines, 1), "a.jsonl", "0", OPTIONS)


def legs(*events: dict[str, Any] | str) -> pl.DataFrame:
    batch = read(*events)
    assert batch.rejected["reason"].to_list() == []
    records = batch.records.with_columns(rec=pl.int_range(batch.records.height, dtype=pl.Int64))
    return Adapter().legs(records, OPTIONS).sort("native_call_id", "segment", "started_at", "agent")


def test_the_adapter_keeps_every_rule_of_the_contract() -> None:
    assert [outcome.sentence for outcome in check_adapter("webhook") if not outcome.passed] == []


def test_a_talk_is_one_call_and_one_person() -> None:
    told = legs(
        event("started", 0, **IN), event("answered", 12, agent="Anna"), event("ended", 95, result="answered")
    )
    assert told.select("segment", "agent", "human", "talk_s", "total_s").rows() == [
        ("call", None, True, 83.0, 95.0),
        ("talk", "Anna", True, 83.0, None),
    ]


def test_repeats_and_disorder_change_nothing() -> None:
    events = [
        event("started", 0, event_id="1", **IN, agent="Boris"), event("started", 5, event_id="2", agent="Anna"),
        event("answered", 12, event_id="3", agent="Anna", answered_by="human"), event("ended", 95, event_id="4", result="answered"),
        event("recording.ready", 120, event_id="5", recording_url="https://records.example/1"),
    ]  # fmt: skip
    want = legs(*events).drop("rec", "rec_end")
    shuffled = random.Random(4)
    for _ in range(10):
        again = events + events[:3]
        shuffled.shuffle(again)
        assert legs(*again).drop("rec", "rec_end").equals(want)
    assert want["recording"][0] == "https://records.example/1"
    assert want.filter(pl.col("segment") == "ring").select("agent", "result", "ended_at").rows() == [
        ("Boris", "cancelled", (START + 12) * 1000)
    ]


def test_a_no_answer_of_the_same_moment_as_the_first_ringing_ends_the_call() -> None:
    told = legs(event("ended", 0, result="no_answer"), event("started", 0, **IN))
    assert told.select("segment", "result", "human", "total_s").rows() == [("call", "no_answer", False, 0.0)]


def test_the_end_alone_is_a_call_and_begins_where_its_length_says() -> None:
    told = legs(event("ended", 41, result="abandoned", duration_s="41", **IN))
    assert told.select("started_at", "ended_at", "result", "human", "caller").row(0) == (
        START * 1000, (START + 41) * 1000, "abandoned", False, "+79000000001",
    )  # fmt: skip


def test_a_call_that_only_began_is_open_and_a_recording_alone_is_no_call() -> None:
    told = legs(event("started", 0, **IN), event("recording.ready", 9, call_id="other", recording_url="r"))
    assert told.select("native_call_id", "ended_at", "result", "human").rows() == [("C", None, None, None)]


def test_a_machine_that_answers_is_no_person_and_an_unnamed_answer_is_left_open() -> None:
    machine = legs(
        event("started", 0, **IN),
        event("answered", 1, answered_by="machine"),
        event("ended", 9, result="voicemail"),
    )
    unnamed = legs(event("started", 0, **IN), event("answered", 1), event("ended", 9))
    assert machine.select("result", "human").row(0) == ("voicemail", False)
    assert unnamed.select("result", "human").row(0) == ("answered", None)


def test_who_answered_may_be_named_at_the_end_only() -> None:
    told = legs(event("started", 0, **IN), event("ended", 60, result="answered", agent="Anna", talk_s=50))
    assert told.select("segment", "agent", "human", "answered_at").rows() == [
        ("call", "Anna", True, (START + 10) * 1000)
    ]


def test_an_outgoing_call_names_its_agent_and_rings_nobody_of_ours() -> None:
    out = {"direction": "outbound", "from": "101", "to": "89000000002", "agent": "Anna"}
    told = legs(event("started", 0, **out), event("ended", 20, result="busy"))
    assert told.select("segment", "agent", "called", "did", "result", "human").rows() == [
        ("call", "Anna", "+79000000002", None, "busy", False)
    ]


def test_an_empty_caller_is_withheld_and_an_absent_one_unknown() -> None:
    assert legs(event("started", 0, **{"from": ""}))["caller_kind"].to_list() == ["withheld"]
    assert legs(event("started", 0))["caller_kind"].to_list() == [None]


def test_clocks_of_two_machines_never_make_a_negative_length() -> None:
    told = legs(
        event("started", 5, **IN), event("answered", 4, agent="Anna"), event("ended", 3, result="answered")
    )
    assert told.filter(pl.col("talk_s") < 0).is_empty()
    assert told.filter(pl.col("total_s") < 0).is_empty()


@pytest.mark.parametrize(
    "at", [START * 1000, str(START), "2026-11-02T10:00:00+03:00", "2026-11-02T07:00:00Z", START + 0.0]
)
def test_a_moment_may_be_written_in_each_of_these_ways(at: object) -> None:
    assert read(event("started", 0, at=at)).records["started_at"].to_list() == [START * 1000]


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (event("ringing", 0), "call.ringing"), ({"event": "call.ended", "at": START}, "call_id"),
        (event("started", 0, at="2026-11-02T10:00:00"), "zone"), (event("started", 0, at=12), "unix"),
        ({"event": "call.ended", "call_id": "C"}, "expected at"), (event("ended", 0, ended_at="soon"), "ended_at"),
        ("[1]", "JSON object"), ('{"body": "[]"}', "body"), ('{"body64": "%"}', "base64"), ("{", "JSON object"),
        ('{"event": []}', "expected event"),
    ],
)  # fmt: skip
def test_what_is_no_event_gets_a_sentence_and_keeps_its_line(wrong: dict[str, Any] | str, named: str) -> None:
    batch = read(wrong)
    assert batch.records.is_empty()
    assert named in batch.rejected["reason"][0]
    assert batch.rejected["raw"][0] == (wrong if isinstance(wrong, str) else json.dumps(wrong))


def test_envelopes_bare_lines_and_forms_say_the_same() -> None:
    form = f"event=call.started&call_id=C&at={START}&direction=inbound&from=%2B79000000001&to=%2B74950000001"
    bare = event("started", 0, **IN)
    packed = base64.b64encode(json.dumps(bare).encode()).decode()
    told = [
        read(line).records.drop("row", "detail")
        for line in (bare, form, {"seq": 7, "received_at": "2026-11-02T08:00:00Z", "body": json.dumps(bare)},
                     {"body": form}, {"body64": packed}, {"body": bare})
    ]  # fmt: skip
    assert all(one.equals(told[0]) for one in told)


def test_an_event_without_a_time_happened_when_it_came() -> None:
    body = json.dumps({"event": "call.started", "call_id": "C"})
    told = read({"received_at": "2026-11-02T07:00:00.250Z", "body": body}).records
    assert told.select("started_at", "precision_ms").row(0) == (START * 1000 + 250, 1)


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(
    [*EVENTS, "C", START, START * 1000, "inbound", "human", "answered", "no_answer", {"a": 1}, ["call.ended"]]
)  # fmt: skip
fields = st.sampled_from(
    ["event", "event_id", "call_id", "at", "from", "to", "direction", "agent", "started_at", "ended_at", "result", "talk_s",
     "duration_s", "answered_by", "seq", "received_at", "body", "body64"]
)  # fmt: skip


@settings(max_examples=200)
@given(st.lists(st.dictionaries(fields, values, max_size=9), max_size=6))
def test_every_line_is_a_record_or_rejected(events: list[dict[str, object]]) -> None:
    certain = [{"event": "call.ended", "call_id": "C", "at": START}, *events]
    batch = read(*certain)
    assert sorted([*batch.records["row"], *batch.rejected["row"]]) == list(range(1, len(certain) + 1))
    records = batch.records.with_columns(rec=pl.int_range(batch.records.height, dtype=pl.Int64))
    assert Adapter().legs(records, OPTIONS).height >= 1


@pytest.mark.parametrize(
    "line", ["[" * 5000, '{"a":' * 3000, "null", '"x"', "\ufeff{}", "a=b&" * 1000, "9" * 5000]
)
def test_hostile_lines_are_refused_not_followed(line: str) -> None:
    with pytest.raises(NotAnEvent, match="expected"):
        delivered(line)
