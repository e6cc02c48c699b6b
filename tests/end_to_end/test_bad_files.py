"""Archives, links, empty files, files of another kind: refused or listed with a sentence, the rest goes on."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from callwitness.ingest.kit import archives
from tests.end_to_end.conftest import OFFICE, PROVIDER, Run
from tests.end_to_end.quick import Quick, company, sums_hold, told

HEADER = PROVIDER.partition("\n")[0] + "\n"
MAIL = (
    "From: office@example.com\nDate: Mon, 02 Nov 2026 18:00:00 +0000\nSubject: report\nMIME-Version: 1.0\n"
    "Content-Type: text/html\n\n"
)
PAGE = (
    "<table><tr><th>Date</th><th>Caller</th><th>Called number</th><th>Duration</th><th>Result</th></tr>"
    "<tr><td>2026-11-02 10:00:00</td><td>+79000000001</td><td>+74950000001</td><td>45</td><td>answered</td></tr>"
    "<tr><td>2026-11-02 10:10:00</td><td>+79000000002</td><td>+74950000001</td><td>80</td><td>answered</td></tr>"
    "</table>"
)


@pytest.fixture
def bench(tmp_path: Path) -> Quick:
    return company(tmp_path)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def counts(run: Run, source: str = "provider") -> tuple[int, int]:
    entry = next(each for each in run.summary["sources"] if each["name"] == source)
    return entry["records"], entry["rejected"]


# --- archives, links, things that are no files ---


def test_a_bomb_in_a_folder_is_listed_and_as_an_argument_refused(
    bench: Quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "_RATIO_FROM", 100_000)
    bench.write("logs/provider.csv", PROVIDER)
    bench.write("logs/bomb.zip", zipped({"bomb.csv": b"0" * 2_000_000}))
    bench.write("logs/bomb.csv.gz", gzip.compress(b"0" * 2_000_000))
    run = bench.check("provider=logs")
    assert run.code == 0, run.said
    assert "logs/bomb.zip was passed over" in run.said
    assert "logs/bomb.csv.gz was passed over" in run.said
    assert counts(run) == (5, 0)
    refused = bench.check("provider=provider.csv", "office=logs/bomb.zip")
    assert (refused.code, refused.out.exists()) == (2, False)
    assert "times its size" in refused.said


def test_members_are_counted_over_nested_archives(bench: Quick, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 20)
    inner = zipped({f"{at}.csv": b"" for at in range(9)})
    bench.write(
        "many.zip",
        zipped({"a.zip": inner, "b.zip": inner + b" ", "c.zip": inner + b"  ", "p.csv": PROVIDER.encode()}),
    )
    run = bench.check("provider=many.zip")
    assert run.code == 0, run.said
    assert "at most 20 are opened" in told(run)
    assert counts(run) == (5, 0)


def test_a_zip_in_a_zip_is_read_and_one_deeper_is_listed(bench: Quick) -> None:
    one = zipped({"provider.csv": PROVIDER.encode()})
    two = zipped({"one.zip": one})
    bench.write("two.zip", two)
    bench.write("three.zip", zipped({"two.zip": two, "other.csv": PROVIDER.replace("p1,", "q1,").encode()}))
    run = bench.check("provider=two.zip")
    sums_hold(run)
    assert {row["file"] for row in run.table("records")} == {"two.zip!one.zip!provider.csv"}
    deeper = bench.check("provider=three.zip")
    sums_hold(deeper)
    assert "three.zip!two.zip!one.zip was passed over" in deeper.said


def test_a_damaged_archive_is_refused_with_a_sentence_wherever_the_damage_is(bench: Quick) -> None:
    whole = zipped({"отчёт.csv": PROVIDER.encode()})
    for at in range(0, len(whole), 3):
        data = bytearray(whole)
        data[at] ^= 0xFF
        bench.write("p.zip", bytes(data))
        run = bench.check("provider=p.zip")
        assert run.code in (0, 2), (at, run.said)
        assert run.code == 0 or len(run.said.strip()) > 20, at
    bench.write("p.csv.gz", gzip.compress(PROVIDER.encode())[:-20])
    run = bench.check("provider=p.csv.gz")
    assert run.code == 2
    assert "p.csv.gz" in run.said


def test_what_is_no_file_or_leads_out_of_the_folder_is_listed(bench: Quick, tmp_path: Path) -> None:
    bench.write("logs/provider.csv", PROVIDER)
    bench.write("outside.csv", PROVIDER.replace("p1,", "secret,"))
    os.mkfifo(bench.folder / "logs/pipe.csv")
    (bench.folder / "logs/out.csv").symlink_to("../outside.csv")
    (bench.folder / "logs/folder").symlink_to(tmp_path)
    (bench.folder / "logs/round.csv").symlink_to("round.csv")
    (bench.folder / "logs/nowhere.csv").symlink_to("nothing.csv")
    run = bench.check("provider=logs")
    sums_hold(run)
    assert counts(run) == (5, 0)
    for name in ("pipe.csv", "out.csv", "folder", "round.csv", "nowhere.csv"):
        assert f"logs/{name} was passed over" in run.said, name
    assert "secret" not in told(run)
    pipe = bench.check("provider=logs/pipe.csv")
    assert (pipe.code, pipe.out.exists()) == (2, False)
    assert "logs/pipe.csv: expected a file" in pipe.said


def test_unreadable_members_are_listed_on_the_terminal_within_a_limit_and_every_one_in_the_report(
    bench: Quick,
) -> None:
    bench.write("logs/provider.csv", PROVIDER)
    for at in range(12):
        bench.write(f"logs/{at}.bin", bytes(range(256)) + bytes([at]))
    run = bench.check("provider=logs")
    assert run.code == 0
    told_there = run.said.count(".bin was passed over")
    assert 0 < told_there < 12
    assert "more in the report" in run.said
    report = (run.out / "report.html").read_text(encoding="utf-8")
    assert all(f"logs/{at}.bin was passed over" in report for at in range(12))


# --- nothing in it, the same twice, another kind ---


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\xff\xfe", gzip.compress(b"")])
@pytest.mark.parametrize("adapter", ["", "asterisk:", "mango:", "spreadsheet:", "email_report:"])
def test_an_empty_file_is_no_records_and_a_warning_whoever_reads_it(
    bench: Quick, data: bytes, adapter: str
) -> None:
    bench.write("empty", data)
    run = bench.check("provider=provider.csv", f"office={adapter}empty")
    sums_hold(run)
    assert counts(run, "office") == (0, 0)
    assert "is empty" in run.said


def test_a_header_alone_is_no_records(bench: Quick) -> None:
    bench.write("provider.csv", HEADER)
    run = bench.check("provider=provider.csv", "office=Master.csv")
    sums_hold(run)
    assert counts(run) == (0, 0)
    assert len(run.table("calls")) == 5


def test_the_same_bytes_are_read_once_also_packed(bench: Quick) -> None:
    bench.write("logs/Master.csv", OFFICE)
    bench.write("logs/Master.csv.1.gz", gzip.compress(OFFICE.encode(), mtime=1))
    bench.write("logs/old.zip", zipped({"Master.csv": OFFICE.encode()}))
    run = bench.check("provider=provider.csv", "office=logs", "office=Master.csv")
    sums_hold(run)
    assert counts(run, "office") == (5, 0)
    assert run.said.count("it was read once") == 3
    assert {row["match"] for row in run.table("matches")} == {"matched"}


@pytest.mark.parametrize("adapter", ["asterisk", "mango", "email_report", "spreadsheet"])
@pytest.mark.parametrize(
    "data", [bytes(range(256)) * 50, b"\x89PNG\r\n\x1a\n" + bytes(500), b"%PDF-1.7\nno calls\n"]
)
def test_a_file_of_another_kind_under_a_named_adapter_is_refused(
    bench: Quick, adapter: str, data: bytes
) -> None:
    bench.write("other.dat", data)
    run = bench.check("provider=provider.csv", f"office={adapter}:other.dat")
    assert (run.code, run.out.exists()) == (2, False)
    assert "other.dat" in run.said
    assert "expected" in run.said


def test_an_unreadable_argument_is_refused_also_beside_a_good_one_of_its_source(bench: Quick) -> None:
    bench.write("other.csv", PROVIDER)
    run = bench.check("office=asterisk:Master.csv", "office=asterisk:other.csv")
    assert (run.code, run.out.exists()) == (2, False)
    assert "other.csv" in run.said


def test_one_unreadable_file_of_its_kind_in_a_folder_is_listed(bench: Quick) -> None:
    bench.write("logs/Master.csv", OFFICE)
    bench.write("logs/mail.eml", MAIL + PAGE)
    bench.write("logs/broken.xlsx", zipped({"[Content_Types].xml": b"<x", "xl/workbook.xml": b"<w"}))
    run = bench.check("office=logs")
    sums_hold(run)
    assert "logs/broken.xlsx was passed over" in run.said
