"""Each file of the exchange alone: the weaker verdict that it allows, and never a wrong one."""

from __future__ import annotations

import pytest

from tests.asterisk_lab.capture import Capture
from tests.asterisk_lab.checking import Checked, codes, people, run_check
from tests.asterisk_lab.scenarios import SCRIPTS

pytestmark = pytest.mark.real("Asterisk 22", commands=("debootstrap", "chroot", "setpriv"), root=True)

CALLS = [call for script in SCRIPTS for call in script.calls if call.truth.arrived]


@pytest.fixture(scope="module")
def by_file(lab: Capture, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Checked]:
    folder = tmp_path_factory.mktemp("single")
    return {
        name: run_check(lab, folder / name.replace(".", "-"), (f"office=asterisk:{{}}/{name}",))
        for name in ("Master.csv", "queue_log", "cel.csv")
    }


def test_channel_events_alone_know_every_call(by_file: dict[str, Checked]) -> None:
    assert len({by_file["cel.csv"].the(call)["call_id"] for call in CALLS}) == len(CALLS)


@pytest.mark.parametrize("name", ["Master.csv", "queue_log", "cel.csv"])
def test_no_call_is_answered_that_was_not(by_file: dict[str, Checked], name: str) -> None:
    for call in CALLS:
        for row in by_file[name].found(call):
            if call.truth.verdict != "answered":
                assert row["verdict"] != "answered", (call.key, row["reasons"])


@pytest.mark.parametrize("name", ["Master.csv", "cel.csv"])
def test_every_answered_call_is_answered(by_file: dict[str, Checked], name: str) -> None:
    for call in CALLS:
        if call.truth.verdict == "answered":
            row = by_file[name].the(call)
            assert row["verdict"] == "answered", (call.key, row["reasons"])
            assert people(row["agents"])[:1] == call.truth.agents[:1]


def test_the_queue_log_alone_knows_the_queues_calls(by_file: dict[str, Checked]) -> None:
    queued = [call for call in CALLS if call.truth.queue]
    for call in queued:
        row = by_file["queue_log"].the(call)
        after_queue = call.key in {"205", "306", "413"}  # answered by Dial after the queue
        assert (row["verdict"] == "answered") == (call.truth.verdict == "answered" and not after_queue), (
            call.key
        )
    assert len(by_file["queue_log"].rows("calls")) == len(queued)


def test_a_cdr_file_alone_misses_only_the_calls_that_left_no_row(by_file: dict[str, Checked]) -> None:
    missing = [call.key for call in CALLS if not by_file["Master.csv"].found(call)]
    assert missing == ["407", "411"]  # refused before an answer, a telephone that is not there


@pytest.mark.parametrize("name", ["Master.csv", "cel.csv"])
def test_a_mailbox_says_that_it_cannot_tell_of_a_message(by_file: dict[str, Checked], name: str) -> None:
    for call in (call for call in CALLS if call.truth.message is not None):
        assert "voicemail_message_unknown" in codes(by_file[name].the(call))


def test_channel_events_alone_tell_every_verdict(by_file: dict[str, Checked]) -> None:
    for call in (call for call in CALLS if call.truth.message is None):
        assert by_file["cel.csv"].the(call)["verdict"] == call.truth.verdict, call.key
