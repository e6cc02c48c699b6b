"""The screens of sources, as their people see them."""

from __future__ import annotations

import io
import re
import time
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from callwitness.ledger import models as m
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.arrivals.receive import receive
from callwitness.web.ui.cast import Cast, Person

SAMPLES = Path(__file__).parents[3] / "adapters" / "asterisk" / "samples"
TABLE = b"date,caller,number,duration,status\n2026-11-02 12:00:00,+380500000001,+380500000100,60,answered\n"
HOSTILE = b"<script>alert(1)</script>,+380500000001,+380500000100,60,answered\n"


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    settings.SERVER = replace(settings.SERVER, data=folder, evidence=str(folder / "evidence"))


def feed(cast: Cast, data: bytes = TABLE, name: str = "calls.csv") -> m.Evidence:
    source = cast.sources["exchange"]
    m.Source.objects.filter(pk=source.pk).update(adapter="")
    source.refresh_from_db()
    evidence = receive(source, io.BytesIO(data), name, "upload", int(time.time() * 1000))
    read_pending(int(time.time() * 1000))
    evidence.refresh_from_db()
    return evidence


def upload(person: Person, cast: Cast, *files: tuple[str, bytes], source: str = "") -> HttpResponse:
    data = {"files": [SimpleUploadedFile(name, body) for name, body in files], "source": source}
    return person.client.post(cast.url("sources/upload/"), data)  # type: ignore[return-value]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def page(cast: Cast, name: str = "exchange", rest: str = "") -> str:
    return cast.url(f"sources/{cast.sources[name].pk}/{rest}")


def test_the_list_says_how_sources_are(cast: Cast) -> None:
    m.Source.objects.filter(name="mango").update(last_evidence_at=None)
    told = text(cast.olga.client.get(cast.url("sources/")))
    assert "nothing yet" in told
    assert "exchange" in told


def test_the_list_takes_as_many_queries_for_twenty_sources_as_for_two(cast: Cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            cast.olga.client.get(cast.url("sources/"))
        return len(seen)

    few = queries()
    for number in range(20):
        m.Source.objects.create(workspace=cast.workspace, name=f"s{number}", role="office")
    assert queries() <= few


def test_a_source_shows_evidence_clock_and_weeks(cast: Cast) -> None:
    evidence = feed(cast)
    source = cast.sources["exchange"]
    for hour in range(5):
        m.ClockPoint.objects.create(
            source=source,
            window_first=0,
            at=cast.now - hour * 3_600_000,
            offset_s=47.0,
            n=5,
            uncertainty_s=1.0,
        )
    m.ReliabilityWeek.objects.create(
        source=source, window_first=0, week="2026-11-16", calls=90, missing=10, clock_offset_s=47.0, claimed_answered=10,
        denied_answered=1, late=0, records=100,
    )  # fmt: skip
    told = text(cast.olga.client.get(page(cast)))
    assert evidence.name in told
    assert "<polyline" in told
    assert re.search(r">10\s%<", told)
    assert "+47 s" in told


def test_managers_and_auditors_look_and_do_not_change(cast: Cast) -> None:
    evidence = feed(cast)
    for who in (cast.maxim, cast.auditor):
        told = text(who.client.get(page(cast)))
        assert evidence.name in told
        assert "hook" not in told
        for rest in ("replay/", f"replay/{evidence.pk}/", f"aside/{evidence.pk}/", "hook/", "change/"):
            assert who.client.post(page(cast, rest=rest)).status_code == 404
        assert who.client.get(cast.url("sources/add/")).status_code == 404
    assert cast.auditor.client.get(cast.url("sources/upload/")).status_code == 404


@pytest.mark.parametrize("who", ["ivanna", "marta", "stefan"])
def test_others_find_nothing(cast: Cast, who: str) -> None:
    evidence = feed(cast)
    for rest in ("", "progress/", f"rejected/{evidence.pk}/", "recordings/"):
        assert cast.people[who].client.get(page(cast, rest=rest)).status_code == 404


def test_foreign_evidence_is_absent(cast: Cast) -> None:
    evidence = feed(cast)
    assert cast.olga.client.get(page(cast, "mango", f"rejected/{evidence.pk}/")).status_code == 404
    assert cast.olga.client.post(page(cast, "mango", f"replay/{evidence.pk}/")).status_code == 404


def test_a_source_is_added_and_audited(cast: Cast) -> None:
    told = {
        "role": "contractor",
        "name": "Outsource-1",
        "way": "webhook",
        "adapter": "",
        "zone": "",
        "options": "",
    }
    answer = cast.olga.client.post(cast.url("sources/add/"), told)
    source = m.Source.objects.get(name="Outsource-1")
    assert answer["Location"] == cast.url(f"sources/{source.pk}/")
    assert source.hook_token
    assert m.Audit.objects.filter(action="source.add", what="Outsource-1").exists()
    assert source.hook_token in text(cast.olga.client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "a b"}, "only"),
        ({"name": "EXCHANGE"}, "already"),
        ({"name": "../x"}, "only"),
        ({"adapter": "asterisk", "options": "nosuch=1"}, "nosuch"),
        ({"adapter": "spreadsheet", "options": "save=/etc/passwd"}, "save"),
        ({"options": "no equals"}, "name=value"),
        ({"zone": "Mars/Olympus"}, "valid choice"),
        ({"way": "folder"}, "Choose a folder"),
        ({"way": "folder", "folder": "../.."}, "valid choice"),
    ],
)
def test_a_source_nobody_can_mean_is_refused(cast: Cast, changes: dict[str, str], said: str) -> None:
    told = {
        "role": "office",
        "name": "new",
        "way": "upload",
        "adapter": "",
        "zone": "",
        "options": "",
    } | changes
    answer = cast.olga.client.post(cast.url("sources/add/"), told)
    assert (answer.status_code, said in text(answer)) == (400, True)
    assert m.Source.objects.filter(workspace=cast.workspace).count() == 2


