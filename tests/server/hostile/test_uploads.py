"""Files with names and contents that no system writes: refused in a sentence or read, the others go on."""

from __future__ import annotations

import gzip
import io
import stat
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from callwitness.ledger import models as m
from callwitness.services.arrivals import receive as arrivals
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.derive import derive_dirty
from callwitness.web.ui.cast import Cast
from tests.server.hostile.given import MARKUP
from tests.server.hostile.screens import look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

NOW: Final = 1_793_602_800_000
TABLE: Final = (
    b"Call ID,Start,Caller,Called number,Duration,Talk time,Result\n"
    b"a1,2026-11-02 05:00:00,+380500001234,+380500000100,30,20,answered\n"
    b"a2,2026-11-02 05:10:00,+380500001235,+380500000100,30,0,no answer\n"
)


def zipped(*members: tuple[str, bytes], link: bool = False) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if link:
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, data)
    return target.getvalue()


def bomb() -> bytes:
    """80 MB of zeros, packed a thousandfold."""
    return zipped(("calls.csv", b"\0" * (80 << 20)))


def nested() -> bytes:
    inner = zipped(("calls.csv", TABLE))
    for _ in range(6):
        inner = zipped(("in.zip", inner))
    return inner


UNREADABLE: Final[dict[str, Callable[[], bytes]]] = {
    "empty": lambda: b"",
    "blank": lambda: b"\xef\xbb\xbf  \r\n",
    "binary": lambda: bytes(range(256)) * 64,
    "executable": lambda: b"\x7fELF" + b"\0" * 900,
    "truncated.gz": lambda: gzip.compress(TABLE * 400)[:60],
    "broken.zip": lambda: zipped(("calls.csv", TABLE))[:-30],
    "bomb.zip": bomb,
    "nested.zip": nested,
    "link.zip": lambda: zipped(("calls.csv", b"/etc/passwd"), link=True),
    "workbook.xlsx": lambda: b"PK\x03\x04" + b"\0" * 200,
    "wide.csv": lambda: b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n" + b"," * 1_000_000 + b"\n",
    "html": lambda: MARKUP.encode() * 50,
}
READABLE: Final[dict[str, Callable[[], bytes]]] = {
    "absolute.zip": lambda: zipped(
        ("/etc/cron.d/calls.csv", TABLE), ("../../../../tmp/more.txt", b"nothing")
    ),
    "calls.exe": lambda: TABLE,
    "latin.csv": lambda: TABLE.replace(b"answered", "answered,Jérôme".encode("latin-1")).replace(
        b"Result", b"Result,Agent"
    ),
    "formulas.csv": lambda: TABLE.replace(b"Result", b"Result,Agent").replace(
        b"answered", b'answered,"=HYPERLINK(""http://evil.example"")"'
    ),
    "markup.csv": lambda: TABLE.replace(b"Result", b"Result,Agent").replace(
        b"answered", b"answered," + b"<script>alert(7)</script>"
    ),
}
NAMES: Final = ("../../etc/passwd", "a\x00b.csv", "x" * 5000 + ".csv", "\u202evsc.exe", MARKUP, "C:\\Windows\\calls.csv", ".", "..", "", "!", "-rf",
                "a\r\nb.csv", "con", "=1+1.csv", "\ud800.csv")  # fmt: skip


@pytest.mark.parametrize("kind", sorted(UNREADABLE))
def test_what_cannot_be_read_fails_with_a_sentence_and_the_next_file_is_read(
    cast: Cast, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "unpacked").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "unpacked"))
    source = cast.sources["mango"]
    m.Source.objects.filter(pk=source.pk).update(adapter="")
    source.refresh_from_db()
    bad = arrivals.receive(source, io.BytesIO(UNREADABLE[kind]()), kind, "upload", NOW)
    good = arrivals.receive(source, io.BytesIO(TABLE), "good.csv", "upload", NOW)
    assert read_pending(NOW) == 2
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (good.state, good.records) == ("read", 2), good.problem
    assert bad.records == 0
    assert bad.state == ("read" if kind in ("empty", "blank") else "failed"), (bad.state, bad.notes)
    assert "bug" not in bad.problem
    assert bad.state == "read" or len(bad.problem) > 20
    assert not list((tmp_path / "unpacked").iterdir())
    wrong, _ = look(cast.olga.client, [cast.url("sources/"), cast.url(f"sources/{source.pk}/")])
    assert wrong == []


@pytest.mark.parametrize("kind", sorted(READABLE))
def test_what_only_looks_wild_is_read(cast: Cast, kind: str) -> None:
    source = m.Source.objects.create(workspace=cast.workspace, name="new", role="provider", zone="UTC")
    evidence = arrivals.receive(source, io.BytesIO(READABLE[kind]()), kind, "upload", NOW)
    read_pending(NOW)
    derive_dirty(NOW)
    evidence.refresh_from_db()
    assert (evidence.state, evidence.records) == ("read", 2), evidence.problem
    calls = [
        cast.url(f"call/{name}/")
        for name in m.Call.objects.filter(seen_by__source=source).values_list("public_id", flat=True)
    ]
    assert len(calls) == 2
    wrong, _ = look(
        cast.olga.client, [cast.url(f"sources/{source.pk}/"), cast.url("calls/?period=all"), *calls]
    )
    assert wrong == []


@pytest.mark.parametrize("kind", sorted({**UNREADABLE, **READABLE}))
def test_the_wizard_shows_any_file_and_lets_it_go(cast: Cast, data: Path, kind: str) -> None:
    content = (UNREADABLE | READABLE)[kind]()
    client = cast.olga.client
    answer = client.post(cast.url("sources/upload/"), {"files": SimpleUploadedFile(kind, content)})
    assert answer.status_code == 302
    address = answer.headers["Location"]
    wrong, _ = look(client, [address, address + "?source=new:office"])
    assert wrong == []
    looked = client.post(
        address,
        {"action": "look", "source": "new:provider", "name": "n", "adapter": "spreadsheet", "zone": "UTC"},
    )
    assert looked.status_code in (200, 400)
    assert client.post(address, {"action": "drop"}).status_code == 302
    assert not [path for path in (data / "drafts").rglob("*") if path.is_file()]


def test_names_are_shown_without_harm_and_lead_nowhere(cast: Cast, data: Path) -> None:
    client, source = cast.olga.client, cast.sources["mango"]
    before = {path for path in data.rglob("*") if path.is_file()}
    for at, name in enumerate(NAMES):
        arrivals.receive(source, io.BytesIO(TABLE + b"%d" % at), name, "upload", NOW)
    kept = list(m.Evidence.objects.filter(source=source).values_list("name", flat=True))
    assert len(set(kept)) == len(NAMES)
    assert all(
        0 < len(name) <= 200 and name.isprintable() and "/" not in name and "\\" not in name for name in kept
    )
    new = {path for path in data.rglob("*") if path.is_file()} - before
    assert len(new) == len(NAMES)
    wrong, _ = look(client, [cast.url(f"sources/{source.pk}/")])
    assert wrong == []
