import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.mango.adapter import Adapter
from callwitness.adapters.mango.envelope import NotANotification, notification
from callwitness.adapters.mango.parse_events import read_events
from callwitness.ingest.conformance import check_adapter
from callwitness.ingest.contract import NumberPlan, ReadOptions

OPTIONS = ReadOptions(numbers=NumberPlan("RU"))
START = 1_793_599_200
CLIENT = {"number": "79000000001"}
AGENT = {"extension": "101", "number": "sip:anna@example.com", "line_number": "74950000001"}


def event(call: str, seconds: int, seq: int | str, state: str, **more: object) -> str:
    body = {"entry_id": "E", "call_id": call, "timestamp": START + seconds, "seq": seq, "call_state": state,
            "location": "abonent", "from": CLIENT, "to": AGENT} | more  # fmt: skip
    return json.dumps(body)


def legs(*lines: str) -> pl.DataFrame:
    batch = read_events(enumerate(lines, 1), "a.jsonl", "0", OPTIONS)
    assert batch.rejected.is_empty()
    records = batch.records.with_columns(rec=pl.int_range(batch.records.height, dtype=pl.Int64))
    return Adapter().legs(records, OPTIONS).sort("started_at", "rec")


def test_the_adapter_keeps_every_rule_of_the_contract() -> None:
    assert [outcome.sentence for outcome in check_adapter("mango") if not outcome.passed] == []


def test_a_talk_with_hold_out_of_order_and_repeated_is_one_leg() -> None:
    told = legs(
        event("L", 90, 5, "Disconnected", disconnect_reason=1110), event("L", 0, 1, "Appeared"), event("L", 8, 2, "Connected"),
        event("L", 8, 2, "Connected"), event("L", 40, 4, "Connected"), event("L", 30, 3, "OnHold"),
    )  # fmt: skip
    assert told.select("segment", "human", "agent", "talk_s", "hold_s", "hangup_by", "direction").rows() == [
        ("talk", True, "101", 82.0, 10.0, "caller", "inbound")
    ]


def test_numbers_may_be_texts_and_the_end_may_come_first() -> None:
    told = legs(
        event("L", 20, "2", "Disconnected", timestamp=str(START + 20), disconnect_reason="1121"),
        event("L", 0, "1", "Appeared"),
    )
    assert told.select("segment", "result", "human", "started_at").row(0) == (
        "ring",
        "no_answer",
        False,
        START * 1000,
    )


def test_a_menu_that_answers_is_no_person() -> None:
    told = legs(
        event("L", 0, 1, "Appeared", location="ivr"),
        event("L", 0, 2, "Connected", location="ivr"),
        event("L", 9, 3, "Disconnected", location="ivr", disconnect_reason="1110"),
    )
    assert told.select("segment", "human").row(0) == ("ivr", False)


def test_a_caller_who_leaves_the_queue_abandoned() -> None:
    told = legs(
        event("L", 0, 1, "Appeared", location="queue"),
        event("L", 40, 2, "Disconnected", location="queue", disconnect_reason="1110"),
    )
    assert told.select("segment", "result", "human").row(0) == ("queue", "abandoned", False)


def test_a_callback_is_outgoing_and_the_employee_picking_up_is_no_answer() -> None:
    employee, client = {"extension": "101", "number": "sip:anna@example.com"}, {"number": "79000000007"}
    back = employee | {"taken_from_call_id": "C1"}
    first = {"from": client, "to": employee, "command_id": "c"}
    second = {"from": back, "to": client, "command_id": "c"}
    told = legs(
        event("C1", 0, 1, "Appeared", **first), event("C1", 4, 2, "Connected", **first),
        event("C2", 5, 1, "Appeared", **second), event("C2", 30, 2, "Disconnected", disconnect_reason="1124", **second),
        event("C1", 30, 3, "Disconnected", **first),
    )  # fmt: skip
    assert told.select("segment", "direction", "called", "agent", "human").rows() == [
        ("signal", "outbound", "+79000000007", "101", None), ("ring", "outbound", "+79000000007", "101", False),
    ]  # fmt: skip


def test_a_summary_claims_unless_the_whole_call_says_otherwise() -> None:
    summary = {"entry_id": "E", "call_direction": "1", "from": CLIENT, "to": AGENT, "line_number": "74950000001", "create_time": START,
               "talk_time": START + 5, "end_time": START + 20, "entry_result": "1"}  # fmt: skip
    assert legs(json.dumps(summary))["human"].to_list() == [True]
    told = legs(
        json.dumps(summary),
        event("L", 0, 1, "Appeared"),
        event("L", 20, 2, "Disconnected", disconnect_reason="1121"),
    )
    assert sorted(told.select("witness", "human").rows()) == [("events", False), ("summary", None)]


def test_a_blind_transfer_shows_and_a_recording_finds_its_leg() -> None:
    told = legs(
        event("L", 0, 1, "Appeared"), event("L", 5, 2, "Connected"), event("L", 60, 3, "Disconnected", transfer="blind"),
        json.dumps({"entry_id": "E", "call_id": "L", "recording_id": "R", "recording_state": "Completed", "timestamp": START + 70, "seq": 2}),
    )  # fmt: skip
    assert set(told.select("segment", "result", "recording").rows()) == {
        ("talk", "answered", "R"),
        ("transfer", "transferred", None),
    }


def test_wrapped_and_posted_notifications_are_opened() -> None:
    inner = {"entry_id": "E", "call_id": "L", "call_state": "Appeared", "timestamp": START}
    forms = (json.dumps({"event": "call", "json": inner}), json.dumps({"path": "/events/call", "body": {"json": json.dumps(inner)}}),
             "vpbx_api_key=x&sign=y&json=%7B%22entry_id%22%3A%22E%22%2C%22call_id%22%3A%22L%22%2C%22call_state%22%3A%22Appeared%22%2C%22timestamp%22%3A1793599200%7D")  # fmt: skip
    assert [notification(form) for form in forms] == [inner] * 3


@pytest.mark.parametrize("line", ["<html>", "[" * 5000, "{}", "null", '{"json": "{"}', "json=%7B"])
def test_what_is_no_notification_gets_a_sentence(line: str) -> None:
    with pytest.raises(NotANotification, match="expected"):
        notification(line)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.dictionaries(
    st.sampled_from(["entry_id", "call_id", "call_state", "timestamp", "seq", "from", "to", "location", "talk_time", "create_time", "entry_result"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just({"number": 7}) | st.just(START), max_size=8), max_size=6))  # fmt: skip
def test_every_line_is_a_record_or_rejected(events: list[dict[str, object]]) -> None:
    lines = list(enumerate(map(json.dumps, events), 1))
    batch = read_events(lines, "a.jsonl", "0", OPTIONS)
    assert sorted([*batch.records["row"], *batch.rejected["row"]]) == [number for number, _ in lines]
    Adapter().legs(
        batch.records.with_columns(rec=pl.int_range(batch.records.height, dtype=pl.Int64)), OPTIONS
    )
