from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from callwitness.adapters import asterisk
from callwitness.domain.schema import RECORDS
from callwitness.ingest.registry import adapter_packages
from callwitness.ledger import models as m
from callwitness.services.arguments import parse_source
from callwitness.services.arrivals import read_evidence
from callwitness.services.arrivals.evidence_records import read_records, record_rows
from callwitness.services.arrivals.read_evidence import read_one, read_pending
from callwitness.services.arrivals.receive import receive, take
from callwitness.services.arrivals.replays import replay
from callwitness.services.check import CheckRequest, check
from callwitness.services.stores import record_store

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

SAMPLES = Path(asterisk.__file__).parent / "samples"
NOW = 1_795_000_000_000
DAY = 86_400_000
TABLE = "date,caller,number,duration,status\n"


@pytest.fixture
def office() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme", zone="Europe/Moscow", country="RU")
    return m.Source.objects.create(workspace=acme, name="office", role="office")


def table(*days: int, hour: int = 12) -> bytes:
    rows = [f"2026-11-{day:02d} {hour}:00:00,+79000000001,+74950000001,60,answered\n" for day in days]
    return (TABLE + "".join(rows)).encode()


def arrive(source: m.Source, data: bytes, name: str = "calls.csv", now: int = NOW) -> m.Evidence:
    return receive(source, io.BytesIO(data), name, "upload", now)


def dirty() -> list[int]:
    return list(m.DirtyDay.objects.order_by("day").values_list("day", flat=True))


def counted() -> dict[int, int]:
    return dict(m.SourceDay.objects.values_list("day", "records"))


