"""The lab itself: the calls went as scripted, seen from outside the logs that ``check`` will judge."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest

from tests.asterisk_lab.capture import Capture

pytestmark = pytest.mark.real("Asterisk 22", commands=("debootstrap", "chroot", "setpriv"), root=True)


def test_the_exchange_is_asterisk_22(lab: Capture, record_property: Callable[[str, object], None]) -> None:
    record_property("asterisk", lab.version)
    assert lab.version.startswith("22.")


def test_the_phones_that_were_told_to_answer_did(lab: Capture) -> None:
    for call in lab.session.calls:
        told = [phone.who for phone in call.phones if phone.act == "answer"]
        answered = [who for who, _ in lab.session.moments[call.key].picked_up]
        assert answered == told, call.key


def test_callers_stood_in_a_queue_exactly_when_the_script_says_so(lab: Capture) -> None:
    for call in lab.session.calls:
        assert (lab.session.moments[call.key].queued is not None) == (call.truth.queue is not None), call.key


def test_the_network_wrote_one_row_for_each_call_toward_the_office(lab: Capture) -> None:
    with lab.file("provider.csv").open(newline="", encoding="utf-8") as rows:
        told = [(row["Caller"], row["Called number"]) for row in csv.DictReader(rows)]
    made = [
        ("anonymous" if call.withheld else f"+{call.caller}", f"+{call.called}")
        for call in lab.session.calls
        if call.truth.direction == "inbound"
    ]
    assert sorted(told) == sorted(made)


def test_the_refused_call_left_no_trace_at_the_office(lab: Capture) -> None:
    refused = [call.caller for call in lab.session.calls if not call.truth.arrived]
    written = "".join(lab.file(name).read_text() for name in ("Master.csv", "queue_log", "cel.csv"))
    assert refused
    assert not any(caller in written for caller in refused)


def test_the_mailbox_holds_the_messages_of_the_script(lab: Capture) -> None:
    assert list(lab.messages) == [call.caller for call in lab.session.calls if call.truth.message]
