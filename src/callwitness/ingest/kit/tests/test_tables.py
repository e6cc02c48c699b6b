import datetime as dt
import hashlib
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.ingest.contract import Batch, EvidenceFile, NumberPlan, ReadOptions
from callwitness.ingest.kit.delimited import fields_frame
from callwitness.ingest.kit.delimiters import declared_delimiter, guess_delimiter
from callwitness.ingest.kit.html_tables import html_tables, plain_text
from callwitness.ingest.kit.table_files import original_rows, read_table_file
from callwitness.ingest.kit.table_guess import guess_table
from callwitness.ingest.kit.table_profile import load_profile


def evidence(path: Path) -> EvidenceFile:
    data = path.read_bytes()
    return EvidenceFile(path.name, path, hashlib.sha256(data).hexdigest(), len(data))


def read(path: Path, text: str | bytes, **options: str) -> tuple[pl.DataFrame, pl.DataFrame, list[Batch]]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    given_options = ReadOptions(zone="UTC", numbers=NumberPlan("RU"), options=options)
    batches = list(read_table_file(evidence(path), given_options, "list"))
    return pl.concat([b.records for b in batches]), pl.concat([b.rejected for b in batches]), batches


def fields_of(text: str) -> dict[str, str]:
    rows = [(at, line.split(";")) for at, line in enumerate(text.strip().split("\n"), 1)]
    profile = guess_table(fields_frame(rows))
    return {} if profile is None else {column.field: column.header for column in profile.columns}


def test_delimiters_are_declared_or_guessed() -> None:
    assert declared_delimiter("sep=;\r\n") == ";"
    assert declared_delimiter("Date;Phone") is None
    assert guess_delimiter(["a;1,5;b", "c;2,5;d"]) == ";"
    assert guess_delimiter(["a\tb", "c\td"]) == "\t"
    assert guess_delimiter(["just a text", "of two lines"]) is None


def test_the_other_side_is_told_from_own_numbers_by_how_many_there_are() -> None:
    rows = "\n".join(f"2026-11-0{at} 10:00:00;+74950000001;+7900000000{at};12{at}" for at in range(1, 8))
    assert set(fields_of(rows)) == {"start", "client", "did", "total"}


def test_a_table_without_dates_is_no_table_of_calls(tmp_path: Path) -> None:
    with pytest.raises(UnreadableEvidence, match="date and time"):
        read(tmp_path / "a.csv", "name;phone\nAnna;+79000000001\nBoris;+79000000002\n")


def test_a_duration_alone_is_the_talk_unless_missed_calls_have_one(tmp_path: Path) -> None:
    head = "Date;Phone;Duration;Status\n"
    talk, _, _ = read(
        tmp_path / "a.csv",
        head + "2026-11-01 10:00:00;79000000001;60;answered\n2026-11-01 11:00:00;79000000002;0;missed\n",
    )
    assert talk["talk_s"].to_list() == [60, 0]
    total, _, _ = read(
        tmp_path / "b.csv",
        head + "2026-11-01 10:00:00;79000000001;60;answered\n2026-11-01 11:00:00;79000000002;31;missed\n",
    )
    assert total["total_s"].to_list() == [60, 31]


def test_shifted_columns_are_rejected_and_one_odd_cell_is_not(tmp_path: Path) -> None:
    records, rejected, batches = read(
        tmp_path / "a.csv",
        "Start,Phone,Wait,Talk\n2026-11-01 10:00:00,79000000001,5,60\n2026-11-01 10:01:00,79000000002,x,60\n"
        "2026-11-01 10:02:00,79000000003,Anna,answered\n79000000004,2026-11-01 10:03:00,5,60\n",
    )
    assert records["row"].to_list() == [2, 3]
    assert records["wait_s"].to_list() == [5, None]
    assert rejected["row"].to_list() == [4, 5]
    assert rejected["reason"][0] == 'expected a duration in column "Wait", found "Anna"'
    assert [note.code for batch in batches for note in batch.notes] == ["table_read", "cells_unreadable"]


def test_ids_name_calls_only_when_they_are_unique(tmp_path: Path) -> None:
    head = "id;start;phone\n"
    unique = "".join(f"c{at};2026-11-01 10:{at:02}:00;79000000001\n" for at in range(20))
    assert read(tmp_path / "a.csv", head + unique)[0]["native_call_id"].null_count() == 0
    shared = "".join(f"c{at // 4};2026-11-01 10:{at:02}:00;79000000001\n" for at in range(20))
    records = read(tmp_path / "b.csv", head + shared)[0]
    assert records["native_call_id"].null_count() == 20
    assert records["native_id"][0] == "c0"


