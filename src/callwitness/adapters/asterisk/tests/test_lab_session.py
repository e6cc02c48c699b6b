"""A session of scripted calls on a real Asterisk 22.10.1: what its three logs say of every call.

Each line of the table is one call: what was scripted, then what the legs must tell. people: who talked on the
answering side, in order, by any witness. queue: visits and their ends as the queue log tells them.
"""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.adapters.asterisk.tests.reading import SAMPLES, legs, settle

SESSION = """
An employee dials a subscriber who is engaged                                | outbound | 121          | +79000000408 | -           | -
An announcement says that the office is closed                               | inbound  | +79000000108 | +74950000108 | -           | -
An employee rings a colleague who is away                                    | internal | 113          | 136          | -           | -
A blacklisted caller hears that the number is not in service                 | inbound  | +79000000207 | +74950000103 | -           | -
The agent asks a colleague first, then hands the call over                   | inbound  | +79000000204 | +74950000111 | 108,133     | repairs answered
The phone is busy                                                            | inbound  | +79000000105 | +74950000105 | -           | -
The caller hangs up while the menu talks                                     | inbound  | +79000000102 | +74950000102 | -           | -
A caller without a number is answered from a queue                           | inbound  | withheld     | +74950000112 | 109         | service answered
A queue that never answered itself; the caller leaves while a phone rings    | inbound  | +79000000107 | +74950000107 | -           | desk abandoned
One phone rings, nobody comes, the exchange gives up                         | inbound  | +79000000104 | +74950000104 | -           | -
Three phones ring, the second answers: one call                              | inbound  | +79000000103 | +74950000103 | 112         | -
A queue answers, greets, and Anna takes the call                             | inbound  | +79000000101 | +74950000101 | 101         | sales answered
Nobody comes, the mailbox takes a message                                    | inbound  | +79000000106 | +74950000106 | -           | -
The caller gives up, rings again and is answered                             | inbound  | +79000000209 | +74950000112 | -           | service abandoned
Straight to a phone that answers                                             | inbound  | +79000000210 | +74950000104 | 121         | -
The caller hears the mailbox's greeting and leaves nothing                   | inbound  | +79000000206 | +74950000106 | -           | -
Key 1 in the menu, then an agent                                             | inbound  | +79000000202 | +74950000102 | 103         | support answered
The queue has answered, no agent does; the caller hangs up                   | inbound  | +79000000201 | +74950000101 | -           | sales abandoned
The queue gives up; the manager's phone is tried and answered                | inbound  | +79000000205 | +74950000109 | 131         | reserve timeout
The agent hands the call on by keys; the colleague answers                   | inbound  | +79000000203 | +74950000110 | 106,132     | orders answered
The caller gives up, rings again and is answered                             | inbound  | +79000000209 | +74950000112 | 109         | service answered
Engaged; the call-back finds nobody, the case stays open                     | inbound  | +79000000304 | +74950000105 | -           | -
The called person presses the red key                                        | inbound  | +79000000308 | +74950000104 | -           | -
Two tries at a ring group, both in vain: one case                            | inbound  | +79000000309 | +74950000103 | -           | -
Two employees talk                                                           | internal | 113          | 136          | 136         | -
A caller without a number leaves the queue: counted, no case                 | inbound  | withheld     | +74950000107 | -           | desk abandoned
Lost in the queue; an agent rings back and they talk                         | inbound  | +79000000303 | +74950000101 | -           | sales abandoned
The caller presses nothing; the menu says goodbye                            | inbound  | +79000000310 | +74950000102 | -           | -
The agent's phone hands the call on itself (REFER)                           | inbound  | +79000000302 | +74950000111 | 108,132     | repairs answered
Handed on to a phone where nobody comes                                      | inbound  | +79000000301 | +74950000110 | 106         | orders answered
Queue and manager's phone give up; the manager's mobile answers              | inbound  | +79000000306 | +74950000109 | 79000009001 | reserve timeout
Engaged; the call-back finds nobody, the case stays open                     | outbound | 122          | +79000000304 | -           | -
Two tries at a ring group, both in vain: one case                            | inbound  | +79000000309 | +74950000103 | -           | -
Lost in the queue; an agent rings back and they talk                         | outbound | 101          | +79000000303 | 101         | -
The caller hangs up within two seconds                                       | inbound  | +79000000410 | +74950000107 | -           | desk abandoned
Three phones ring, nobody comes                                              | inbound  | +79000000404 | +74950000103 | -           | -
One agent declines, the other takes the call                                 | inbound  | +79000000405 | +74950000101 | 102         | sales answered
Nobody in the first round of the queue; the second agent answers in the next | inbound  | +79000000406 | +74950000102 | 104         | support answered
Queue, manager, mobile: nobody                                               | inbound  | +79000000403 | +74950000109 | -           | reserve timeout
Answered, handed on into a second queue, left there                          | inbound  | +79000000402 | +74950000110 | 106         | orders answered; service abandoned
The colleague asked does not come; the agent goes on talking                 | inbound  | +79000000401 | +74950000111 | 108         | repairs answered
A blacklisted caller is refused without an answer                            | inbound  | +79000000407 | +74950000105 | -           | -
An ordinary call ends the session                                            | inbound  | +79000000501 | +74950000104 | 121         | -
"""
CALLS = [[cell.strip() for cell in line.split("|")] for line in SESSION.strip().splitlines()]
FILES = ("Master.csv", "cel.csv", "queue_log")


