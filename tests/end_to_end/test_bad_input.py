"""Damage of every kind goes in: good rows go on, bad rows are listed with a sentence, nothing crashes or hangs."""

from __future__ import annotations

import gzip
import io
import os
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from callwitness.ingest.kit import archives
from tests.end_to_end.conftest import OFFICE, PROVIDER, Run
from tests.end_to_end.quick import TABLES, Quick, company, sums_hold, told

BAD = "2026-11-02 10:50:00,+79000000009,+74950000001"
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
NOTIFICATION = (
    '{"entry_id":"e1","call_id":"c1","timestamp":1793613600,"seq":1,"call_state":"Appeared",'
    '"location":"abonent","from":{"number":"79000000001"},"to":{"number":"74950000001"}}\n'
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


# --- damaged rows ---


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (f"p6,2026-02-30 10:50:00,{BAD[20:]},5,3,answered", "expected a date and time"),
        (f"p6,0001-01-01 00:00:00,{BAD[20:]},5,3,answered", "expected a date and time"),
        (f"p6,9999-12-31 23:59:59,{BAD[20:]},100000,3,answered", "expected a date and time"),
        (f"p6,{BAD},-5,-3,answered", "expected a duration"),
        (f"p6,{BAD},inf,NaN,answered", "expected a duration"),
        (f"p6,extra,{BAD},5,3,answered", "expected a date and time"),
        (f'"p6,{BAD},5,3,answered', "a quoted field that does not end"),
        ("x" * 1_000_001, "a line of more than"),
        ("," * 5000, "a line of more than"),
    ],
)
def test_a_bad_row_of_the_provider_is_listed_and_the_rows_around_it_are_read(
    bench: Quick, row: str, expected: str
) -> None:
    bench.write(
        "provider.csv", f"{PROVIDER}{row}\np7,2026-11-02 11:50:00,+79000000009,+74950000001,5,3,answered\n"
    )
    run = bench.check("provider=provider.csv", "office=Master.csv")
    sums_hold(run)
    assert counts(run) == (6, 1)
    (rejected,) = run.table("rejected")
    assert (rejected["file"], rejected["row"]) == ("provider.csv", "7")
    assert expected in rejected["reason"]
    assert row.startswith(rejected["raw"][:20])
    assert len(rejected["raw"]) <= 500


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"2026-11-02 10:10:01"', '"2026-13-02 10:10:01"', "expected the start of a call"),
        ('"2026-11-02 10:10:01"', '"9999-12-31 23:59:59"', "no call started at"),
        (",79,", ",-79,", "negative duration"),
        (",79,", ",1e300,", "longer than a year"),
        (",79,", ",999999999999,", "longer than a year"),
        (",79,", f",{'9' * 400},", "expected duration"),
    ],
)
def test_a_bad_row_of_the_exchange_is_listed_and_the_rows_around_it_are_read(
    bench: Quick, old: str, new: str, expected: str
) -> None:
    assert old in OFFICE
    bench.write("Master.csv", OFFICE.replace(old, new, 1))
    run = bench.check("provider=provider.csv", "office=Master.csv")
    sums_hold(run)
    assert counts(run, "office") == (4, 1)
    (rejected,) = run.table("rejected")
    assert (rejected["file"], rejected["row"]) == ("Master.csv", "2")
    assert expected in rejected["reason"]


@pytest.mark.parametrize(
    "data",
    [
        PROVIDER.encode("utf-16"),
        PROVIDER.encode("utf-16-be"),
        b"\xef\xbb\xbf" + PROVIDER.encode(),
        PROVIDER.replace("\n", "\r\n", 2).replace("p3,", "\rp3,").encode(),
        PROVIDER.replace(",", ",\0", 3).encode(),
        PROVIDER.replace("answered", "отвечен").encode("cp1251"),
        PROVIDER.rstrip("\n").encode(),
    ],
    ids=["utf-16", "utf-16-be", "mark", "line ends", "nul", "cp1251", "no last line end"],
)
def test_an_encoding_or_line_end_costs_no_row(bench: Quick, data: bytes) -> None:
    plain = bench.check("provider=provider.csv", "office=Master.csv").table("calls")
    bench.write("provider.csv", data)
    run = bench.check("provider=provider.csv", "office=Master.csv")
    sums_hold(run)
    assert counts(run) == (5, 0)
    assert [(call["started_at"], call["caller"], call["verdict"]) for call in run.table("calls")] == [
        (call["started_at"], call["caller"], call["verdict"]) for call in plain
    ]


