from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

import polars as pl

from callwitness.domain.reconcile.result import MISSING_SCHEMA, nothing_to_reconcile
from callwitness.domain.rules import Outage, Rules, SourceInfo
from callwitness.domain.tests.scenario import calls_of, moment
from callwitness.domain.verdict import judge

SOURCES = [
    SourceInfo("provider", "provider", neutral=True),
    SourceInfo("office", "office"),
    SourceInfo("contractor", "contractor"),
]


@dataclass
class Case:
    """What each witness says about one call, and what is expected of it."""

    rules: Rules = field(default_factory=Rules)
    expected_in: str | None = None
    hidden: bool = False
    tables: dict[str, str] = field(default_factory=dict)

    def verdict(self, **tables: str) -> dict[str, object]:
        frames = [calls_of(text, role) for role, text in tables.items()]
        calls = pl.concat(frames).with_columns(
            scall=pl.int_range(pl.len(), dtype=pl.Int64),
            group=pl.lit(0, dtype=pl.Int64),
            hidden=pl.lit(self.hidden),
        )
        missing = pl.DataFrame(
            {"group": [0], "source": [self.expected_in]}, schema=MISSING_SCHEMA
        ).drop_nulls()
        reconciliation = replace(nothing_to_reconcile(), missing=missing)
        judged = judge(calls, reconciliation, SOURCES, self.rules)
        assert judged.height == 1
        return judged.row(0, named=True)


def codes(call: dict[str, object]) -> list[str]:
    return [reason["code"] for reason in json.loads(str(call["reasons"]))]


PROVIDER_ANSWERED = """
    witness | segment | caller       | caller_raw   | did          | started_at | total_s | talk_s | result   | human | direction
    list    | call    | +79000000001 | +79000000001 | +74950000001 | 10:00      | 45      | 45     | answered | yes   | inbound
"""
PROVIDER_MISSED = """
    witness | segment | caller       | did          | started_at | total_s | talk_s | result    | human | direction
    list    | call    | +79000000001 | +74950000001 | 10:00      | 45      | 0      | no_answer | no    | inbound
"""
QUEUE_ABANDONED = """
    native_call_id | witness   | segment | queue | started_at | answered_at | ended_at | result    | human | wait_s | direction
    1.1            | cdr       | queue   | sales | 10:01      | 10:01       | 10:44    | answered  | no    | -      | inbound
    1.1            | queue_log | queue   | sales | 10:03      | -           | 10:44    | abandoned | no    | 41     | inbound
"""
QUEUE_CONNECTED = """
    native_call_id | witness   | segment | queue | agent | started_at | answered_at | ended_at | result   | human | wait_s | direction
    1.1            | queue_log | queue   | sales | -     | 10:03      | -           | 10:20    | answered | -     | 17     | inbound
    1.1            | queue_log | talk    | sales | 101   | 10:20      | 10:20       | 10:44    | answered | yes   | 17     | inbound
"""
CONTRACTOR_ANSWERED = """
    witness | segment | caller       | started_at | wait_s | talk_s | result   | human
    report  | call    | +79000000001 | 10:00      | 18     | 20     | answered | yes
"""


def test_the_queue_log_beats_the_providers_answered_and_the_exchanges_answered() -> None:
    call = Case().verdict(provider=PROVIDER_ANSWERED, office=QUEUE_ABANDONED)
    assert call["verdict"] == "abandoned_in_queue"
    assert call["wait_s"] == 45.0
    assert call["did"] == "+74950000001"
    assert codes(call)[0] == "queue_log_abandon"
    assert call["witnesses"] == ["provider", "office"]


def test_the_contractors_claim_is_overruled_by_the_office() -> None:
    call = Case().verdict(office=QUEUE_ABANDONED, contractor=CONTRACTOR_ANSWERED)
    assert call["verdict"] == "abandoned_in_queue"
    assert codes(call)[0] == "overruled"


def test_an_interested_source_alone_never_overrules_the_neutral_one() -> None:
    call = Case().verdict(provider=PROVIDER_MISSED, office=QUEUE_CONNECTED)
    assert call["verdict"] == "no_answer"
    assert codes(call)[0] == "interested_alone"


def test_two_interested_sources_together_are_believed() -> None:
    call = Case().verdict(provider=PROVIDER_MISSED, office=QUEUE_CONNECTED, contractor=CONTRACTOR_ANSWERED)
    assert call["verdict"] == "answered"


def test_the_contractor_is_believed_where_no_office_saw_the_call() -> None:
    call = Case().verdict(provider=PROVIDER_ANSWERED, contractor=CONTRACTOR_ANSWERED)
    assert call["verdict"] == "answered"
    assert call["wait_s"] == 18.0


