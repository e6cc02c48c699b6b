"""What was heard in recordings enters verdict, wait and findings of the ledger."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from callwitness.ledger import models as m
from callwitness.services import derive
from callwitness.services.arrivals import receive as arrivals
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.hearing import decisions
from callwitness.services.hearing.facts import recordings_between
from callwitness.services.recordings.keep import keep_recording
from callwitness.services.recordings.links import link_recordings
from callwitness.simulate.recordings import recording as sound

pytestmark = pytest.mark.django_db

NOW = 1_793_000_000_000  # 26 October 2026
HEAD = "id,start,caller,called,total,talk,wait,result,agent\n"
OFFICE = HEAD + "call-0001,2026-10-05 10:00:01,+79000000001,+78000000001,58,40,18,answered,Ivanova\n"
CONTRACTOR = HEAD + "k1,2026-10-05 10:00:01,+79000000001,+78000000001,58,40,18,answered,Ivanova\n"
START = 1_791_194_401_000


@pytest.fixture
def call(data: Path) -> m.Call:  # noqa: ARG001 the data folder
    """A call that exchange and contractor say was answered after 18 s, and its recording, 58 s long."""
    acme = m.Workspace.objects.create(slug="acme", name="Acme", country="RU", zone="UTC")
    m.Project.objects.create(workspace=acme, slug="main", name="Main")
    for role, text in (("office", OFFICE), ("contractor", CONTRACTOR)):
        source = m.Source.objects.create(workspace=acme, name=role, role=role, adapter="spreadsheet")
        arrivals.receive(source, io.BytesIO(text.encode()), "list.csv", "upload", NOW)
        read_pending(NOW)
    derive.derive_dirty(NOW)
    office = m.Source.objects.get(name="office")
    keep_recording(office, io.BytesIO(sound([("music", 37), ("speech", 21)], "x")), "call-0001.wav", NOW)
    link_recordings(acme, NOW)
    found = m.Call.objects.get()
    assert m.Recording.objects.get().call == found
    return found


def hear(call: m.Call, **facts: Any) -> m.Hearing:
    recording = m.Recording.objects.get(state="kept")
    told: dict[str, Any] = {
        "workspace": call.workspace, "line": "x", "sha256": recording.sha256, "status": "answered", "human_voice_s": 37.0,
        "confidence": 0.97, "method": "test-1", "duration_s": 58.0, "channels": "mono", "heard_at": NOW,
        "live_s": 21.0,
    }  # fmt: skip
    hearing, _new = m.Hearing.objects.update_or_create(recording=recording, defaults=told | facts)
    m.DirtyDay.objects.get_or_create(workspace=call.workspace, day=call.day, defaults={"since": NOW})
    derive.derive_dirty(NOW)
    call.refresh_from_db()
    return hearing


def test_the_first_live_word_is_the_wait_and_what_others_claim_is_disputed(call: m.Call) -> None:
    assert (call.human_voice_at, call.wait_s) == (None, 18.0)
    hear(call)
    assert (call.verdict, call.human_voice_at, call.wait_s) == ("answered", START + 37_000, 37.0)
    assert "wait_understated" in call.finding_kinds
    finding = m.Finding.objects.filter(kind="wait_understated")[0]
    assert {finding.left_source, finding.right_source} >= {"recording"}


def test_nobody_in_the_recording_disputes_an_answer(call: m.Call) -> None:
    hear(call, status="nobody", human_voice_s=None, live_s=0.0)
    assert call.human_voice_at is None
    assert "answer_disputed" in call.finding_kinds


def test_an_unsure_one_decides_nothing_until_a_person_has(call: m.Call) -> None:
    hearing = hear(call, status="unsure", confidence=0.3)
    assert (call.human_voice_at, call.wait_s, call.finding_kinds) == (None, 18.0, [])
    decisions.answered_at(hearing, None, 36.5, NOW)
    derive.derive_dirty(NOW)
    call.refresh_from_db()
    assert (call.human_voice_at, call.wait_s) == (START + 36_500, 36.5)
    decisions.undo(hearing, None, NOW)
    derive.derive_dirty(NOW)
    call.refresh_from_db()
    assert call.human_voice_at is None


def test_a_version_tells_that_the_recording_changed_the_call(call: m.Call) -> None:
    hear(call)
    version = m.CallVersion.objects.filter(call=call).order_by("-number")[0]
    assert version.changes["human_voice_at"] == [None, START + 37_000]


def test_facts_of_other_bytes_tell_nothing(call: m.Call) -> None:
    hear(call, sha256="ab" * 32)
    assert call.human_voice_at is None
    [row] = recordings_between(call.workspace_id, call.day, call.day + 1).to_dicts()
    assert (row["status"], row["native_call_id"]) == (None, "call-0001")


def test_an_awaited_recording_of_another_day_is_no_orphan_here(call: m.Call) -> None:
    office = m.Source.objects.get(name="office")
    m.Recording.objects.create(
        source=office,
        name="x",
        url="http://host.example/x",
        native_call_id="other",
        state="awaited",
        arrived_at=NOW,
    )
    hear(call)
    assert not m.Finding.objects.filter(kind="recording_orphan").exists()


def test_a_ledger_without_recordings_pays_one_query(call: m.Call) -> None:
    m.Recording.objects.all().delete()
    with CaptureQueriesContext(connection) as asked:
        assert recordings_between(call.workspace_id, call.day, call.day + 1).is_empty()
    assert len(asked) == 1
