from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.ledger.inbox import Arrival, Inbox, InboxUnavailable
from callwitness.ledger.store import StoreFull
from callwitness.services.arrivals import drain as module
from callwitness.services.arrivals.drain import GATHER_MS, drain
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.arrivals.inbox import open_inbox
from callwitness.services.arrivals.read_evidence import read_pending

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

NOW = 1_793_602_800_000
LATER = NOW + GATHER_MS


@pytest.fixture
def source() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme", zone="Europe/Moscow", country="RU")
    return m.Source.objects.create(workspace=acme, name="office", role="office")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    opened = open_inbox()
    yield opened
    opened.close()


def event(source: m.Source | int, name: str, at: int = NOW, **more: object) -> Arrival:
    body = {"event": "call.ended", "event_id": name, "call_id": name, "from": "+79000000001", "to": "+74950000001",
            "direction": "inbound", "result": "no_answer", "duration_s": 5} | more  # fmt: skip
    number = source if isinstance(source, int) else source.pk
    return Arrival(number, at, "application/json", json.dumps(body).encode(), name, '{"user-agent": "pbx"}')


def lines(evidence: m.Evidence) -> list[dict[str, Any]]:
    with evidence_store().open(evidence.sha256) as stream:
        return [json.loads(line) for line in stream]


def test_letters_become_one_piece_of_evidence_and_then_records(source: m.Source, inbox: Inbox) -> None:
    inbox.append([event(source, "a"), event(source, "b", NOW + 10), Arrival(source.pk, NOW, "", b"\xff")])
    assert drain(LATER) == 3
    evidence = m.Evidence.objects.get()
    assert (evidence.how, evidence.name) == ("webhook", "webhook-2026-11-02T07-00-00.000Z.jsonl")
    told = lines(evidence)
    assert json.loads(told[0]["body"])["event_id"] == "a"
    assert [line["received_at"] for line in told[:2]] == [
        "2026-11-02T07:00:00.000Z",
        "2026-11-02T07:00:00.010Z",
    ]
    assert told[0]["headers"] == {"user-agent": "pbx"}
    assert told[2]["body64"] == "/w=="
    assert inbox.backlog().count == 0
    read_pending(LATER)
    evidence.refresh_from_db()
    assert (evidence.state, evidence.adapter, evidence.records, evidence.rejected) == (
        "read",
        "webhook",
        2,
        1,
    )
    assert set(m.Record.objects.values_list("native_call_id", "caller")) == {
        ("a", "+79000000001"),
        ("b", "+79000000001"),
    }


def test_letters_wait_a_second_for_others_unless_the_clock_was_set_back(
    source: m.Source, inbox: Inbox
) -> None:
    inbox.append([event(source, "a")])
    assert drain(LATER - 1) == 0
    assert drain(NOW - 3_600_000) == 1
    assert drain(LATER) == 0


def test_each_source_gets_its_own_and_nobody_those_of_a_deleted_one(source: m.Source, inbox: Inbox) -> None:
    other = m.Source.objects.create(workspace=source.workspace, name="provider", role="provider")
    inbox.append([event(source, "a"), event(999, "gone"), event(other, "b"), event(source, "c")])
    assert drain(LATER) == 4
    told = {
        e.source_id: [json.loads(line["body"])["call_id"] for line in lines(e)]
        for e in m.Evidence.objects.all()
    }
    assert told == {source.pk: ["a", "c"], other.pk: ["b"]}
    assert inbox.backlog().count == 0


def test_dying_before_the_inbox_forgets_takes_nothing_twice(
    source: m.Source, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.append([event(source, "a")])
    with monkeypatch.context() as patched:
        patched.setattr(type(inbox), "forget", _dies)
        with pytest.raises(InboxUnavailable):
            drain(LATER)
    inbox.append([event(source, "b")])
    drain(LATER)
    assert [
        [json.loads(line["body"])["call_id"] for line in lines(e)] for e in m.Evidence.objects.order_by("id")
    ] == [
        ["a"],
        ["b"],
    ]


def _dies(*_: object) -> int:
    raise InboxUnavailable("as if killed")


def test_without_room_in_the_store_letters_stay_where_they_are(
    source: m.Source, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreFull("no room")

    inbox.append([event(source, "a")])
    with monkeypatch.context() as patched:
        patched.setattr(module, "take", full)
        with pytest.raises(StoreFull):
            drain(LATER)
    assert inbox.backlog().count == 1
    assert drain(LATER) == 1


def test_what_is_taken_at_once_is_bounded(
    source: m.Source, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BYTES_AT_ONCE", 500)
    inbox.append([event(source, str(at), note="x" * 200) for at in range(4)])
    assert [drain(LATER) for _ in range(5)] == [1, 1, 1, 1, 0]
