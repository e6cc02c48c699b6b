"""Numbers in every form that sources write."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.ingest.contract import NumberPlan
from callwitness.ingest.kit.number_forms import read_number
from callwitness.ingest.kit.numbers import _common_shapes, normalise, number_keys

RU, UA, KZ, US, PL, NONE = (NumberPlan(country) for country in ("RU", "UA", "KZ", "US", "PL", None))


def read(text: str | None, plan: NumberPlan) -> tuple[str | None, int, str]:
    row = normalise(pl.Series([text], dtype=pl.String), plan).row(0)
    return row[0], row[1], row[2]


@pytest.mark.parametrize(
    ("text", "plan", "number"),
    [
        ("+79000000001", RU, "+79000000001"),
        ("89000000001", RU, "+79000000001"),
        ("79000000001", RU, "+79000000001"),
        ("9000000001", RU, "+79000000001"),
        ("8 (900) 000-00-01", RU, "+79000000001"),
        ("+7 (900) 000-00-01", RU, "+79000000001"),
        ("+7\u00a0900\u00a0000\u201100\u201101".replace("\u2011", "-"), RU, "+79000000001"),
        ("8 900 000.00.01", RU, "+79000000001"),
        ("7.9000000001E10", RU, "+79000000001"),
        ("7,9000000001E10", RU, "+79000000001"),
        ("79000000001.0", RU, "+79000000001"),
        ('"Иван Петров" <+79000000001>', RU, "+79000000001"),
        ('"2 floor" <89000000001>', RU, "+79000000001"),
        ("Ivan (89000000001)", RU, "+79000000001"),
        ("sip:+79000000001@sip.example.net", RU, "+79000000001"),
        ("sip:79000000001@192.0.2.1:5060;user=phone", RU, "+79000000001"),
        ("tel:+7-900-000-00-01;phone-context=example", RU, "+79000000001"),
        ("+79000000001 доб. 12", RU, "+79000000001"),
        ("88000000001", RU, "+78000000001"),
        ("8-800-000-00-01", RU, "+78000000001"),
        ("84950000001", RU, "+74950000001"),
        ("81048570000808", RU, "+48570000808"),
        ("0048570000808", RU, "+48570000808"),
        ("0048570000808", UA, "+48570000808"),
        ("0048570000808", NONE, "+48570000808"),
        ("810380500000001", RU, "+380500000001"),
        ("380500000001", RU, "+380500000001"),
        ("0500000001", UA, "+380500000001"),
        ("380500000001", UA, "+380500000001"),
        ("+380 50 000 00 01", UA, "+380500000001"),
        ("79000000001", UA, "+79000000001"),
        ("01144 20 7000 0001", US, "+442070000001"),
        ("(202) 555-0101", US, "+12025550101"),
        ("1-202-555-0101", US, "+12025550101"),
        ("87010000001", KZ, "+77010000001"),
        ("570000808", PL, "+48570000808"),
    ],
)
def test_a_possible_number_becomes_e164_with_its_digits_as_key(
    text: str, plan: NumberPlan, number: str
) -> None:
    assert read(text, plan) == (number, int(number[1:]), "number")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        " ",
        "-",
        "anonymous",
        "Anonymous",
        "Restricted",
        "unknown",
        "Unavailable",
        "0",
        "000",
        "s",
        "i",
        "h",
        "t",
        "asterisk",
        "<unknown>",
        "+266696687",
        '"Anonymous" <anonymous>',
        "sip:anonymous@anonymous.invalid",
        "Скрытый номер",
        "номер скрыт",
        "Прихований номер",
        '"" <>',
        "Private Number",
        "n/a",
    ],
)
def test_withheld_callers_have_no_number_and_no_key(text: str | None) -> None:
    assert read(text, RU) == (None, 0, "withheld")


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("101", "101", "extension"),
        ("007", "007", "extension"),
        ("112", "112", "extension"),
        ("'101'", "101", "extension"),
        ('"Reception" <101>', "101", "extension"),
        ("sip:101@pbx.example.net", "101", "extension"),
        ("*78", "*78", "other"),
        ("8262623#", "8262623#", "other"),
        ("100*0111", "100*0111", "other"),
        ("2345678", "2345678", "other"),
        ("5", "5", "other"),
    ],
)
def test_extensions_short_numbers_and_codes_survive_with_a_negative_key(
    text: str, number: str, kind: str
) -> None:
    found, key, found_kind = read(text, RU)
    assert (found, found_kind) == (number, kind)
    assert key < 0


def test_digits_lost_in_a_spreadsheet_are_not_guessed() -> None:
    assert read("7,90012E+10", RU) == (None, 0, "other")


def test_names_are_no_numbers() -> None:
    assert read("sip:ivan@example.net", RU) == (None, 0, "other")


def test_eight_and_ten_digits_is_only_dialled_in_russia_and_kazakhstan() -> None:
    assert read("89000000001", UA)[2] == "other"
    assert read("84950000001", NONE) == ("84950000001", -184950000001, "other")


def test_polish_and_ukrainian_numbers_with_the_same_last_nine_digits_differ() -> None:
    assert read("+48500000001", UA)[1] != read("0500000001", UA)[1]


def test_keys_of_different_texts_of_digits_and_codes_never_meet() -> None:
    texts = ["1", "01", "001", "10", "100", "0100", "*100", "100#", "*1", "#1", "79000000001", "9000000001"]
    keys = [read(text, NONE)[1] for text in texts]
    assert len(set(keys)) == len(keys)


def test_an_empty_column_gives_an_empty_frame() -> None:
    frame = normalise(pl.Series([], dtype=pl.String), RU)
    assert frame.schema == {"number": pl.String, "key": pl.Int64, "kind": pl.String}


DIGITS = st.text("0123456789", min_size=1, max_size=13)
RUSSIAN = st.builds(
    "{}{}".format, st.sampled_from(["+7", "8", "7", "", "+8", "+"]), st.from_regex(r"\A[0-9]{10}\Z")
)
UKRAINIAN = st.builds(
    "{}{}".format, st.sampled_from(["+380", "380", "0", ""]), st.from_regex(r"\A[0-9]{9}\Z")
)
SPACED = st.text("0123456789 ()-+.", max_size=18)


@settings(deadline=None)
@given(
    st.lists(st.one_of(DIGITS, RUSSIAN, UKRAINIAN, SPACED), min_size=1),
    st.sampled_from([RU, UA, KZ, PL, NONE]),
)
def test_the_fast_path_reads_what_the_careful_path_reads(texts: list[str], plan: NumberPlan) -> None:
    raw = pl.Series("raw", texts, dtype=pl.String)
    for text, key in zip(texts, _common_shapes(raw, plan).tolist(), strict=True):
        if key:
            assert (f"+{key}", key, "number") == read_number(text, plan)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=25), SPACED)), st.sampled_from([RU, UA, NONE]))
def test_any_text_gives_a_row_and_a_consistent_key(texts: list[str | None], plan: NumberPlan) -> None:
    raw = pl.Series("raw", texts, dtype=pl.String)
    frame = normalise(raw, plan)
    assert frame.height == len(texts)
    assert frame["key"].to_list() == number_keys(raw, plan).to_list()
    for number, key, kind in frame.iter_rows():
        assert (key > 0) == (kind == "number")
        assert (number is None) == (kind == "withheld") or kind == "other"
        if kind == "number":
            assert number == f"+{key}"


def test_a_long_column_with_few_distinct_numbers_reads_the_same() -> None:
    texts = ["+79000000001", "84950000001", None, "anonymous", "101"] * 5_000
    frame = normalise(pl.Series("raw", texts), RU)
    assert frame.height == len(texts)
    assert frame.head(5).rows() == [read(text, RU) for text in texts[:5]]
    assert number_keys(pl.Series("raw", texts), RU).to_list() == frame["key"].to_list()
