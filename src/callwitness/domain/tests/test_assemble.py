from __future__ import annotations

import json

import polars as pl

from callwitness.domain.tests.scenario import calls_of, moment


def one(calls: pl.DataFrame) -> dict[str, object]:
    assert calls.height == 1
    return calls.row(0, named=True)


def codes(call: dict[str, object]) -> list[str]:
    return [reason["code"] for reason in json.loads(str(call["reasons"]))]


def test_a_queue_call_answered_by_the_queue_but_by_no_agent_is_abandoned() -> None:
    call = one(calls_of("""
        native_call_id | witness   | segment | queue | started_at | answered_at | ended_at | result    | human | caller       | wait_s
        1.1            | cdr       | queue   | sales | 10:00      | 10:00       | 10:41    | answered  | no    | +79000000001 | -
        1.1            | queue_log | queue   | sales | 10:00      | -           | 10:41    | abandoned | no    | +79000000001 | 41
    """))  # fmt: skip
    assert call["result"] == "abandoned_in_queue"
    assert call["human"] is False
    assert call["signal_answered_at"] == moment("10:00")
    assert call["queued_at"] == moment("10:00")
    assert codes(call)[0] == "queue_log_abandon"
    assert "cdr_answered_by_machine" in codes(call)


def test_ring_all_over_three_phones_is_one_answered_call() -> None:
    call = one(calls_of("""
        native_call_id | witness | segment | agent | started_at | answered_at | ended_at | result    | human | caller
        1.1            | cdr     | ring    | 101   | 10:00      | -           | 10:09    | no_answer | -     | +79000000001
        1.1            | cdr     | talk    | 102   | 10:00      | 10:09       | 11:09    | answered  | yes   | +79000000001
        1.1            | cdr     | ring    | 103   | 10:00      | -           | 10:09    | no_answer | -     | +79000000001
    """))  # fmt: skip
    assert call["result"] == "answered"
    assert call["agents"] == ["102"]
    assert call["rang"] == ["101", "103"]
    assert (call["wait_s"], call["talk_s"]) == (9.0, 60.0)


def test_channel_events_without_a_bridge_overrule_an_answered_cdr() -> None:
    call = one(calls_of("""
        native_call_id | witness | segment | agent | started_at | answered_at | ended_at | result   | human | precision_ms
        1.1            | cdr     | talk    | 102   | 10:00      | 10:09       | 11:09    | answered | yes   | 1000
        1.1            | cel     | call    | -     | 10:00.5    | 10:00.5     | 11:09.2  | -        | no    | 1
        1.1            | cel     | ring    | 102   | 10:01      | -           | 11:09    | no_answer | -    | 1
    """))  # fmt: skip
    assert call["human"] is False
    assert call["result"] == "no_answer"
    assert call["started_at"] == moment("10:00.5"), "the finer clock tells the start"
    assert "cel_no_bridge" in codes(call)


def test_a_call_that_left_the_queue_and_reached_a_manager_is_answered() -> None:
    call = one(calls_of("""
        native_call_id | witness   | segment | queue | agent | started_at | answered_at | ended_at | result   | human
        1.1            | queue_log | queue   | sales | -     | 10:00      | -           | 10:30    | timeout  | no
        1.1            | cel       | talk    | -     | 105   | 10:30      | 10:36       | 12:00    | answered | yes
    """))  # fmt: skip
    assert call["result"] == "answered"
    assert call["agent"] == "105"
    assert call["agent_answered_at"] == moment("10:36")


def test_a_second_queue_left_after_an_answer_leaves_a_flag() -> None:
    call = one(calls_of("""
        native_call_id | witness   | segment | queue   | agent | started_at | answered_at | ended_at | result    | human
        1.1            | queue_log | talk    | sales   | 101   | 10:00      | 10:10       | 11:00    | answered  | yes
        1.1            | queue_log | queue   | support | -     | 11:00      | -           | 12:00    | abandoned | no
    """))  # fmt: skip
    assert call["result"] == "answered"
    assert call["flags"] == ["abandoned_after_answer"]


def test_two_linked_ids_that_a_transfer_merged_are_one_call() -> None:
    call = one(calls_of("""
        native_call_id | joins | witness | segment | agent | started_at | answered_at | ended_at | result   | human
        1.1            | -     | cel     | talk    | 101   | 10:00      | 10:10       | 11:00    | answered | yes
        1.9            | 1.1   | cel     | talk    | 102   | 10:50      | 10:55       | 12:00    | answered | yes
    """))  # fmt: skip
    assert call["native_ids"] == ["1.1", "1.9"]
    assert call["agents"] == ["101", "102"]
    assert call["flags"] == ["transferred"]


def test_an_unknown_native_id_makes_every_row_a_call_of_its_own() -> None:
    calls = calls_of("""
        witness | segment | started_at | total_s | talk_s | result   | human | caller
        list    | call    | 10:00      | 60      | 40     | answered | yes   | +79000000001
        list    | call    | 11:00      | 20      | 0      | no_answer | no   | +79000000001
    """, "provider")  # fmt: skip
    assert calls["native_call_id"].to_list() == ["file:0", "file:1"]
    assert calls["result"].to_list() == ["answered", "no_answer"]
    assert calls["signal_answered_at"].to_list() == [moment("10:20"), None]
    assert calls["ended_at"].to_list() == [moment("11:00"), moment("11:20")]


