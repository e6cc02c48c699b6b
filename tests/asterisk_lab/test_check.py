"""``check`` on the lab's files gives what the scripts know: verdicts, clocks, recoveries, matches."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asterisk_lab.capture import Capture
from tests.asterisk_lab.checking import Checked, codes, expected_flags, people, run_check, seconds
from tests.asterisk_lab.scenarios import SCRIPTS
from tests.asterisk_lab.scripts import Call, Script

pytestmark = pytest.mark.real("Asterisk 22", commands=("debootstrap", "chroot", "setpriv"), root=True)

# Two lists cut their times to whole seconds, the clocks of the others are set by them: early by up to two, never late.
EARLY_S, LATE_S = 2.0, 1.0
CALLS = [call for script in SCRIPTS for call in script.calls]
BY_SCRIPT = [pytest.param(script, id=script.name) for script in SCRIPTS]
NAMES = {call.key: f"{script.name}-{call.key}" for script in SCRIPTS for call in script.calls}
BY_CALL = [pytest.param(call, id=NAMES[call.key]) for call in CALLS]
ANSWERED = [pytest.param(call, id=NAMES[call.key]) for call in CALLS if call.truth.verdict == "answered"]
OFFICE = ("office=asterisk:{}/Master.csv", "office=asterisk:{}/queue_log", "office=asterisk:{}/cel.csv")


@pytest.fixture(scope="module")
def checked(lab: Capture, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    folder = tmp_path_factory.mktemp("check") / "out"
    return run_check(lab, folder, ("provider=spreadsheet:{}/provider.csv", *OFFICE))


def test_every_scripted_call_is_one_call_and_there_are_no_others(checked: Checked) -> None:
    assert len({checked.the(call)["call_id"] for call in CALLS}) == len(checked.rows("calls")) == len(CALLS)


@pytest.mark.parametrize("call", BY_CALL)
def test_the_verdict_is_the_truth(checked: Checked, call: Call) -> None:
    row = checked.the(call)
    assert row["direction"] == call.truth.direction
    if call.truth.message is None:
        assert row["verdict"] == call.truth.verdict, row["reasons"]
    else:
        # No log of the exchange says whether a message was left; the verdict admits it.
        assert row["verdict"] == "voicemail"
        assert "voicemail_message_unknown" in codes(row)


@pytest.mark.parametrize("call", BY_CALL)
def test_flags_queue_and_numbers_are_the_truth(checked: Checked, call: Call) -> None:
    row = checked.the(call)
    assert set(filter(None, row["flags"].split(";"))) == expected_flags(checked.capture, call)
    assert row["queue"] == (call.truth.queue or "")
    if call.truth.direction == "inbound":
        assert row["did"] == f"+{call.called}"
        assert row["caller"] == ("" if call.withheld else f"+{call.caller}")
        assert row["caller_kind"] == ("withheld" if call.withheld else "number")


@pytest.mark.parametrize("call", ANSWERED)
def test_the_people_who_answered_are_named_in_order(checked: Checked, call: Call) -> None:
    row = checked.the(call)
    assert people(row["agents"]) == call.truth.agents
    assert people(row["agent"]) == call.truth.agents[-1:]


@pytest.mark.parametrize("call", BY_CALL)
def test_the_clocks_are_those_of_the_network(checked: Checked, call: Call) -> None:
    row, moments = checked.the(call), checked.capture.session.moments[call.key]
    answered = None
    if call.truth.verdict == "answered":
        # by click, the employee's own phone is picked up first
        answered = next(at for who, at in moments.picked_up if who == call.called or not call.by_click)
    wanted = {
        "started_at": moments.dialled,
        "signal_answered_at": moments.signal,
        "queued_at": moments.queued,
        "agent_answered_at": answered,
        "ended_at": moments.ended,
    }
    if call.by_click:
        del wanted["signal_answered_at"]  # the employee's own phone was first, then the subscriber
    for column, moment in wanted.items():
        told = seconds(row[column])
        assert (told is None) == (moment is None), f"{column}: {row[column]}"
        off = 0.0 if told is None or moment is None else told - moment
        assert -EARLY_S <= off <= LATE_S, f"{column}: {off:+.3f} s"


@pytest.mark.parametrize("script", BY_SCRIPT)
def test_a_lost_caller_is_a_case_in_the_right_state(checked: Checked, script: Script) -> None:
    rows = [checked.the(call) for call in script.calls]
    cases = {case["case_id"]: case for case in checked.rows("lost_callers")}
    mine = {row["case_id"] for row in rows} - {""}
    if script.case is None:
        assert not mine
        return
    assert len(mine) == 1
    case = cases[mine.pop()]
    first, last = script.calls[0], script.calls[-1]
    assert (case["state"], int(case["tries"])) == (script.case.state, script.case.tries)
    assert (case["caller"], case["line"]) == (f"+{first.caller}", f"+{first.called}")
    assert script.case.why in {None, case["why_missed"]}
    if script.case.state in {"recovered", "self_recovered"}:
        assert case["recovered_call_id"] == checked.the(last)["call_id"]


def test_there_are_no_other_cases(checked: Checked) -> None:
    assert len(checked.rows("lost_callers")) == sum(script.case is not None for script in SCRIPTS)


@pytest.mark.parametrize("call", BY_CALL)
def test_provider_and_office_tell_of_the_same_call(checked: Checked, call: Call) -> None:
    row = checked.the(call)
    inbound = call.truth.direction == "inbound"
    expected = {name for name, there in (("provider", inbound), ("office", call.truth.arrived)) if there}
    assert set(row["witnesses"].split(";")) == expected


def test_only_the_refused_call_never_arrived(checked: Checked) -> None:
    refused = [checked.the(call)["call_id"] for call in CALLS if not call.truth.arrived]
    findings = checked.rows("findings")
    assert [each["call_id"] for each in findings if each["kind"] == "never_arrived"] == refused
    assert not [
        each for each in findings if each["kind"] in {"unknown_to_provider", "clock_off", "duplicate_record"}
    ]


def test_nothing_was_rejected(checked: Checked) -> None:
    assert checked.rows("rejected") == []


@pytest.fixture(scope="module")
def local_time(lab: Capture, tmp_path_factory: pytest.TempPathFactory) -> Checked:
    sources = ("provider=spreadsheet:{}/provider.csv", "office=asterisk:{}/Master-local.csv", *OFFICE[1:])
    return run_check(lab, tmp_path_factory.mktemp("local") / "out", sources)


def test_a_cdr_file_in_local_time_gives_the_same_calls(checked: Checked, local_time: Checked) -> None:
    """The configuration says UTC; the ids in the file prove Moscow."""
    columns = ("started_at", "verdict", "flags", "agents", "agent_answered_at", "ended_at", "source_ids")
    told = [[row[column] for column in columns] for row in local_time.rows("calls")]
    assert told == [[row[column] for column in columns] for row in checked.rows("calls")]


def test_the_order_of_arguments_changes_nothing(lab: Capture, checked: Checked, tmp_path: Path) -> None:
    turned = run_check(lab, tmp_path / "out", (*reversed(OFFICE), "provider=spreadsheet:{}/provider.csv"))
    for name in ("calls", "records", "matches", "lost_callers", "findings", "rejected"):
        assert (turned.folder / f"{name}.csv").read_bytes() == (
            checked.folder / f"{name}.csv"
        ).read_bytes(), name
