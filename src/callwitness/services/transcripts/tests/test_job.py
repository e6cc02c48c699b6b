"""The worker's transcripts: a recording that was heard, a service on loopback, text in the ledger."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.recordings.keep import keep_recording
from callwitness.services.transcripts.job import IDLE_MS, MOST_TRIES, TranscriptJob
from callwitness.services.transcripts.keys import locked
from callwitness.services.transcripts.tests.bad_engines import broken, deadly
from callwitness.services.transcripts.tests.conftest import Answer, Service
from callwitness.simulate.recordings import recording as sound

NOW = 1_795_000_000_000
KEY = "sk-invented"
pytestmark = pytest.mark.django_db


@dataclass
class Office:
    """A workspace whose recordings become text by the service."""

    source: m.Source
    speech: m.SpeechEngine
    now: int = NOW

    def record(self, name: str, heard: bool = True) -> m.Recording:
        data = sound([("music", 1.0), ("speech", 2.0)], name)
        kept = keep_recording(self.source, io.BytesIO(data), name, self.now)
        if heard:
            self.hear(kept)
        return kept

    def hear(self, kept: m.Recording) -> None:
        spans = [[0.0, 1.0, "music"], [1.0, 3.0, "speech"]]
        m.Hearing.objects.create(
            recording=kept, workspace=self.source.workspace, line="l", sha256=kept.sha256, status="answered",
            duration_s=3.0, channels="mono", spans=spans, method="test-1", heard_at=self.now,
        )  # fmt: skip

    def work(self, job: TranscriptJob) -> bool:
        """Looks until something was written down, or nothing is being read; whether it was."""
        for _ in range(20_000):
            if job(self.now):
                return True
            if job._work is None:
                return False
            time.sleep(0.005)
        raise AssertionError


@pytest.fixture
def office(service: Service, settings: Any, tmp_path: Path) -> Office:
    settings.SERVER = replace(
        settings.SERVER, data=tmp_path, evidence=str(tmp_path / "evidence"), speech_hosts={service.host}
    )
    acme = m.Workspace.objects.create(slug="acme", name="Acme", country="RU")
    speech = m.SpeechEngine.objects.create(
        workspace=acme, engine="openai", language="ru", url=service.url, key=locked(KEY)
    )
    return Office(m.Source.objects.create(workspace=acme, name="office", role="office"), speech)


@pytest.fixture
def job() -> Iterator[TranscriptJob]:
    made = TranscriptJob()
    yield made
    made.scribe.end()


def test_a_recording_that_was_heard_becomes_text(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    service.says("own_server.json")
    kept = office.record("a.wav")
    assert office.work(job)
    written = m.Transcript.objects.get(recording=kept)
    assert (written.state, written.language, written.engine) == ("written", "ru", "openai whisper-1")
    assert written.segments == [
        {"side": "both", "start_s": 1.5, "end_s": 2.7, "text": "Слушаю вас",
         "words": [[1.5, 2.1, "Слушаю"], [2.1, 2.7, "вас"]]},
    ]  # fmt: skip
    assert service.asked[0].headers["Authorization"] == f"Bearer {KEY}"
    assert not office.work(job)


def test_card_numbers_never_reach_the_ledger(office: Office, service: Service, job: TranscriptJob) -> None:
    service.answers = [Answer(body='{"text": "Карта 4111 1111 1111 1111, код 123"}'.encode())]
    office.record("a.wav")
    office.work(job)
    assert m.Transcript.objects.get().segments[0]["text"] == "Карта [card], код [code]"


def test_what_was_not_heard_or_came_before_is_left_alone(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    office.record("not-heard.wav", heard=False)
    office.speech.since = NOW + 1
    office.speech.save()
    office.record("before.wav")
    m.Hearing.objects.update(status="unreadable")
    assert not office.work(job)
    assert service.asked == []


def test_nothing_is_sent_while_it_is_off(office: Office, service: Service, job: TranscriptJob) -> None:
    m.SpeechEngine.objects.update(engine="")
    office.record("a.wav")
    assert not office.work(job)
    assert service.asked == []


def test_a_new_file_of_the_same_name_is_read_again(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    service.answers = [Answer(body=b'{"text": "one"}'), Answer(body=b'{"text": "two"}')]
    kept = office.record("a.wav")
    assert office.work(job)
    other = keep_recording(office.source, io.BytesIO(sound([("speech", 3.0)], "other")), "a.wav", NOW)
    m.Hearing.objects.update(sha256=other.sha256)
    office.now += IDLE_MS
    assert office.work(job)
    assert m.Transcript.objects.get(recording=kept).segments[0]["text"] == "two"


def test_a_busy_service_is_asked_again_later_and_at_last_given_up(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    service.answers = [service.refuses(429, "slow down", {"Retry-After": "0"})]
    office.record("a.wav")
    for tries in range(1, MOST_TRIES + 1):
        assert office.work(job), tries
        assert not office.work(job)
        written = m.Transcript.objects.get()
        assert written.tries == tries
        office.now = (written.next_try_at or 0) + IDLE_MS
    assert written.state == m.Transcript.FAILED
    assert "slow down" in written.problem
    office.speech.refresh_from_db()
    assert "slow down" in office.speech.problem


def test_a_refused_key_is_no_fault_of_recordings_and_is_not_told(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    service.answers = [service.refuses(401, f"bad key {KEY}")]
    office.record("a.wav")
    office.record("b.wav")
    office.work(job)
    assert not m.Transcript.objects.exists()
    assert len(service.asked) == 1
    office.speech.refresh_from_db()
    assert office.speech.problem == "the service does not accept the key (401)"
    service.says("own_server.json")
    office.now += 3_600_000
    assert office.work(job)


def test_an_engine_that_cannot_be_made_leaves_recordings_waiting(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    m.SpeechEngine.objects.update(engine="whisper")
    office.record("a.wav")
    office.work(job)
    assert not m.Transcript.objects.exists()
    office.speech.refresh_from_db()
    assert "CALLWITNESS_WHISPER_MODEL names none" in office.speech.problem
    m.SpeechEngine.objects.update(engine="openai")
    service.says("own_server.json")
    office.now += 3_600_000
    assert office.work(job)
    office.speech.refresh_from_db()
    assert office.speech.problem == ""


def test_a_key_of_another_secret_must_be_entered_again(
    office: Office, settings: Any, job: TranscriptJob
) -> None:
    office.record("a.wav")
    settings.SECRET_KEY = "another"
    assert not office.work(job)
    office.speech.refresh_from_db()
    assert "entered again" in office.speech.problem


def test_a_plug_in_that_breaks_costs_one_recording(office: Office, job: TranscriptJob, caplog: Any) -> None:
    job.scribe.make = broken
    office.record("a.wav")
    assert office.work(job)
    assert m.Transcript.objects.get().problem == "the engine failed; the log of the server says how"
    assert "ZeroDivisionError" in caplog.text


def test_an_engine_that_takes_its_process_down_is_tried_again(office: Office, job: TranscriptJob) -> None:
    job.scribe.make = deadly
    office.record("a.wav")
    assert office.work(job)
    written = m.Transcript.objects.get()
    assert (written.state, written.problem) == ("waiting", "the engine's process died")
    assert written.next_try_at == NOW + 60_000


def test_bytes_that_are_gone_are_looked_for_again(office: Office, job: TranscriptJob) -> None:
    kept = office.record("a.wav")
    evidence_store().delete(kept.sha256)
    office.work(job)
    assert m.Transcript.objects.get().state == m.Transcript.WAITING


def test_a_recording_that_went_while_it_was_read_is_no_trouble(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    service.says("own_server.json")
    kept = office.record("a.wav")
    job(office.now)
    kept.delete()
    assert office.work(job)
    assert not m.Transcript.objects.exists()


def test_what_is_read_while_the_owner_switches_it_off_is_not_kept(
    office: Office, service: Service, job: TranscriptJob
) -> None:
    service.says("own_server.json")
    office.record("a.wav")
    job(office.now)
    m.SpeechEngine.objects.update(engine="")
    assert office.work(job)
    assert not m.Transcript.objects.exists()


def test_the_key_lies_encrypted_in_the_ledger(office: Office) -> None:
    office.speech.refresh_from_db()
    assert KEY not in office.speech.key
