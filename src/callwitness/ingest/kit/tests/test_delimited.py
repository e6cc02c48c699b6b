"""The fast reader and the patient one give the same fields; damage costs a line, never a file."""

from __future__ import annotations

import io

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.ingest.kit.delimited import read_delimited, split_record
from callwitness.ingest.kit.lines import MAX_LINE, read_blocks

Row = tuple[int, tuple[str | None, ...]]

cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=12)
plain_cells = cells.filter(lambda text: not text.startswith('"') and "," not in text and '"' not in text)


def read(data: bytes, delimiter: str = ",") -> tuple[list[Row], list[tuple[int, str]]]:
    rows: list[Row] = []
    rejected: list[tuple[int, str]] = []
    for block in read_delimited(io.BytesIO(data), delimiter):
        fields = block.fields.drop("row", "width")
        for row, width, *values in zip(
            block.fields["row"], block.fields["width"], *fields.iter_columns(), strict=True
        ):
            rows.append((row, tuple(values[:width])))
        rejected += block.rejected.select("row", "reason").rows()
    return rows, rejected


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.tuples(cells, st.booleans()), min_size=1, max_size=5), max_size=8))
def test_regular_lines_read_the_same_fast_and_patiently(table: list[list[tuple[str, bool]]]) -> None:
    lines = [",".join(quoted(t) if q or set(t) & {",", '"'} else t for t, q in row) for row in table]
    lines = [line.removeprefix("\ufeff") if at == 0 else line for at, line in enumerate(lines)]
    rows, rejected = read("".join(f"{line}\n" for line in lines).encode())
    expected = [(at, tuple(split_record(line) or ())) for at, line in enumerate(lines, start=1) if line]
    assert rows == expected
    assert rejected == []


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.sampled_from([",", ";", "\t"]))
def test_any_bytes_are_read_or_rejected_line_by_line(data: bytes, delimiter: str) -> None:
    rows, rejected = read(data, delimiter)
    told = [row for row, _ in rows] + [row for row, _ in rejected]
    assert len(set(told)) == len(told)
    assert all(row >= 1 for row in told)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(['"', ",", "a", "\n", '""', "\r\n", '","', "1"]), max_size=60).map("".join))
def test_quotes_in_any_place_lose_no_line(text: str) -> None:
    rows, rejected = read(text.encode())
    lines = text.replace("\r\n", "\n").split("\n")
    covered = {row for row, _ in rejected}
    for row, values in rows:
        covered |= set(range(row, row + sum(str(value).count("\n") for value in values) + 1))
    assert covered >= {at for at, line in enumerate(lines, start=1) if line}


def test_a_cell_may_span_lines() -> None:
    assert read(b'a,b,c\n1,"two\nlines",3\n4,5,6\n')[0] == [
        (1, ("a", "b", "c")),
        (2, ("1", "two\nlines", "3")),
        (4, ("4", "5", "6")),
    ]


def test_a_half_written_line_does_not_swallow_the_next() -> None:
    rows, rejected = read(b'"a","b","c"\n"d","e","\n"g","h","i"\n')
    assert [row for row, _ in rows] == [1, 3]
    assert rejected == [(2, "a quoted field that does not end")]


def test_a_stray_quote_costs_no_other_line() -> None:
    rows, rejected = read(b'1,2,3\n"4,5,6\n7,8,9\n10,11"x,12\n')
    assert [row for row, _ in rows] == [1, 3, 4]
    assert rejected == [(2, "a quoted field that does not end")]


def test_quotes_inside_a_quoted_field_are_kept() -> None:
    assert read(b'"Anna "the" boss","2"\n')[0] == [(1, ('Anna "the" boss', "2"))]


def test_every_kind_of_line_end_counts() -> None:
    assert [row for row, _ in read(b"1,2\r3,4\r\n5,6\n\n7,8")[0]] == [1, 2, 3, 5]


def test_widths_may_differ_and_empty_last_fields_count() -> None:
    assert read(b"1,2,\n1,2\n,,\n")[0] == [(1, ("1", "2", "")), (2, ("1", "2")), (3, ("", "", ""))]


def test_nul_bytes_a_mark_and_cyrillic_in_the_old_encoding_are_read() -> None:
    assert read(b"\xef\xbb\xbf1,\xcf\xe5\xf2\xf0\n\0\0" + "2,Пётр".encode())[0] == [
        (1, ("1", "Петр")),
        (2, ("2", "Пётр")),
    ]


def test_a_line_without_end_is_bounded_and_rejected() -> None:
    rows, rejected = read(b"1,2\n" + b"x" * 10_000_000 + b"\n3,4\n")
    assert [row for row, _ in rows] == [1, 3]
    assert rejected == [(2, f"a line of more than {MAX_LINE:,} characters")]


def test_blocks_keep_whole_lines_and_count_them() -> None:
    data = b"".join(b"%d,%s\r\n" % (at, b"y" * (at % 50)) for at in range(2_000))
    blocks = list(read_blocks(io.BytesIO(data), size=1_000))
    assert b"".join(block.data for block in blocks) == data.replace(b"\r\n", b"\n")
    assert [block.first_row for block in blocks][:2] == [1, 1 + blocks[0].data.count(b"\n")]
    assert pl.Series([block.first_row for block in blocks]).is_sorted()
