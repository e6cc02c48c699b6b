from __future__ import annotations

import polars as pl
import pytest

from callwitness.domain.lost import lost_callers
from callwitness.domain.missed_because import Presence
from callwitness.domain.rules import Rules
from callwitness.domain.schema import Column, Table
from callwitness.domain.tests.scenario import moment, table

CALLS = Table(
    "judged",
    (
        *(
            Column(name, pl.String(), "")
            for name in ("call_id", "direction", "caller", "caller_kind", "called", "did")
        ),
        *(Column(name, pl.String(), "") for name in ("verdict", "agent", "queue")),
        *(
            Column(name, pl.Int64(), "")
            for name in ("started_at", "queued_at", "agent_answered_at", "human_voice_at")
        ),
        Column("flags", pl.List(pl.String()), ""),
        Column("rang", pl.List(pl.String()), ""),
        Column("has_office", pl.Boolean(), ""),
    ),
)
TALKS = Table(
    "talks",
    (
        Column("agent", pl.String(), ""),
        Column("call_id", pl.String(), ""),
        Column("answered_at", pl.Int64(), ""),
        Column("ended_at", pl.Int64(), ""),
    ),
)
STATES = Table(
    "states",
    (
        *(Column(name, pl.String(), "") for name in ("agent", "queue", "event")),
        Column("started_at", pl.Int64(), ""),
    ),
)
NOBODY = Presence(
    TALKS.empty(), STATES.empty(), pl.DataFrame(schema={"queue": pl.String, "agent": pl.String})
)


def judged(text: str) -> pl.DataFrame:
    frame = table(text, CALLS)
    empty = pl.lit([], dtype=pl.List(pl.String))
    return frame.with_columns(
        answered=pl.col("verdict") == "answered",
        flags=pl.col("flags").fill_null(empty),
        rang=pl.col("rang").fill_null(empty),
        has_office=pl.col("has_office").fill_null(value=True),
    )


def cases_of(
    text: str, as_of: str = "1+00:00:00", presence: Presence = NOBODY, rules: Rules | None = None
) -> pl.DataFrame:
    return lost_callers(judged(text), presence, rules or Rules(), moment(as_of))[0]


def test_an_insistent_caller_who_gets_through_is_one_self_recovered_case() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | did          | verdict            | started_at
        a       | inbound   | +79000000001 | number      | +74950000001 | abandoned_in_queue | 10:00
        b       | inbound   | +79000000001 | number      | +74950000001 | no_answer          | 12:00
        c       | inbound   | +79000000001 | number      | +74950000002 | answered           | 16:00
    """)
    assert cases.height == 1
    case = cases.row(0, named=True)
    assert (case["state"], case["tries"], case["recovered_call_id"]) == ("self_recovered", 2, "c")
    assert case["minutes"] == 6.0


def test_our_own_answered_call_recovers_the_caller() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | called       | did          | verdict   | started_at | agent_answered_at
        a       | inbound   | +79000000001 | number      | -            | +74950000001 | busy      | 10:00      | -
        b       | outbound  | 101          | extension   | +79000000001 | -            | no_answer | 12:00      | -
        c       | outbound  | 101          | extension   | +79000000001 | -            | answered  | 20:00      | 20:08
    """)
    case = cases.row(0, named=True)
    assert (case["state"], case["recovered_call_id"], case["recovered_at"]) == (
        "recovered",
        "c",
        moment("20:08"),
    )


def test_a_try_after_the_case_was_closed_opens_a_new_one() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | did          | verdict   | started_at
        a       | inbound   | +79000000001 | number      | +74950000001 | no_answer | 10:00
        b       | inbound   | +79000000001 | number      | +74950000001 | answered  | 11:00
        c       | inbound   | +79000000001 | number      | +74950000001 | no_answer | 12:00
    """)
    assert cases["state"].to_list() == ["self_recovered", "open"]


def test_two_lines_are_two_cases_and_one_talk_closes_both() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | did          | verdict   | started_at
        a       | inbound   | +79000000001 | number      | +74950000001 | no_answer | 10:00
        b       | inbound   | +79000000001 | number      | +74950000002 | no_answer | 10:30
        c       | inbound   | +79000000001 | number      | +74950000003 | answered  | 11:00
    """)
    assert cases["state"].to_list() == ["self_recovered", "self_recovered"]