def day(of_november: int) -> int:
    return (1_793_491_200_000 // DAY) + of_november - 1


@pytest.mark.parametrize(
    "name", ["dump.sql", "Master_mixed.csv", "queue_log", "cel_table.csv", "freepbx_export.csv"]
)
def test_records_are_those_of_check(office: m.Source, name: str) -> None:
    path = SAMPLES / name
    evidence = arrive(office, path.read_bytes(), name)
    assert read_pending(NOW) == 1
    evidence.refresh_from_db()
    argument = parse_source(f"office={path}", adapter_packages())
    request = CheckRequest([argument], read_default=read_evidence._options(office))
    checked = check(request).sources[0]
    assert (evidence.state, evidence.adapter) == ("read", "asterisk")
    assert (evidence.records, evidence.rejected) == (checked.records.height, checked.rejected.height)
    rows = m.Record.objects.filter(evidence=evidence)
    assert {row.record_id: (row.started_at, row.caller) for row in rows} == {
        record: (started, caller or "")
        for record, started, caller in checked.records.select("record_id", "started_at", "caller").iter_rows()
    }


def test_day_files_hold_what_the_files_state(office: m.Source) -> None:
    evidence = arrive(office, table(2, 2, 3))
    read_pending(NOW)
    kept = record_store().load(office.pk, 0, day(30), [evidence.pk])
    assert kept.height == 3
    assert set(RECORDS.names) <= set(kept.columns)
    assert kept["adapter"].unique().to_list() == ["spreadsheet"]
    assert counted() == {day(2): 2, day(3): 1}
    assert dirty() == [day(2), day(3)]
    assert m.DirtyDay.objects.get(day=day(2)).evidence == [evidence.pk]


def test_the_same_bytes_again_are_the_same_evidence(office: m.Source) -> None:
    first = take(office, io.BytesIO(table(2)), "a.csv", "upload", NOW)
    again = take(office, io.BytesIO(table(2)), "b.csv", "folder", NOW + 1)
    assert (first.again, again.again) == (False, True)
    assert again.evidence == first.evidence
    assert read_pending(NOW) == 1
    assert m.Record.objects.count() == 1


def test_a_second_file_of_one_name_is_told_apart(office: m.Source) -> None:
    first, second = arrive(office, table(2)), arrive(office, table(3))
    assert first.name == "calls.csv"
    assert second.name == f"calls-{second.sha256[:8]}.csv"


def test_an_unreadable_file_fails_with_a_sentence_and_is_kept(office: m.Source, data: Path) -> None:
    evidence = arrive(office, b"\x00\x01 no call records")
    arrive(office, table(2), "good.csv")
    assert read_pending(NOW) == 2
    evidence.refresh_from_db()
    assert evidence.state == "failed"
    assert "not a kind of call record" in evidence.problem
    assert (data / "evidence" / evidence.sha256[:2] / evidence.sha256).read_bytes().startswith(b"\x00\x01")
    assert m.Record.objects.count() == 1


def test_members_of_an_archive_are_read_and_strange_ones_noted(office: m.Source) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("calls.csv", table(2, 3))
        archive.writestr("picture.bin", b"\x89\x00\x01")
    evidence = arrive(office, packed.getvalue(), "all.zip")
    read_pending(NOW)
    evidence.refresh_from_db()
    assert (evidence.state, evidence.records) == ("read", 2)
    assert evidence.notes[0][0] == "member_passed_over"
    assert m.Record.objects.first().file == "all.zip!calls.csv"  # type: ignore[union-attr]


def test_a_bug_in_an_adapter_does_not_hold_up_the_others(
    office: m.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = arrive(office, table(2), "a.csv")
    good = arrive(office, table(3), "b.csv", NOW + 1)
    honest = read_records

    def trips(evidence: m.Evidence, *rest: object) -> object:
        if evidence.pk == bad.pk:
            raise pl.exceptions.ComputeError("unheard of")
        return honest(evidence, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(read_evidence, "read_records", trips)
    assert read_pending(NOW) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == ("failed", "read")
    assert "bug (ComputeError)" in bad.problem


def test_an_interrupted_reading_begins_again_without_doubles(
    office: m.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = arrive(office, table(2, 3))

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(read_evidence, "_publish", power_cut)
        with pytest.raises(KeyboardInterrupt):
            read_one(evidence, NOW)
    assert m.Record.objects.count() == 2
    assert not counted()
    assert read_pending(NOW) == 1
    assert m.Record.objects.count() == 2
    assert record_store().load(office.pk, 0, day(30), [evidence.pk]).height == 2
    assert counted() == {day(2): 1, day(3): 1}


def test_a_replay_reads_with_the_settings_of_today(office: m.Source) -> None:
    evidence = arrive(office, table(2, 3, hour=23))
    arrive(office, table(3), "other.csv")
    read_pending(NOW)
    assert counted() == {day(2): 1, day(3): 2}
    m.DirtyDay.objects.all().delete()
    office.zone = "America/New_York"
    office.save()
    assert replay(evidence) == 1
    assert m.Evidence.objects.filter(state="read").count() == 2
    assert read_pending(NOW) == 1
    assert counted() == {day(3): 2, day(4): 1}
    assert dirty() == [day(2), day(3), day(4)]
    assert m.Record.objects.count() == 3
    assert record_store().load(office.pk, 0, day(30), [evidence.pk])["day"].sort().to_list() == [
        day(3),
        day(4),
    ]


def test_a_replay_that_cannot_read_keeps_the_records(office: m.Source) -> None:
    evidence = arrive(office, table(2))
    read_pending(NOW)
    office.adapter = "asterisk"
    office.save()
    assert replay(evidence) == 1
    assert read_pending(NOW) == 1
    evidence.refresh_from_db()
    assert (evidence.state, evidence.again, m.Record.objects.count()) == ("read", False, 1)
    assert evidence.problem.startswith("could not be read again, the records read before stay: ")


@pytest.mark.parametrize("moment", ["record_rows", "_publish", "mark_dirty"])
def test_an_interrupted_replay_begins_again(
    office: m.Source, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    evidence = arrive(office, table(2, 3, hour=23))
    read_pending(NOW)
    office.zone = "America/New_York"
    office.save()
    replay(office)

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(read_evidence, moment, power_cut)
        with pytest.raises(KeyboardInterrupt):
            read_pending(NOW)
    assert read_pending(NOW) == 1
    assert counted() == {day(3): 1, day(4): 1}
    assert m.Record.objects.count() == 2
    assert record_store().load(office.pk, 0, day(30), [evidence.pk]).height == 2


def test_a_change_while_it_is_read_is_not_forgotten(
    office: m.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence = arrive(office, table(2))
    honest = record_rows

    def changed_meanwhile(*given: object) -> pl.DataFrame:
        m.Source.objects.filter(pk=office.pk).update(zone="Asia/Tokyo")
        return honest(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(read_evidence, "record_rows", changed_meanwhile)
    read_one(evidence, NOW)
    evidence.refresh_from_db()
    assert (evidence.state, evidence.again) == ("read", True)
    assert read_pending(NOW) == 1
    started = m.Record.objects.get().started_at
    assert started is not None
    assert started // 3_600_000 % 24 == 3


def test_own_numbers_tell_calls_out_from_calls_in(office: m.Source) -> None:
    rows = "2026-11-02 12:00:00,+74950000001,+79000000001,60,answered\n"
    m.Number.objects.create(workspace=office.workspace, value="+74950000001")
    arrive(office, (TABLE + rows).encode())
    read_pending(NOW)
    assert m.Record.objects.get().direction == "outbound"


def test_a_whole_source_is_replayed(office: m.Source) -> None:
    arrive(office, table(2), "a.csv")
    arrive(office, table(3), "b.csv")
    read_pending(NOW)
    assert replay(office) == 2
    assert read_pending(NOW) == 2
    assert counted() == {day(2): 1, day(3): 1}
    assert m.Record.objects.count() == 2


def test_the_country_is_learned_and_what_was_read_without_it_is_read_again() -> None:
    acme = m.Workspace.objects.create(slug="acme", name="Acme", zone="Europe/Moscow")
    office = m.Source.objects.create(workspace=acme, name="office", role="office")
    national = "2026-11-02 12:00:00,89000000001,84950000001,60,answered\n"
    arrive(office, (TABLE + national).encode(), "national.csv")
    read_pending(NOW)
    assert m.Record.objects.get().caller != "+79000000001"
    whole = "".join(f"2026-11-03 12:00:0{n},+7900000000{n},+74950000001,60,answered\n" for n in range(5))
    arrive(office, (TABLE + whole).encode(), "whole.csv")
    read_pending(NOW)
    acme.refresh_from_db()
    assert acme.country == "RU"
    assert m.Record.objects.get(evidence__name="national.csv").caller == "+79000000001"


def test_an_empty_file_is_no_records_and_a_note(office: m.Source) -> None:
    evidence = arrive(office, b"\n")
    read_pending(NOW)
    evidence.refresh_from_db()
    assert (evidence.state, evidence.records, evidence.notes[0][0]) == ("read", 0, "empty_file")


def test_rejected_rows_are_kept_with_their_reason(office: m.Source) -> None:
    rows = "".join(f"no date,+7900000000{n},+74950000001,60,answered\n" for n in range(3))
    evidence = arrive(office, table(2, 3, 4, 5) + rows.encode())
    read_pending(NOW)
    evidence.refresh_from_db()
    assert (evidence.rows, evidence.records, evidence.rejected) == (7, 4, 3)
    assert m.RejectedRow.objects.filter(evidence=evidence, raw__startswith="no date").count() == 3


def test_rows_that_cannot_be_kept_hold_up_nobody_else(office: m.Source) -> None:
    """Somebody else's row has the id already."""
    first = arrive(office, table(1))
    read_pending(NOW)
    taken = m.Record.objects.get().record_id
    first.delete()
    other = arrive(office, table(5), "other.csv")
    m.Record.objects.create(
        source=office, evidence=other, record_id=taken, file="", row="1", kind="", witness=""
    )
    again, good = arrive(office, table(1)), arrive(office, table(9), "good.csv")
    assert read_one(again, NOW).state == "failed"
    assert "cannot be kept" in again.problem
    assert read_one(good, NOW).state == "read"


def test_what_was_read_while_the_workspace_changed_is_read_again(
    office: m.Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    evidence, write = arrive(office, table(1)), read_evidence._write_rows

    def zone_changes(*arguments: Any) -> None:
        m.Workspace.objects.update(zone="Asia/Tokyo")
        write(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(read_evidence, "_write_rows", zone_changes)
        read_one(evidence, NOW)
    assert (evidence.state, evidence.again) == ("read", True)
    assert read_pending(NOW) == 1
    assert not m.Evidence.objects.get().again
