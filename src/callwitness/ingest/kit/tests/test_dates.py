import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.ingest.kit.dates import OrderVotes, decide_order, order_votes, read_clock, read_stamps

UTC = dt.UTC


def moments(*texts: str, order: str = "dmy") -> list[str | None]:
    ms = read_stamps(pl.Series(texts), order)["ms"]  # type: ignore[arg-type]
    return [None if each is None else str(dt.datetime.fromtimestamp(each / 1000, UTC))[:19] for each in ms]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03 21:05:00", "2026-11-03T21:05", "03.11.2026 21:05", "3.11.26 21:05", "03/11/2026, 21:05:00",
        "3 ноября 2026 г. 21:05", "3 листопада 2026 21:05", "Nov 3, 2026 9:05 PM", "03-Nov-2026 21:05", "вт, 03.11.2026 в 21:05",
        "20261103T210500", "20261103210500", "46329.878472222", "46329,878472222", "'03.11.2026 21:05", " 03.11.2026\u00a021:05 ",
    ],
)  # fmt: skip
def test_one_moment_in_every_form(text: str) -> None:
    assert moments(text) == ["2026-11-03 21:05:00"]


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03T21:05:00Z",
        "2026-11-04T00:05:00+03:00",
        "Tue, 03 Nov 2026 16:05:00 -0500",
        "1793739900",
        "1793739900000",
    ],
)
def test_a_moment_with_its_offset_is_absolute(text: str) -> None:
    found = read_stamps(pl.Series([text]))
    assert found.row(0) == (1793739900000, True, False)


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2026 10:00",
        "01.13.2026 10:00",
        "03.11.2026 25:00",
        "03.11.2026 10:75",
        "0000-00-00 00:00:00",
        "abc",
        "",
        "79000000001",
        "195",
    ],
)
def test_what_is_no_moment_is_null(text: str) -> None:
    assert moments(text) == [None]


def test_a_date_alone_is_said_to_be_one() -> None:
    assert read_stamps(pl.Series(["03.11.2026", "2026-11-03", "46329"]))["day_only"].to_list() == [True] * 3


def test_the_order_of_a_column_is_decided_by_numbers_above_twelve() -> None:
    assert order_votes(pl.Series(["11/02/2026", "11/13/2026"])) == OrderVotes(first=0, second=1)
    assert decide_order(OrderVotes(second=1), pl.Series(["11/02/2026"])) == "mdy"
    assert moments("11/02/2026 9:00", order="mdy") == ["2026-11-02 09:00:00"]


def test_without_them_the_order_in_which_rows_go_forward_is_taken() -> None:
    rows = pl.Series([f"11/{day:02}/2026 10:00" for day in range(1, 12)])
    assert decide_order(order_votes(rows), rows) == "mdy"
    rows = pl.Series([f"{day:02}/11/2026 10:00" for day in range(1, 12)])
    assert decide_order(order_votes(rows), rows) == "dmy"


def test_times_of_day() -> None:
    ms = read_clock(pl.Series(["9:05", "09:05:07", "9:05 PM", "0,5", "1899-12-31 10:00:00", "25:00", "x"]))
    assert [None if each is None else each // 1000 for each in ms] == [
        32700,
        32707,
        75900,
        43200,
        36000,
        None,
        None,
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_text_is_read_or_null(texts: list[str]) -> None:
    assert read_stamps(pl.Series(texts, dtype=pl.String)).height == len(texts)
    assert len(read_clock(pl.Series(texts, dtype=pl.String))) == len(texts)


@settings(max_examples=100, deadline=None)
@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)))
def test_what_is_written_is_read_back(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    wanted = int(moment.replace(tzinfo=UTC).timestamp() * 1000)
    for text in (f"{moment:%Y-%m-%d %H:%M:%S}", f"{moment:%d.%m.%Y %H:%M:%S}", f"{moment:%d %b %Y %H:%M:%S}"):
        assert read_stamps(pl.Series([text]))["ms"].item() == wanted
