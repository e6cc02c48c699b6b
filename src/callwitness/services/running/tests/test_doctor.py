from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.arrivals.receive import UPLOAD, receive
from callwitness.services.running import heartbeat
from callwitness.services.running.doctor import Line, examine

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("source")]
NOW = 1_795_000_000_000


@pytest.fixture
def source(data: Path) -> m.Source:
    (data / "secret").write_text("x")
    (data / "secret").chmod(0o600)
    workspace = m.Workspace.objects.create(slug="acme", name="Acme")
    return m.Source.objects.create(workspace=workspace, name="office", role="office")


def found(level: str, **options: bool) -> list[str]:
    return [line.text for line in examine(**{"running": False} | options) if line.level == level]


def test_a_sound_installation_has_no_problem_and_every_doubt_says_what_to_do(source: m.Source) -> None:
    receive(source, io.BytesIO(b"a,b\n1,2\n"), "calls.csv", UPLOAD, NOW)
    lines: list[Line] = list(examine(every=True, running=False))
    assert found("problem") == []
    assert all(line.todo for line in lines if line.level != "ok")
    assert "Evidence as it arrived: 1 of 1 looked at" in [line.text for line in lines]


def test_evidence_that_is_missing_or_changed_is_named(source: m.Source, data: Path) -> None:
    whole = receive(source, io.BytesIO(b"whole"), "whole.csv", UPLOAD, NOW)
    gone = receive(source, io.BytesIO(b"gone"), "gone.csv", UPLOAD, NOW)
    changed = receive(source, io.BytesIO(b"changed"), "changed.csv", UPLOAD, NOW)
    evidence_store().delete(gone.sha256)
    (data / "evidence" / changed.sha256[:2] / changed.sha256).write_bytes(b"other")
    (problem,) = found("problem", every=True)
    assert problem.startswith("Evidence that is missing or changed: 2 of 3 looked at")
    assert whole.name not in problem


def test_bytes_that_belong_to_nothing_are_counted() -> None:
    evidence_store().put(io.BytesIO(b"lonely"), 100)
    assert "Files of the evidence store that belong to nothing: 1." in found("warning")


def test_mails_without_a_server_and_evidence_that_cannot_be_read_are_told(source: m.Source) -> None:
    m.Mail.objects.create(key="k", to="a@calls.example", subject="s", text="t", created_at=NOW)
    evidence = receive(source, io.BytesIO(b"?"), "odd.bin", UPLOAD, NOW)
    m.Evidence.objects.filter(pk=evidence.pk).update(state="failed", problem="nothing in it")
    told = found("warning")
    assert "Mails that wait, while no mail server is set: 1." in told
    assert "Evidence that cannot be read: 1." in told


def test_records_that_the_day_files_do_not_have_are_a_problem(source: m.Source) -> None:
    m.SourceDay.objects.create(source=source, day=20_000, records=3)
    assert found("problem") == ["Days whose records are not whole: 1, e.g. office, day 20000."]


def test_a_worker_that_does_not_run_or_fails_is_a_problem(data: Path) -> None:
    assert found("problem", running=True) == ["No worker is running."]
    state = heartbeat.JobState(failures=3, problem="OSError")
    beat = heartbeat.Heartbeat(at=time.time_ns() // 1_000_000, started_at=0, pid=1, jobs={"mails": state})
    heartbeat.write(data, beat)
    assert found("problem", running=True) == ["The worker's job mails fails; failures in a row: 3 (OSError)."]


def test_a_secret_that_others_can_read_is_told(data: Path) -> None:
    (data / "secret").chmod(0o644)
    assert any("can be read by other users" in text for text in found("warning"))


def test_a_look_that_fails_is_a_problem_and_the_others_go_on(settings: Any) -> None:
    settings.SERVER = object()
    lines = list(examine(running=False))
    assert any("The look at disk failed" in line.text for line in lines)
    assert any(line.text.startswith("Database:") for line in lines)