def test_a_call_the_office_should_have_seen_never_arrived() -> None:
    call = Case(expected_in="office").verdict(
        provider=PROVIDER_ANSWERED.replace("| yes ", "| -   ").replace("answered |", "- |")
    )
    assert call["verdict"] == "never_arrived"
    assert codes(call)[0] == "never_arrived"


def test_outside_working_hours_a_missed_call_is_closed_and_an_answered_one_is_answered() -> None:
    rules = Rules(
        working_hours={0: ((540, 1080),)}
    )  # the day of the scenarios is a Monday, the calls come at 00:10
    assert Case(rules).verdict(office=QUEUE_ABANDONED)["verdict"] == "closed"
    call = Case(rules).verdict(office=QUEUE_CONNECTED)
    assert call["verdict"] == "answered"
    assert call["flags"] == ["after_hours"]


def test_a_blacklisted_caller_is_rejected_and_marked_as_spam() -> None:
    call = Case(Rules(blacklist=frozenset({"+79000000001"}))).verdict(provider=PROVIDER_MISSED)
    assert call["verdict"] == "rejected"
    assert call["flags"] == ["spam"]


def test_a_menu_that_serves_by_itself_is_no_loss() -> None:
    menu = """
        native_call_id | witness | segment | started_at | answered_at | ended_at | result   | human | direction | did
        1.1            | cdr     | ivr     | 10:00      | 10:00       | 10:30    | answered | no    | inbound   | +74950000001
    """
    assert Case().verdict(office=menu)["verdict"] == "abandoned_in_ivr"
    rules = Rules(self_service_ivr=frozenset({"+74950000001"}))
    assert Case(rules).verdict(office=menu)["verdict"] == "self_served"


def test_a_caller_who_is_our_own_number_was_hidden_by_forwarding() -> None:
    text = PROVIDER_MISSED.replace("+79000000001", "+74950000001")
    call = Case(hidden=True).verdict(office=text)
    assert call["caller_kind"] == "hidden_by_forwarding"


def test_the_office_number_of_a_withheld_caller_is_used_when_the_provider_has_none() -> None:
    hidden = """
        witness | segment | caller | caller_kind | did          | started_at | total_s | result    | human
        list    | call    | -      | withheld    | +74950000001 | 10:00      | 45      | no_answer | no
    """
    known = """
        native_call_id | witness | segment | caller       | started_at | ended_at | result    | human
        1.1            | cdr     | ring    | +79000000001 | 10:00      | 10:40    | no_answer | no
    """
    call = Case().verdict(provider=hidden, office=known)
    assert (call["caller"], call["caller_kind"]) == ("+79000000001", "number")


def test_talk_is_the_human_moment_to_the_end_and_never_negative() -> None:
    call = Case().verdict(provider=PROVIDER_ANSWERED, office=QUEUE_CONNECTED)
    assert call["verdict"] == "answered"
    assert (call["wait_s"], call["talk_s"]) == (20.0, 25.0)
    assert call["agents"] == ["101"]


def test_a_call_in_an_agreed_outage_did_not_arrive_and_is_held_against_nobody() -> None:
    rules = Rules(outages=(Outage(moment("09:00"), moment("11:00")),))
    call = Case(rules).verdict(provider=PROVIDER_MISSED)
    assert call["verdict"] == "never_arrived"
    assert "covered_by_outage" in codes(call)


def test_an_end_that_nobody_tells_stays_unknown_and_makes_no_call_short() -> None:
    open_entry = """
        native_call_id | witness   | segment | queue | started_at | ended_at | result  | human | direction
        1.1            | queue_log | queue   | sales | 10:03      | -        | unknown | -     | inbound
    """
    call = Case().verdict(office=open_entry)
    assert (call["ended_at"], call["wait_s"], call["flags"]) == (None, None, [])
    assert codes(call) == ["queue_log_open", "call_left_open"]


def test_of_two_sources_of_one_role_the_verdict_that_stands_higher_holds() -> None:
    rang = """
        native_call_id | witness | segment | started_at | ended_at | result    | human | direction
        1.1            | cdr     | ring    | 10:00      | 10:40    | no_answer | no    | inbound
    """
    abandoned = rang.replace("ring ", "queue").replace("no_answer", "abandoned")
    frames = [
        calls_of(rang).with_columns(source=pl.lit("office@a")),
        calls_of(abandoned).with_columns(source=pl.lit("office@b")),
    ]
    calls = pl.concat(frames).with_columns(
        scall=pl.int_range(pl.len(), dtype=pl.Int64),
        group=pl.lit(0, dtype=pl.Int64),
        hidden=pl.lit(value=False),
    )
    offices = [SourceInfo("office@a", "office"), SourceInfo("office@b", "office")]
    assert judge(calls, nothing_to_reconcile(), offices, Rules())["verdict"].to_list() == [
        "abandoned_in_queue"
    ]