def test_a_change_of_zone_reads_everything_again(cast: Cast) -> None:
    evidence = feed(cast)
    told = {"adapter": "spreadsheet", "zone": "Asia/Tokyo", "options": "date=ymd", "enabled": "on"}
    cast.olga.client.post(page(cast, rest="change/"), told)
    evidence.refresh_from_db()
    source = m.Source.objects.get(workspace=cast.workspace, name="exchange")
    assert (evidence.again, source.zone, source.options) == (True, "Asia/Tokyo", {"date": "ymd"})
    assert m.Audit.objects.get(action="source.change").details["zone"] == ["", "Asia/Tokyo"]


def test_a_change_keeps_what_the_keeper_set(cast: Cast) -> None:
    m.Source.objects.filter(name="exchange").update(options={"fetch_hosts": ["10.0.0.1"]})
    cast.olga.client.post(page(cast, rest="change/"), {"options": "", "enabled": "on"})
    assert m.Source.objects.get(workspace=cast.workspace, name="exchange").options == {
        "fetch_hosts": ["10.0.0.1"]
    }


def test_a_webhook_is_opened_signed_renewed_and_withdrawn(cast: Cast) -> None:
    def do(action: str) -> m.Source:
        cast.olga.client.post(page(cast, rest="hook/"), {"action": action})
        return m.Source.objects.get(workspace=cast.workspace, name="exchange")

    first = do("new").hook_token
    second = do("new").hook_token
    assert first
    assert second not in (None, first)
    assert do("sign").hook_secret
    assert do("unsign").hook_secret == ""
    assert do("withdraw").hook_token is None
    assert cast.olga.client.post(page(cast, rest="hook/"), {"action": "x"}).status_code == 400


def test_replay_is_asked_for_and_progress_is_shown(cast: Cast) -> None:
    evidence = feed(cast)
    cast.olga.client.post(page(cast, rest=f"replay/{evidence.pk}/"))
    assert 'hx-trigger="every 2s"' in text(cast.olga.client.get(page(cast)))
    assert "HX-Refresh" not in cast.olga.client.get(page(cast, rest="progress/"))
    read_pending(int(time.time() * 1000))
    assert cast.olga.client.get(page(cast, rest="progress/"))["HX-Refresh"] == "true"
    cast.olga.client.post(page(cast, rest="replay/"))
    assert m.Evidence.objects.filter(again=True).count() == 1


