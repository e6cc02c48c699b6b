import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.ingest.kit.durations import guess_unit, read_seconds


@pytest.mark.parametrize(
    "text",
    [
        "195",
        "195.0",
        "0:03:15",
        "3:15",
        "3 мин 15 сек",
        "3м15с",
        "3 хв 15 с",
        "3'15\"",
        "3 min 15 s",
        "0h 3m 15s",
        "195 sec.",
        "00:03:15",
    ],
)
def test_one_duration_in_every_form(text: str) -> None:
    assert read_seconds(pl.Series([text])).item() == 195


def test_a_decimal_comma_and_units_of_the_column() -> None:
    assert read_seconds(pl.Series(["3,25"]), "min").item() == 195
    assert read_seconds(pl.Series(["3.15"]), "min.sec").item() == 195
    assert read_seconds(pl.Series(["0.00225694"]), "day").item() == 195
    assert read_seconds(pl.Series(["195000"]), "ms").item() == 195


def test_signs_are_kept_and_words_are_null() -> None:
    assert read_seconds(pl.Series(["-5", "-0:00:05", "нет", "", None])).to_list() == [
        -5,
        -5,
        None,
        None,
        None,
    ]


def test_the_unit_is_guessed_from_the_numbers() -> None:
    assert guess_unit(pl.Series(["0", "195", "41"])) == "s"
    assert guess_unit(pl.Series(["3.25", "0.5", "12.75"])) == "min"
    assert guess_unit(pl.Series([f"{at}.{at * 2:02}" for at in range(1, 26)])) == "min.sec"
    assert guess_unit(pl.Series(["0.002256944", "0.000115"])) == "day"
    assert guess_unit(pl.Series(["195.482", "12.100"])) == "s"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_text_is_read_or_null(texts: list[str]) -> None:
    column = pl.Series(texts, dtype=pl.String)
    assert len(read_seconds(column)) == len(texts)
    assert guess_unit(column) in ("s", "min", "min.sec", "day")