def test_a_busy_extension_is_busy_and_a_mixed_ring_group_is_not() -> None:
    calls = calls_of("""
        native_call_id | witness | segment | agent | started_at | ended_at | result    | human
        1.1            | cdr     | ring    | 101   | 10:00      | 10:01    | busy      | -
        2.1            | cdr     | ring    | 101   | 11:00      | 11:01    | busy      | -
        2.1            | cdr     | ring    | 102   | 11:00      | 11:20    | no_answer | -
    """)  # fmt: skip
    assert calls["result"].to_list() == ["busy", "no_answer"]


def test_who_talked_last_is_the_agent_and_everybody_is_named_once() -> None:
    call = one(calls_of("""
        native_call_id | witness | segment | agent | started_at | answered_at | ended_at | result   | human
        1.1            | cel     | talk    | 102   | 10:00      | 10:10       | 11:00    | answered | yes
        1.1            | cel     | talk    | 105   | 11:00      | 11:05       | 12:00    | answered | yes
        1.1            | cel     | talk    | 102   | 12:00      | 12:05       | 13:00    | answered | yes
    """))  # fmt: skip
    assert (call["agent"], call["agents"], call["flags"]) == ("102", ["102", "105"], ["transferred"])


def test_a_talk_that_the_queue_log_stretches_over_a_redirect_does_not_make_its_agent_the_last() -> None:
    call = one(calls_of("""
        native_call_id | witness   | segment | agent | started_at | answered_at | ended_at | result   | human
        1.1            | queue_log | talk    | 101   | 10:00      | 10:10       | 12:00    | answered | yes
        1.1            | cel       | talk    | 101   | 10:00      | 10:10       | 11:00    | answered | yes
        1.1            | cel       | talk    | 105   | 11:00      | 11:05       | 11:59    | answered | yes
    """))  # fmt: skip
    assert (call["agent"], call["agents"]) == ("105", ["101", "105"])


def test_a_caller_who_sat_in_the_menu_left_the_menu_whatever_was_dialled_in_vain_before() -> None:
    calls = calls_of("""
        native_call_id | direction | witness | segment | agent | started_at | answered_at | ended_at | result    | human
        1.1            | inbound   | cdr     | ring    | 700   | 10:00      | -           | 10:00    | failed    | no
        1.1            | inbound   | cdr     | ivr     | -     | 10:00      | 10:00       | 11:04    | answered  | no
        2.1            | inbound   | cdr     | ivr     | -     | 20:00      | 20:00       | 20:30    | answered  | no
        2.1            | inbound   | cdr     | ring    | 101   | 20:30      | -           | 20:50    | no_answer | no
        3.1            | inbound   | cdr     | ivr     | -     | 30:00      | 30:00       | 30:30    | answered  | no
        3.1            | inbound   | cdr     | ring    | 101   | 30:30      | -           | 30:31    | failed    | no
    """)  # fmt: skip
    assert calls["result"].to_list() == ["abandoned_in_ivr", "no_answer", "failed"]


def test_a_dial_that_no_channel_came_of_is_told_as_that() -> None:
    call = one(calls_of("""
        native_call_id | direction | witness | segment | agent | started_at | answered_at | ended_at | result | human | cause
        1.1            | inbound   | cdr     | ring    | 700   | 10:00      | 10:00       | 10:57    | failed | no    | VIRTUAL/700 66
    """))  # fmt: skip
    reason = json.loads(str(call["reasons"]))[0]
    assert (reason["code"], reason["params"]["target"], reason["params"]["cause"]) == (
        "cdr_dial_failed",
        "VIRTUAL/700",
        "66",
    )
    assert "cdr_no_answer" not in codes(call)


def test_a_visit_that_nothing_ends_is_unknown_and_another_witness_may_end_it() -> None:
    calls = calls_of("""
        native_call_id | direction | witness   | segment | queue | started_at | ended_at | result    | human
        1.1            | inbound   | queue_log | queue   | sales | 10:00      | -        | unknown   | -
        1.1            | inbound   | queue_log | ring    | -     | 10:00      | 10:20    | no_answer | no
        2.1            | inbound   | queue_log | queue   | sales | 20:00      | -        | unknown   | -
        2.1            | inbound   | cel       | call    | -     | 20:00      | 20:40    | answered  | no
    """)  # fmt: skip
    assert calls["result"].to_list() == ["unknown", "abandoned_in_queue"]
    assert [codes(call) for call in calls.head(1).iter_rows(named=True)] == [["queue_log_open"]]


def test_no_seconds_are_told_of_a_leg_that_seems_answered_at_once() -> None:
    call = one(calls_of("""
        native_call_id | witness | segment | agent | started_at | answered_at | ended_at | result   | human
        1.1            | cdr     | talk    | 101   | 10:00      | 10:00       | 11:00    | answered | yes
    """))  # fmt: skip
    assert json.loads(str(call["reasons"]))[0]["params"]["seconds"] is None