def test_what_came_by_mistake_is_set_aside_and_brought_back(cast: Cast) -> None:
    evidence = feed(cast)
    m.DirtyDay.objects.all().delete()
    cast.olga.client.post(page(cast, rest=f"aside/{evidence.pk}/"))
    evidence.refresh_from_db()
    assert (evidence.state, m.SourceDay.objects.count(), m.DirtyDay.objects.count()) == ("failed", 0, 1)
    assert cast.olga.client.post(page(cast, rest=f"aside/{evidence.pk}/")).status_code == 400
    cast.olga.client.post(page(cast, rest=f"replay/{evidence.pk}/"))
    read_pending(int(time.time() * 1000))
    evidence.refresh_from_db()
    assert (evidence.state, m.SourceDay.objects.get().records, m.Record.objects.count()) == ("read", 1, 1)


def test_rejected_rows_are_shown_as_text(cast: Cast) -> None:
    evidence = feed(cast, TABLE + 3 * TABLE.partition(b"\n")[2] + HOSTILE, "<img src=x onerror=alert(1)>.csv")
    told = text(cast.olga.client.get(page(cast, rest=f"rejected/{evidence.pk}/")))
    assert "&lt;script&gt;" in told
    assert "<script>alert" not in told
    assert "<img" not in told
    assert "<img" not in text(cast.olga.client.get(page(cast)))


def test_rejected_rows_are_hidden_from_who_sees_masked_numbers(cast: Cast) -> None:
    evidence = feed(cast, TABLE + 3 * TABLE.partition(b"\n")[2] + HOSTILE)
    m.Membership.objects.filter(user=cast.auditor.user).update(mask_numbers=True)
    told = text(cast.auditor.client.get(page(cast, rest=f"rejected/{evidence.pk}/")))
    assert "380500000001" not in told


def test_an_upload_is_shown_as_it_would_be_read_then_saved(cast: Cast) -> None:
    before = m.Evidence.objects.count()
    answer = upload(cast.olga, cast, ("dump.sql", (SAMPLES / "dump.sql").read_bytes()))
    told = text(cast.olga.client.get(answer["Location"], {"source": "new:office"}))
    assert "asterisk · sql_dump" in told
    assert "4 records" in told
    assert "1 rejected row" in told
    assert m.Evidence.objects.count() == before
    data = {
        "source": "new:office",
        "name": "pbx-2",
        "adapter": "",
        "zone": "Europe/Moscow",
        "options": "",
        "action": "save",
    }
    saved = cast.olga.client.post(answer["Location"], data)
    evidence = m.Evidence.objects.get(name="dump.sql")
    assert saved["Location"] == cast.url(f"sources/{evidence.source_id}/")
    assert (evidence.source.name, evidence.source.zone, evidence.how) == ("pbx-2", "Europe/Moscow", "upload")
    assert cast.olga.client.get(answer["Location"]).status_code == 404
    read_pending(int(time.time() * 1000))
    evidence.refresh_from_db()
    assert (evidence.state, evidence.records) == ("read", 4)


def test_a_correction_is_tried_before_it_is_saved(cast: Cast) -> None:
    m.Source.objects.update(adapter="")
    answer = upload(cast.olga, cast, ("calls.csv", TABLE), source=str(cast.sources["exchange"].pk))
    source = str(cast.sources["exchange"].pk)
    assert "12:00:00" in text(cast.olga.client.get(answer["Location"]))
    looked = cast.olga.client.post(
        answer["Location"],
        {"source": source, "zone": "Asia/Tokyo", "adapter": "", "options": "", "action": "look"},
    )
    assert "05:00:00" in text(looked)
    assert m.Source.objects.get(pk=source).zone == ""


def test_a_manager_uploads_and_does_not_change_how_it_is_read(cast: Cast) -> None:
    m.Source.objects.update(adapter="")
    answer = upload(cast.maxim, cast, ("calls.csv", TABLE))
    told = text(cast.maxim.client.get(answer["Location"]))
    assert "new:" not in told
    source = cast.sources["exchange"]
    data = {
        "source": str(source.pk),
        "zone": "Asia/Tokyo",
        "adapter": "mango",
        "options": "",
        "action": "save",
    }
    assert cast.maxim.client.post(answer["Location"], data).status_code == 302
    source.refresh_from_db()
    assert (source.zone, source.adapter) == ("", "")
    assert m.Evidence.objects.get().source == source
    assert cast.maxim.client.get(answer["Location"], {"source": "new:office"}).status_code == 404