def test_options_correct_the_guess_and_an_unknown_column_is_a_sentence(tmp_path: Path) -> None:
    text = "When;A;B\n01/02/2026 10:00;79000000001;79000000002\n"
    records, _, _ = read(tmp_path / "a.csv", text, date="mdy", caller="B", called="A")
    assert records.select("caller", "called").row(0) == ("+79000000002", "+79000000001")
    assert dt.datetime.fromtimestamp(records["started_at"][0] / 1000, dt.UTC).month == 1
    with pytest.raises(UsageError, match="the table has When, A, B"):
        read(tmp_path / "a.csv", text, caller="C")


def test_a_saved_profile_reads_the_same(tmp_path: Path) -> None:
    text = "Дата;Время;Телефон;Разговор, мин\n01.11.2026;10:05;79000000001;3,25\n02.11.2026;10:05;79000000002;0,5\n"
    first, _, _ = read(tmp_path / "a.csv", text, save=str(tmp_path / "profile.toml"))
    again, _, _ = read(tmp_path / "a.csv", text, profile=str(tmp_path / "profile.toml"))
    assert first.equals(again)
    assert first["talk_s"].to_list() == [195, 30]
    (tmp_path / "profile.toml").write_text("[columns]\nphone = 1\n")
    with pytest.raises(UsageError, match="phone"):
        load_profile(tmp_path / "profile.toml")


def test_a_guess_is_printed_as_a_table() -> None:
    profile = guess_table(
        fields_frame([(1, ["Start", "Phone"]), (2, ["2026-11-01 10:00:00", "79000000001"])])
    )
    assert profile is not None
    lines = profile.describe().split("\n")
    assert lines[0].split()[:3] == ["column", "is", "read"]
    assert lines[1].startswith("Start")
    assert "dates" in lines[-1]


def test_the_order_of_dates_is_decided_over_the_whole_file(tmp_path: Path) -> None:
    rows = [f"{1 + at % 12:02}/{1 + at * 7 % 12:02}/2026 10:00:00,79000000001\n" for at in range(40_000)]
    records, _, _ = read(
        tmp_path / "a.csv", "Start,Phone\n" + "".join(rows) + "11/30/2026 10:00:00,79000000001\n"
    )
    assert records.height == 40_001


def test_a_workbook_is_read_with_merged_headers_totals_and_serial_dates(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Calls")
        sheet.merge_range("A1:C1", "Report")
        sheet.write_row(2, 0, ["Date", "Phone", "Talk"])
        sheet.write_row(3, 0, [46327.5, 79000000001.0, 0.002256944])
        sheet.write_row(4, 0, [46327.75, 79000000002.0, 0.000115741])
        sheet.write_row(5, 0, ["Total", "", 0.002372685])
        book.add_worksheet("Empty")
    records, rejected, _ = read(path, path.read_bytes())
    assert records.select("sheet", "row", "caller", "talk_s").rows() == [
        ("Calls", 4, "+79000000001", 195.0), ("Calls", 5, "+79000000002", 10.0),
    ]  # fmt: skip
    assert rejected["reason"].to_list() == ["a line of totals, not a call"]
    assert original_rows(evidence(path), [("Calls", 4)])["Calls", 4].startswith("46327.5\t79000000001")


def test_a_cell_at_the_far_end_does_not_eat_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "Date")
        sheet.write(1_048_575, 16_383, "far")
    with pytest.raises(UnreadableEvidence, match="cells"):
        read(path, path.read_bytes())


def test_damaged_workbooks_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet().write_row(0, 0, ["Date", "Phone"])
    data = path.read_bytes()
    for broken in (data[:100], data[: len(data) // 2], data[:500] + b"\0" * 200 + data[700:]):
        with pytest.raises(UnreadableEvidence):
            read(path, broken)


def test_html_tables_keep_lines_and_spans_and_inner_tables() -> None:
    text = "<table>\n<tr><td>outer<table>\n<tr><td rowspan=2>a<td colspan=2>b&nbsp;c</tr>\n<tr><td>d<br>e<td>f</table></td></tr></table>"
    assert [table.rows for table in html_tables(text)] == [
        [(3, ["a", "b c", "b c"]), (4, ["a", "d\ne", "f"])], [(2, ["outer"])],
    ]  # fmt: skip


def test_scripts_and_comments_are_no_text() -> None:
    assert plain_text("a<script>b\nc</script><!-- d -->e<br>f<b>g") == "a\ne\nfg"


@pytest.mark.parametrize(
    "piece",
    [
        "<table><tr><td>",
        "<!--",
        "<script",
        "<td colspan=999999 rowspan=999999>",
        "<table>",
        "&",
        "</table>",
        "<",
    ],
)
def test_hostile_html_takes_no_time(piece: str) -> None:
    html_tables(piece * 20_000)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=6))
def test_any_rows_are_guessed_or_not(rows: list[list[str]]) -> None:
    guess_table(fields_frame(list(enumerate(rows, 1))))
