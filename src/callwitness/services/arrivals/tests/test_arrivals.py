from __future__ import annotations

import errno
import io
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.ledger.store import StoreFull, TooLarge
from callwitness.services.arrivals.names import shown_name, told_apart
from callwitness.services.arrivals.receive import receive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]


@pytest.fixture
def office() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme")
    return m.Source.objects.create(workspace=acme, name="office", role="office")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\calls.csv", "calls.csv"),
        ("calls\u202egpj.csv", "callsgpj.csv"),
        ("a\x00b\r\nc.csv", "abc.csv"),
        ("звонки за ноябрь.xlsx", "звонки за ноябрь.xlsx"),
        ("", "evidence"),
        ("...", "evidence"),
        (".htaccess", "htaccess"),
        ("a!b.csv", "a_b.csv"),
        ("<img src=x>.csv", "<img src=x>.csv"),
        ("\udcff\udcfe.csv", "??.csv"),
    ],
)
def test_a_hostile_name_becomes_one_that_can_be_shown(given: str, shown: str) -> None:
    assert shown_name(given) == shown


def test_a_long_name_keeps_its_ending() -> None:
    name = shown_name("x" * 5000 + ".csv")
    assert len(name) <= 180
    assert name.endswith("x.csv")


def test_names_are_told_apart_before_the_ending() -> None:
    assert told_apart("calls.tar.gz", "1a2b3c4d5e") == "calls.tar-1a2b3c4d.gz"
    assert told_apart("queue_log", "1a2b3c4d5e") == "queue_log-1a2b3c4d"


def test_too_large_a_file_is_refused_and_nothing_is_kept(office: m.Source, data: Path) -> None:
    with pytest.raises(TooLarge, match="larger than 10 bytes"):
        receive(office, io.BytesIO(b"x" * 11), "big.csv", "upload", 1, limit=10)
    assert not m.Evidence.objects.exists()
    assert not [path for path in (data / "evidence").rglob("*") if path.is_file()]


def test_a_full_disk_is_said_and_nothing_is_kept_by_halves(
    office: m.Source, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreFull, match="no room left"):
            receive(office, io.BytesIO(b"abc"), "a.csv", "upload", 1)
    assert not m.Evidence.objects.exists()
    assert not [path for path in (data / "evidence").rglob("*") if path.is_file()]
    assert receive(office, io.BytesIO(b"abc"), "a.csv", "upload", 1).size == 3


def test_receiving_says_when_the_source_was_fed(office: m.Source) -> None:
    receive(office, io.BytesIO(b"abc"), "a.csv", "upload", 77)
    office.refresh_from_db()
    assert office.last_evidence_at == 77


def test_what_failed_is_tried_again_when_it_comes_again(office: m.Source) -> None:
    evidence = receive(office, io.BytesIO(b"abc"), "a.csv", "upload", 1)
    m.Evidence.objects.update(state="failed", problem="no")
    assert receive(office, io.BytesIO(b"abc"), "a.csv", "upload", 2) == evidence
    evidence.refresh_from_db()
    assert (evidence.state, evidence.problem) == ("pending", "")
