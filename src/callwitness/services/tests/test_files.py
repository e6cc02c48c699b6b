from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.services.files import as_text


def written(frame: pl.DataFrame) -> list[list[str]]:
    text = as_text(frame).write_csv(line_terminator="\n")
    return list(csv.reader(io.StringIO(text)))[1:]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+7 (900) 000-12-34", "+7 (900) 000-12-34"),
        ("+79000001234", "+79000001234"),
        ("-5", "-5"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ("\t=1", "'\t=1"),
        ("Иванова", "Иванова"),
    ],
)
def test_formulas_are_neutralised_and_numbers_are_not(cell: str, expected: str) -> None:
    assert written(pl.DataFrame({"caller_raw": [cell]})) == [[expected]]


def test_times_seconds_lists_and_unknowns_have_one_form() -> None:
    frame = pl.DataFrame(
        {
            "started_at": [1_793_577_600_123, None],
            "wait_s": [12.0, 0.1234],
            "agents": [["101", "102"], []],
            "short": [True, None],
            "caller": ["+79000000001", None],
        },
        schema_overrides={"agents": pl.List(pl.String)},
    )
    assert written(frame) == [
        ["2026-11-02T00:00:00.123Z", "12", "101;102", "true", "+79000000001"],
        ["", "0.123", "", "", ""],
    ]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=1))
def test_no_cell_ever_begins_like_a_formula(cells: list[str]) -> None:
    texts = as_text(pl.DataFrame({"name": cells}))["name"].drop_nulls()
    dangerous = [
        text for text in texts if text[0] in "=@\t\r" or (text[0] in "+-" and any(c.isalpha() for c in text))
    ]
    assert dangerous == []