@pytest.mark.parametrize("name", ["provider.csv", "Master.csv", "queue_log"])
def test_a_file_cut_anywhere_loses_at_most_its_last_row(bench: Quick, name: str) -> None:
    whole = (bench.folder / name).read_bytes()
    for cut in (1, 7, len(whole) // 3):
        data = whole[:-cut]
        bench.write(name, data)
        run = bench.check("provider=provider.csv", "office=Master.csv", "office=queue_log")
        sums_hold(run)
        rows = sum(each["rows"] for each in run.summary["sources"])
        lines = sum((bench.folder / each).read_bytes().rstrip(b"\n").count(b"\n") + 1 for each in
                    ("provider.csv", "Master.csv", "queue_log"))  # fmt: skip
        assert rows == lines - 1  # the header


# --- shapes that make slow readers hang ---


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("provider.csv", PROVIDER + "x" * 10_000_000 + "\n"),
        ("provider.csv", "x" * 10_000_000 + "\n" + PROVIDER),
        ("provider.csv", PROVIDER + "," * 1_000_000 + "\n"),
        ("provider.csv", PROVIDER + '"' * 200_001 + "\n"),
        ("provider.csv", PROVIDER + '",' * 200_000 + "\n"),
        ("provider.csv", PROVIDER + '"\n' * 50_000),
        ("Master.csv", OFFICE + '"' * 200_001 + "\n" + OFFICE),
        ("Master.csv", OFFICE + '",' * 200_000 + "\n"),
        ("mango.jsonl", NOTIFICATION + "[" * 200_000 + "\n" + '{"json":' * 100_000 + "\n"),
        ("deep.eml", MAIL + "<div>" * 100_000 + PAGE),
        ("tables.eml", MAIL + "<table><tr><td>" * 30_000 + PAGE),
        ("comments.eml", MAIL + "<!--" * 100_000 + PAGE),
        ("words.eml", MAIL.replace("report", "=?utf-8?q?a?= " * 50_000) + PAGE),
    ],
    ids=range(13),
)
def test_no_shape_of_a_file_makes_it_hang(bench: Quick, name: str, data: str) -> None:
    bench.write(name, data)
    begun = time.process_time()
    run = bench.check(f"contractor={name}")
    assert run.code in (0, 2), run.said
    if run.code == 0:
        sums_hold(run)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("kind", ["multipart", "forwarded"])
def test_mails_in_mails_without_end_are_no_crash(bench: Quick, kind: str) -> None:
    body = "Content-Type: text/html\n\n" + PAGE
    for at in range(3000):
        if kind == "multipart":
            body = f'Content-Type: multipart/mixed; boundary="b{at}"\n\n--b{at}\n{body}\n--b{at}--\n'
        else:
            body = f"Content-Type: message/rfc822\n\nFrom: a@example.com\nSubject: x\n{body}"
    bench.write("deep.eml", MAIL.partition("Content-Type")[0] + body)
    sums_hold(bench.check("contractor=deep.eml"))


@pytest.mark.parametrize(
    "charset", ["utf-7", "unicode_escape", "raw_unicode_escape", "rot13", "utf\0-8", "б"]
)
def test_any_charset_a_mail_claims_is_survived(bench: Quick, charset: str) -> None:
    subject = f"=?{charset}?q?+2AA-_=5Cud800?="
    body = MAIL.replace("report", subject).replace("text/html", f'text/html; charset="{charset}"')
    bench.write("r.eml", body + "\\ud800 +2AA-" + PAGE)
    sums_hold(bench.check("contractor=r.eml"))


def test_half_a_surrogate_pair_in_json_is_survived(bench: Quick) -> None:
    bench.write("m.jsonl", NOTIFICATION.replace("e1", "e\\ud800").replace('"abonent"', '"\\uDC00"') * 2)
    run = bench.check("provider=mango:m.jsonl")
    sums_hold(run)
    assert run.summary["sources"][0]["rows"] == 2


def test_rows_of_a_page_on_one_line_are_all_read_and_shown(bench: Quick) -> None:
    bench.write("page.html", PAGE)
    bench.write("report.eml", MAIL + PAGE)
    run = bench.check("provider=page.html", "contractor=report.eml")
    sums_hold(run)
    assert (counts(run), counts(run, "contractor")) == ((2, 0), (2, 0))


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


def test_unreadable_members_are_listed_every_one_on_the_terminal(bench: Quick) -> None:
    bench.write("logs/provider.csv", PROVIDER)
    for at in range(12):
        bench.write(f"logs/{at}.bin", bytes(range(256)) + bytes([at]))
    run = bench.check("provider=logs")
    assert run.code == 0
    assert run.said.count(".bin was passed over") == 12


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


# --- what would do harm where it is shown ---


def workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Звонки")
    for column, name in enumerate(["Дата", "Кто звонил", "Куда звонил", "Длительность", "Результат"]):
        sheet.write(0, column, name)
    for row in (1, 2):
        cells = [f"2026-11-02 10:{row}0:00", f"+7900000000{row}", "+74950000001", 40 + row, "отвечен"]
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    sheet.write_formula(3, 0, '=CONCATENATE("2026-11-02"," 10:30:00")', None, "2026-11-02 10:30:00")
    sheet.write_formula(3, 1, "=B2", None, "+79000000001")
    sheet.write(3, 2, "+74950000001")
    sheet.write_formula(3, 3, "=1/0", None, "#DIV/0!")
    sheet.write_string(3, 4, "=HYPERLINK()")
    sheet.write_formula(4, 0, "=A99", None, "#REF!")
    sheet.write(4, 1, "+79000000005")
    book.close()


