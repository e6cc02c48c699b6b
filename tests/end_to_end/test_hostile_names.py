"""Formulas, markup and odd names of files: harmless wherever they are shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import xlsxwriter

from tests.end_to_end.conftest import OFFICE, PROVIDER, Run
from tests.end_to_end.quick import TABLES, Quick, company, sums_hold


@pytest.fixture
def bench(tmp_path: Path) -> Quick:
    return company(tmp_path)


def counts(run: Run, source: str = "provider") -> tuple[int, int]:
    entry = next(each for each in run.summary["sources"] if each["name"] == source)
    return entry["records"], entry["rejected"]


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
