"""Damage of every kind goes in: good rows go on, bad rows are listed with a sentence, nothing crashes or hangs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.end_to_end.conftest import OFFICE, PROVIDER, Run
from tests.end_to_end.quick import Quick, company, sums_hold

BAD = "2026-11-02 10:50:00,+79000000009,+74950000001"
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