def test_a_workbook_with_formulas_is_read_by_its_values_and_what_is_broken_is_listed(bench: Quick) -> None:
    workbook(bench.folder / "calls.xlsx")
    run = bench.check("provider=calls.xlsx")
    sums_hold(run)
    assert [(row["file"], row["row"]) for row in run.table("records")] == [
        ("calls.xlsx", f"Звонки!{row}") for row in (2, 3, 4)
    ]
    assert run.table("records")[2]["caller"] == "+79000000001"
    assert [row["row"] for row in run.table("rejected")] == ["Звонки!5"]


EVIL = ['=cmd|" /c calc"!A0', "@SUM(A1)", "+1+cmd", "-2+3+cmd", "\t=1+1", "\r=1+1"]


def test_no_cell_of_any_table_is_a_formula(bench: Quick) -> None:
    rows = "".join(
        '"{0}","2026-11-02 12:{1:02}:00","{0}","{0}",5,5,"{0}"\n'.format(evil.replace('"', '""'), at)
        for at, evil in enumerate(EVIL)
    )
    bad = "".join('"{0}","{0}",x,y,5,5,z\n'.format(evil.replace('"', '""')) for evil in EVIL)
    good = "".join(
        f"g{at},2026-11-02 13:{at:02}:00,+79000000002,+74950000001,5,5,answered\n" for at in range(40)
    )
    bench.write("=1+1.csv", PROVIDER + good + rows + bad)
    run = bench.check("provider==1+1.csv", "office=Master.csv")
    sums_hold(run)
    harmless = set("0123456789+-. ()")
    for name in TABLES:
        for row in run.table(name):
            for column, cell in row.items():
                if cell.startswith(("=", "@", "+", "-", "\t", "\r")):
                    assert set(cell) <= harmless, (name, column, cell)


def test_markup_of_any_witness_is_text_in_the_report(bench: Quick) -> None:
    evil = "<img src=x onerror=alert(1)>"
    bench.write(
        f"{evil}.csv",
        PROVIDER.replace("p1,", f"{evil},").replace("no answer", f"no answer {evil}") + f"{evil},x,y\n",
    )
    bench.write(
        "Master.csv", OFFICE.replace('""79000000002""', f'""{evil}""').replace("PJSIP/101", "PJSIP/<b>x</b>")
    )
    bench.write("queue_log", "1793614201|1793614201.2|<i>sales</i>|NONE|ENTERQUEUE||<u>7</u>|1\n")
    run = bench.check(f"provider={evil}.csv", "office=Master.csv", "office=queue_log")
    sums_hold(run)
    report = (run.out / "report.html").read_text(encoding="utf-8")
    for tag in ("<img src=x", "<b>x</b>", "<i>sales", "<u>7"):
        assert tag not in report
    assert "&lt;img src=x" in report


# --- names ---


@pytest.mark.parametrize(
    "name",
    [
        "a b.csv", "Отчёт за день.csv", "a!b.csv", "a#b.csv", "a;b.csv", "a%20b.csv", "[a].csv", "a*b.csv", "a?b.csv",
        "-x.csv", "C:x.csv", "a\nb.csv", "[/bold].csv", "{file}.csv", os.fsdecode(b"\xce\xf2\xf7\xb8\xf2.csv"),
    ],
)  # fmt: skip
def test_a_file_may_have_any_name(bench: Quick, name: str) -> None:
    bench.write(f"in/{name}", PROVIDER)
    direct = bench.check(f"provider=in/{name}", "office=Master.csv")
    folder = bench.check("provider=in", "office=Master.csv")
    for run in (direct, folder):
        sums_hold(run)
        assert counts(run) == (5, 0)
        assert len(run.table("calls")) == 5
    for table in TABLES:
        assert (direct.out / f"{table}.csv").read_bytes() == (folder.out / f"{table}.csv").read_bytes()


def test_a_question_mark_with_a_key_begins_options_and_only_the_last_one_does(bench: Quick) -> None:
    bench.write("what?x=1.csv", PROVIDER)
    run = bench.check("provider=what?x=1.csv?zone=UTC")
    sums_hold(run)
    assert counts(run) == (5, 0)
    refused = bench.check("provider=what?x=1.csv")
    assert refused.code == 2
    assert "no such file" in refused.said


@pytest.mark.parametrize("path", ["a" * 5000, "nowhere/*.csv", "provider.csv/inside", "[", "**"])
def test_a_path_that_leads_nowhere_is_a_sentence(bench: Quick, path: str) -> None:
    run = bench.check(f"provider={path}")
    assert run.code == 2 or path == "**"
    assert "Traceback" not in run.said


@pytest.mark.parametrize("out", ["provider.csv", "provider.csv/sub", "provider.csv/sub/deeper", "a" * 300])
def test_an_output_folder_that_cannot_be_is_a_sentence_before_any_work(bench: Quick, out: str) -> None:
    run = bench.check("provider=provider.csv", out=out)
    assert run.code == 2
    assert "--out" in run.said


def test_brackets_in_the_name_of_the_output_folder_are_no_markup(bench: Quick) -> None:
    run = bench.check("provider=provider.csv", out="of [bold] and [/b]")
    assert run.code == 0
    assert "of [bold] and [/b]/report.html" in run.printed