def test_withheld_callers_and_callers_who_hung_up_in_the_menu_form_no_case() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | did          | verdict          | started_at
        a       | inbound   | -            | withheld    | +74950000001 | no_answer        | 10:00
        b       | inbound   | +79000000001 | number      | +74950000001 | abandoned_in_ivr | 10:30
        c       | inbound   | +79000000001 | number      | +74950000001 | rejected         | 10:40
    """)
    assert cases.is_empty()


def test_the_menu_counts_when_it_is_switched_on() -> None:
    text = """
        call_id | direction | caller       | caller_kind | did          | verdict          | started_at
        b       | inbound   | +79000000001 | number      | +74950000001 | abandoned_in_ivr | 10:30
    """
    assert cases_of(text, rules=Rules(lost_in_ivr=True)).height == 1


def test_a_case_expires_seven_days_after_the_last_try() -> None:
    text = """
        call_id | direction | caller       | caller_kind | did          | verdict   | started_at
        a       | inbound   | +79000000001 | number      | +74950000001 | no_answer | 00:10:00
        b       | inbound   | +79000000001 | number      | +74950000001 | answered  | 8+00:10:00
    """
    assert cases_of(text, as_of="9+00:00:00")["state"].to_list() == ["expired"]
    assert cases_of(text, as_of="6+00:00:00")["state"].to_list() == ["open"]


def test_short_is_said_only_when_every_try_was_short_and_test_callers_need_nobody() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | did          | verdict   | started_at | flags
        a       | inbound   | +79000000001 | number      | +74950000001 | no_answer | 10:00      | short
        b       | inbound   | +79000000001 | number      | +74950000001 | no_answer | 10:30      | -
        c       | inbound   | +79000000002 | number      | +74950000001 | no_answer | 10:40      | short
        d       | inbound   | +79000000003 | number      | +74950000001 | no_answer | 10:50      | test
    """)
    assert cases["short"].to_list() == [False, True, False]
    assert cases["state"].to_list() == ["open", "open", "not_needed"]


@pytest.mark.parametrize(
    ("rang", "talks", "states", "expected"),
    [
        ("101", "", "", ("agent_did_not_pick_up", "101", None)),
        ("101", "101 | x | 09:00 | 11:00", "", ("agent_on_call", "101", "x")),
        ("-", "101 | x | 09:00 | 11:00", "", ("agent_on_call", "101", "x")),
        ("-", "", "101 | sales | pause | 09:00", ("agent_paused", None, None)),
        ("-", "", "101 | sales | removemember | 09:00", ("agent_not_logged_in", None, None)),
        ("-", "", "", ("left_before_ringing", None, None)),
    ],
)
def test_why_a_caller_was_missed_is_read_from_the_records(
    rang: str, talks: str, states: str, expected: tuple[str, str | None, str | None]
) -> None:
    presence = Presence(
        table(f"agent | call_id | answered_at | ended_at\n{talks}", TALKS),
        table(f"agent | queue | event | started_at\n{states}", STATES),
        pl.DataFrame({"queue": ["sales"], "agent": ["101"]}),
    )
    cases = cases_of(
        f"""
        call_id | direction | caller       | caller_kind | did          | verdict            | started_at | queue | rang   | queued_at
        a       | inbound   | +79000000001 | number      | +74950000001 | abandoned_in_queue | 10:00      | sales | {rang} | 10:00
        """,
        presence=presence,
    )
    case = cases.row(0, named=True)
    assert (case["why_missed"], case["owner"], case["why_call_id"]) == expected


def test_the_agent_who_last_talked_with_the_caller_owns_a_case_nobody_rang_for() -> None:
    cases = cases_of("""
        call_id | direction | caller       | caller_kind | did          | verdict  | started_at | agent
        a       | inbound   | +79000000001 | number      | +74950000001 | answered | 09:00      | 107
        b       | inbound   | +79000000001 | number      | +74950000001 | closed   | 10:00      | -
    """)
    assert cases.row(0, named=True)["owner"] == "107"
    assert cases.row(0, named=True)["why_missed"] == "closed"