def lab(*names: str) -> dict[str, bytes]:
    return {name: (SAMPLES / "lab" / name).read_bytes() for name in names}


def people(call: pl.DataFrame) -> str:
    talked = call.filter("human").sort("answered_at", "rec")
    return ",".join(talked["agent"].unique(maintain_order=True)) or "-"


def told(all_legs: pl.DataFrame) -> list[list[str]]:
    """Direction, caller, number dialled, people, queue visits of every call, in order of time."""
    rows = []
    for _, call in all_legs.group_by("native_call_id", maintain_order=True):
        first = call.row(0, named=True)
        visits = (
            call.filter(segment="queue", witness="queue_log").sort("started_at").select("queue", "result")
        )
        rows.append(
            [
                first["direction"],
                first["caller"] or first["caller_kind"],
                first["did"] or first["called"],
                people(call),
                "; ".join(f"{queue} {result}" for queue, result in visits.iter_rows()) or "-",
            ]
        )
    return rows


def test_all_three_logs_together_tell_every_scripted_call() -> None:
    assert told(legs(lab(*FILES))) == [cells[1:] for cells in CALLS]


@pytest.mark.parametrize(
    "names", [("Master.csv",), ("cel.csv",), ("Master.csv", "queue_log"), ("Master.csv", "cel.csv")]
)
def test_fewer_logs_name_the_same_people(names: tuple[str, ...]) -> None:
    whole = {key[0]: people(call) for key, call in legs(lab(*FILES)).group_by("native_call_id")}
    fewer = {key[0]: people(call) for key, call in legs(lab(*names)).group_by("native_call_id")}
    assert fewer == {key: whole[key] for key in fewer}


def test_the_queue_log_alone_names_members_as_it_knows_them() -> None:
    talks = legs(lab("queue_log")).filter("human")
    assert {"Anna Orlova", "103"} <= set(talks["agent"])
    assert set(talks["direction"]) == {"inbound"}


def test_nobody_is_said_to_have_talked_where_only_machines_answered() -> None:
    all_legs = legs(lab(*FILES))
    lonely = all_legs.filter(~pl.col("human").fill_null(value=False).any().over("native_call_id"))
    denied = lonely.filter(witness="cel", segment="call")
    assert denied.height > 15
    assert denied["human"].to_list() == [False] * denied.height


@pytest.mark.parametrize(
    ("caller", "segment", "result"),
    [
        ("+79000000105", "ring", "busy"),
        ("+79000000106", "voicemail", "voicemail"),
        ("+79000000107", "queue", "abandoned"),
        ("+79000000108", "call", "closed"),
        ("+79000000205", "queue", "timeout"),
        ("+79000000207", "call", "rejected"),
        ("+79000000407", "call", "rejected"),
        ("+79000000203", "transfer", "transferred"),
        ("+79000000204", "transfer", "transferred"),
        ("+79000000102", "ivr", "answered"),
    ],
)
def test_the_decisive_leg_is_there(caller: str, segment: str, result: str) -> None:
    assert legs(lab(*FILES)).filter(caller=caller, segment=segment, result=result).height


def test_every_row_of_the_session_becomes_a_record_of_a_call() -> None:
    records, notes = settle(lab(*FILES))
    events = records.filter(pl.col("kind") != "state")
    assert events["native_call_id"].null_count() == 0
    assert [note.params["zone"] for note in notes] == ["UTC"]


def test_events_give_times_to_the_millisecond() -> None:
    talk = legs(lab(*FILES)).filter(caller="+79000000101", segment="talk").sort("witness")
    finest = talk.filter(witness="cel").row(0, named=True)
    assert finest["precision_ms"] == 1
    assert finest["talk_s"] == pytest.approx(4.5, abs=0.2)  # the script talks four and a half seconds
