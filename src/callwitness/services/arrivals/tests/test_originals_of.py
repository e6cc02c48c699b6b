from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from callwitness import adapters
from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.arrivals.originals_of import original_text
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.arrivals.receive import receive

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

ADAPTERS = Path(adapters.__file__).parent
NOW = 1_795_000_000_000
TABLE = b"date,caller,number,duration,status\n2026-11-02 12:00:00,+79000000001,+74950000001,60,answered\n"
LINE = "2026-11-02 12:00:00,+79000000001,+74950000001,60,answered"


@pytest.fixture
def office() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme", zone="Europe/Moscow", country="RU")
    return m.Source.objects.create(workspace=acme, name="office", role="office")


def read(source: m.Source, data: bytes, name: str) -> list[m.Record]:
    receive(source, io.BytesIO(data), name, "upload", NOW)
    read_pending(NOW)
    return list(m.Record.objects.order_by("id"))


@pytest.mark.parametrize(
    "sample", ["asterisk/samples/dump.sql", "asterisk/samples/queue_log", "asterisk/samples/Master_mixed.csv"]
)
def test_the_line_is_shown_as_it_stands(office: m.Source, sample: str) -> None:
    path = ADAPTERS / sample
    whole = path.read_text(encoding="utf-8")
    for record in read(office, path.read_bytes(), path.name):
        text = original_text(record)
        assert text
        assert text.splitlines()[0] in whole


def test_the_line_inside_an_archive(office: m.Source) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("november/calls.csv", TABLE)
        archive.writestr("more.csv.gz", gzip.compress(TABLE.replace(b"0001", b"0002")))
    texts = sorted(original_text(record) for record in read(office, packed.getvalue(), "all.zip"))
    assert texts == sorted([LINE, LINE.replace("0001", "0002")])


def test_the_row_of_a_report_inside_a_mail(office: m.Source) -> None:
    mail = (
        b"From: desk@callwitness.example\nSubject: calls\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nToday\n'
        b'--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename="calls.csv"\n\n'
        + TABLE
        + b"--b--\n"
    )
    records = read(office, mail, "report.eml")
    assert [original_text(record) for record in records] == [LINE]


def test_nothing_is_shown_when_the_bytes_are_gone(office: m.Source) -> None:
    record = read(office, TABLE, "calls.csv")[0]
    evidence_store().delete(record.evidence.sha256)
    assert original_text(record) == ""


def test_a_place_that_is_none_is_nothing(office: m.Source) -> None:
    record = read(office, TABLE, "calls.csv")[0]
    for row in ("?", "999999", ""):
        record.row = row
        assert original_text(record) == ""