def test_how_a_source_is_read_is_noted_when_an_upload_changes_it(cast: Cast) -> None:
    source = cast.sources["exchange"]
    answer = upload(cast.olga, cast, ("calls.csv", TABLE), source=str(source.pk))
    data = {"source": str(source.pk), "zone": "Asia/Tokyo", "adapter": "", "options": "", "action": "save"}
    assert cast.olga.client.post(answer["Location"], data).status_code == 302
    noted = m.Audit.objects.get(action="source.change", what=source.name)
    assert noted.details["zone"] == ["", "Asia/Tokyo"]


def test_a_draft_is_its_makers_own(cast: Cast) -> None:
    answer = upload(cast.olga, cast, ("calls.csv", TABLE))
    assert cast.maxim.client.get(answer["Location"]).status_code == 404
    assert cast.stranger.client.get(answer["Location"].replace("/acme/", "/other/")).status_code == 404
    assert (
        cast.olga.client.get(cast.url("sources/upload/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/")).status_code == 404
    )


def test_a_draft_is_thrown_away(cast: Cast, settings: Any) -> None:
    answer = upload(cast.olga, cast, ("calls.csv", TABLE))
    cast.olga.client.post(answer["Location"], {"action": "drop"})
    assert not m.Evidence.objects.exists()
    assert not [path for path in (settings.SERVER.data / "drafts").rglob("*") if path.is_file()]


def test_what_cannot_be_read_says_so_and_may_be_saved_all_the_same(cast: Cast) -> None:
    answer = upload(cast.olga, cast, ("x.bin", b"\x00\x01\x02 nothing"))
    assert "not a kind of call record" in text(
        cast.olga.client.get(answer["Location"], {"source": "new:office"})
    )


def test_a_bomb_is_not_unpacked(cast: Cast) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("calls.csv", b"0" * (300 << 20))
    answer = upload(cast.olga, cast, ("bomb.zip", packed.getvalue()))
    told = text(cast.olga.client.get(answer["Location"], {"source": "new:office"}))
    assert "unpacks to more than" in told


def test_no_file_is_refused_with_a_sentence(cast: Cast) -> None:
    assert cast.olga.client.post(cast.url("sources/upload/")).status_code == 400


def test_hostile_cells_are_text_in_the_trial(cast: Cast) -> None:
    table = TABLE.replace(b"+380500000001", b"<b onmouseover=alert(1)>")
    answer = upload(cast.olga, cast, ("\u202ecsv.<svg onload=x>", table))
    told = text(cast.olga.client.get(answer["Location"], {"source": "new:office"}))
    assert "<b onmouseover" not in told
    assert "<svg onload" not in told
    assert "\u202e" not in told


def test_recordings_are_uploaded_and_orphans_listed(cast: Cast) -> None:
    files = [SimpleUploadedFile("a.wav", b"no sound")]
    cast.olga.client.post(page(cast, rest="recordings/"), {"files": files})
    told = text(cast.olga.client.get(page(cast, rest="recordings/")))
    assert "a.wav" in told
    assert "A sound recording was expected, this is text." in told


@pytest.mark.parametrize("rest", ["", "add/", "upload/"])
def test_pages_are_there_in_each_language(cast: Cast, rest: str) -> None:
    feed(cast)
    for language in ("en", "ru", "uk"):
        type(cast.olga.user).objects.filter(pk=cast.olga.user.pk).update(language=language)
        assert cast.olga.client.get(cast.url(f"sources/{rest}")).status_code == 200


def test_what_stood_in_a_cell_is_not_told_to_who_sees_masked_numbers(cast: Cast) -> None:
    source = cast.sources["exchange"]
    cell = {"file": "a.csv", "count": 1, "row": "7", "example": "+380500001234x"}
    kept = m.Evidence.objects.create(
        source=source, sha256="0" * 64, name="a.csv", size=9, how="upload", arrived_at=cast.now,
        state="read", notes=[["cells_unreadable", cell]],
    )  # fmt: skip
    m.Membership.objects.filter(user=cast.maxim.user).update(mask_numbers=True)
    for rest in ("", f"rejected/{kept.pk}/"):
        assert "+380500001234x" in text(cast.olga.client.get(page(cast, rest=rest)))
        assert "+380500001234x" not in text(cast.maxim.client.get(page(cast, rest=rest)))
