"""Dates and times as people and programs write them, read over whole columns.

Every reader gives wall-clock milliseconds "as if UTC" and says which values were absolute (an epoch, an offset in
the text). ``zones`` turns wall clock into UTC. Day-month or month-day is a property of the column, never of a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np
import polars as pl

DateOrder = Literal["dmy", "mdy", "ymd"]
DAY_MS: Final = 86_400_000
_SERIAL_ZERO: Final = -25569  # day 0 of spreadsheet serial numbers, in days from 1970
_EPOCH: Final = (946_684_800, 4_102_444_800)  # 2000..2100
_SPAN: Final = (-2_208_988_800_000, 7_289_654_400_000)  # ms of 1900..2200, as in _days

_DATE: Final = r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})"
_CLOCK: Final = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:[.,](\d{1,9}))?)?(?:\s*([AaPp])\.?[Mm]\.?)?"
_OFFSET: Final = r"(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}:?(?:\d{2})?)?"
_WEEKDAY: Final = r"(?:\p{L}{2,12}\.?,?\s+)?"
_STAMP: Final = (
    rf"^{_WEEKDAY}{_DATE}(?:\s*[гр]\.?)?(?:[T,\s]+(?:в\s+)?{_CLOCK})?\s*{_OFFSET}(?:\s*\([^)]*\))?$"
)
_COMPACT: Final = r"^(\d{4})(\d{2})(\d{2})(?:[T_ -]?(\d{2})(\d{2})(\d{2})?)?(Z)?$"
_DAY_NAME: Final = r"^(?:\p{L}{2,12}\.?,\s*)?(\d{1,2})[\s.-]+(\p{L}{3,12})\.?[\s.,-]+(\d{2,4})(.*)$"
_NAME_DAY: Final = r"^(?:\p{L}{2,12}\.?,\s*)?(\p{L}{3,12})\.?\s+(\d{1,2}),?\s+(\d{4})(.*)$"
_MONTHS: Final = (
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "січ лют бер кві тра чер лип сер вер жов лис гру",
)
_MONTH: Final = {name: at for names in _MONTHS for at, name in enumerate(names.split(), 1)} | {"мая": 5}
# digit pattern of a value -> format that Polars reads at once
_FAST: Final = {
    "9999-99-99 99:99:99": "%Y-%m-%d %H:%M:%S",
    "9999-99-99T99:99:99": "%Y-%m-%dT%H:%M:%S",
    "9999-99-99 99:99": "%Y-%m-%d %H:%M",
    "99.99.9999 99:99:99": "%d.%m.%Y %H:%M:%S",
    "99.99.9999 99:99": "%d.%m.%Y %H:%M",
    "99/99/9999 99:99:99": "%d/%m/%Y %H:%M:%S",
    "99/99/9999 99:99": "%d/%m/%Y %H:%M",
}


@dataclass(frozen=True, slots=True)
class OrderVotes:
    """What a column of dates says about its order: values whose first, whose second number is above 12."""

    first: int = 0
    second: int = 0
    year_first: int = 0

    def __add__(self, other: OrderVotes) -> OrderVotes:
        return OrderVotes(
            self.first + other.first, self.second + other.second, self.year_first + other.year_first
        )


def order_votes(texts: pl.Series) -> OrderVotes:
    """Count in a String column what tells day-month from month-day."""
    parts = texts.str.extract_groups(rf"^{_WEEKDAY}{_DATE}").struct.unnest()
    one, two = (pl.col(name).str.len_chars() for name in ("1", "3"))
    first, second = (pl.col(name).cast(pl.Int64) for name in ("1", "2"))
    short = parts.filter(one <= 2)
    return OrderVotes(
        first=short.filter(first > 12).height,
        second=short.filter(second > 12).height,
        year_first=parts.filter((one == 4) & (two <= 2)).height,
    )


def decide_order(votes: OrderVotes, sample: pl.Series) -> DateOrder:
    """Day-month or month-day for a whole column.

    Numbers above 12 decide; where there are none, the reading under which the rows of ``sample`` go forward in time
    with the fewer steps back, then with the smaller span; then day-month, unless the clock has AM and PM.
    """
    if votes.first or votes.second:
        return "dmy" if votes.first >= votes.second else "mdy"
    if votes.year_first:
        return "ymd"
    if sample.str.contains(r"^\d{1,2}\.\d{1,2}\.\d").any():
        return "dmy"
    dmy, mdy = (_disorder(read_stamps(sample, order)["ms"]) for order in ("dmy", "mdy"))
    if dmy != mdy:
        return "dmy" if dmy < mdy else "mdy"
    return "mdy" if sample.str.contains(r"(?i)\d\s*[ap]\.?m").any() else "dmy"


def _disorder(ms: pl.Series) -> tuple[int, int]:
    known = ms.drop_nulls().to_numpy()
    if len(known) < 2:
        return 0, 0
    steps = np.diff(known)
    back = int(min((steps < 0).sum(), (steps > 0).sum()))
    return back, int(known.max() - known.min()) // (7 * DAY_MS)


def read_stamps(texts: pl.Series, order: DateOrder = "dmy") -> pl.DataFrame:
    """A String column of dates, with or without a time of day, to wall-clock milliseconds.

    Gives ``ms`` (Int64, null where it is no date), ``absolute`` (Boolean, ms is UTC already) and ``day_only``
    (Boolean, no time of day stood there).
    """
    clean = texts.str.strip_chars(" \t\u00a0'\"").replace("", None)
    result = _fast(clean, order)
    readers = (
        (r"\d[-./]\d{1,2}[-./]\d", partial(_read_numeric, order=order)),
        (r"^\d{8}", _read_compact),
        (r"[A-Za-zА-Яа-яІіЇїЄє]{3}.*\d|\d.*[A-Za-zА-Яа-яІіЇїЄє]{3}", _read_named),
        (r"^\d{5,17}(?:[.,]\d+)?$", _read_numbers),
    )
    for looks_so, reader in readers:
        left = (result["ms"].is_null() & clean.str.contains(looks_so)).arg_true()
        if left.is_empty():
            continue
        result = _patch(result, left, reader(clean.gather(left)))
    return result


def _fast(clean: pl.Series, order: DateOrder) -> pl.DataFrame:
    sample = clean.drop_nulls().head(1)
    style = _FAST.get(sample.str.replace_all(r"\d", "9").item()) if len(sample) else None
    if style is None or (order == "mdy" and style.startswith("%d")):
        return _frame(pl.Series("ms", [None] * len(clean), dtype=pl.Int64))
    ms = clean.str.to_datetime(style, strict=False, time_unit="ms").cast(pl.Int64)
    return _frame(ms.set(~ms.is_between(*_SPAN, closed="left").fill_null(True), None))


def _frame(
    ms: pl.Series, absolute: pl.Series | bool = False, day_only: pl.Series | bool = False
) -> pl.DataFrame:
    frame = pl.DataFrame({"ms": ms})
    return frame.with_columns(
        absolute=pl.lit(absolute, dtype=pl.Boolean()).fill_null(False),
        day_only=pl.lit(day_only, dtype=pl.Boolean()).fill_null(False),
    )


def _patch(result: pl.DataFrame, at: pl.Series, found: pl.DataFrame) -> pl.DataFrame:
    return result.with_columns(
        result[name].scatter(at, found[name]) for name in ("ms", "absolute", "day_only")
    )


def _read_numeric(texts: pl.Series, order: DateOrder) -> pl.DataFrame:
    found = texts.str.extract_groups(_STAMP).struct.unnest()
    year_first = found["1"].str.len_chars() >= 3
    one, two, three = (_ints(found[name]) for name in "123")
    swap = {"dmy": (one, two, three), "mdy": (two, one, three), "ymd": (three, two, one)}[order]
    long = np.asarray(year_first.fill_null(False).to_numpy())
    day, month, year = (np.where(long, a, b) for a, b in zip((three, two, one), swap, strict=True))
    digits = found.select(pl.max_horizontal(pl.col("1", "3").str.len_chars().fill_null(0))).to_series()
    year = np.where((digits.to_numpy() > 2) & (year < 100), -1, year)  # 0001 is nobody's year
    ms = _days(year, month, day)
    clock = _clock_ms(found.select(pl.col("4").alias("1"), pl.col("5").alias("2"), pl.col("6").alias("3"),
                                   pl.col("7").alias("4"), pl.col("8").alias("5")))  # fmt: skip
    has_clock = found["4"].is_not_null()
    total = ms * DAY_MS + clock.fill_null(0)
    total = total.set(has_clock & clock.is_null(), None)
    offset = _offset_ms(found["9"])
    return _frame(total - offset.fill_null(0), found["9"].is_not_null(), ~has_clock)


def _read_compact(texts: pl.Series) -> pl.DataFrame:
    found = texts.str.extract_groups(_COMPACT).struct.unnest()
    year, month, day = (_ints(found[name]) for name in "123")
    plausible = (year >= 1990) & (year <= 2100)
    days = _days(np.where(plausible, year, -1), month, day)
    clock = _clock_ms(found.select(pl.col("4").alias("1"), pl.col("5").alias("2"), pl.col("6").alias("3"),
                                   pl.lit(None, pl.String()).alias("4"), pl.lit(None, pl.String()).alias("5")))  # fmt: skip
    has_clock = found["4"].is_not_null()
    total = (days * DAY_MS + clock.fill_null(0)).set(has_clock & clock.is_null(), None)
    return _frame(total, found["7"].is_not_null(), ~has_clock)


def _read_named(texts: pl.Series) -> pl.DataFrame:
    lower = texts.str.to_lowercase()
    one = lower.str.extract_groups(_DAY_NAME).struct.unnest()
    two = lower.str.extract_groups(_NAME_DAY).struct.unnest()
    name = (
        one["2"]
        .fill_null(two["1"])
        .str.slice(0, 3)
        .replace_strict(_MONTH, default=None, return_dtype=pl.Int64)
    )
    numeric = pl.select(
        pl.concat_str(
            one["3"].fill_null(two["3"]).str.zfill(4).str.replace("^00", "20"),
            pl.lit("-"), name.cast(pl.String), pl.lit("-"), one["1"].fill_null(two["2"]),
            one["4"].fill_null(two["4"]).str.replace(r"^\s*[гр]?\.?[,\s]*", " ").str.strip_chars_end(),
        )
    ).to_series()  # fmt: skip
    return _read_numeric(numeric, "ymd")


def _read_numbers(texts: pl.Series) -> pl.DataFrame:
    number = texts.str.replace(",", ".", literal=True)
    value = number.str.extract(r"^(\d{1,17}(?:\.\d+)?)$").cast(pl.Float64, strict=False)
    frame = pl.DataFrame({"v": value, "length": number.str.extract(r"^(\d+)").str.len_chars()})
    return frame.select(
        ms=pl.when(pl.col("v").is_between(*_EPOCH)).then((pl.col("v") * 1000).round())
        .when((pl.col("v") / 1000).is_between(*_EPOCH)).then(pl.col("v").round())
        .when((pl.col("v") / 1e6).is_between(*_EPOCH)).then((pl.col("v") / 1000).round())
        # a spreadsheet's serial number; its last digits are rounded, and nobody writes calls in milliseconds there
        .when(pl.col("v").is_between(36526, 73415)).then(((pl.col("v") + _SERIAL_ZERO) * 86400).round() * 1000)
        .cast(pl.Int64),
        absolute=(pl.col("v") > 73415).fill_null(False),
        day_only=(pl.col("v").is_between(36526, 73415) & (pl.col("v") % 1 == 0)).fill_null(False),
    )  # fmt: skip


def read_clock(texts: pl.Series) -> pl.Series:
    """A String column of times of day (``9:05``, ``09:05:07``, ``9:05 PM``, ``0,5``) to Int64 milliseconds."""
    clean = texts.str.strip_chars(" \t\u00a0'\"")
    # a time cell of a workbook comes with the zero date of its calendar
    clean = clean.str.replace(r"^(?:1899-12-3[01]|1900-01-0[01]|1904-01-01)[ T]", "")
    found = clean.str.extract_groups(rf"^{_CLOCK}$").struct.unnest()
    clock = _clock_ms(found)
    fraction = (
        clean.str.replace(",", ".", literal=True).str.extract(r"^(0?\.\d+)$").cast(pl.Float64, strict=False)
    )
    return clock.fill_null(((fraction * 86400).round() * 1000).cast(pl.Int64))


def _clock_ms(parts: pl.DataFrame) -> pl.Series:
    hour, minute = (pl.col(name).cast(pl.Int64) for name in ("1", "2"))
    second = pl.col("3").cast(pl.Int64).fill_null(0)
    fraction = pl.col("4").str.pad_end(3, "0").str.slice(0, 3).cast(pl.Int64).fill_null(0)
    half = pl.col("5").str.to_lowercase()
    hour24 = (
        pl.when(half.is_null()).then(hour).otherwise(hour % 12 + pl.when(half == "p").then(12).otherwise(0))
    )
    valid = (hour24 < 24) & (minute < 60) & (second < 61) & (half.is_null() | hour.is_between(1, 12))
    total = ((hour24 * 60 + minute) * 60 + second) * 1000 + fraction
    return parts.select(ms=pl.when(valid).then(total)).to_series()


def _offset_ms(texts: pl.Series) -> pl.Series:
    digits = texts.str.extract_groups(r"([+-])(\d{1,2}):?(\d{2})?$").struct.unnest()
    return digits.select(
        ms=pl.when(pl.col("1") == "-").then(-1).otherwise(1)
        * (pl.col("2").cast(pl.Int64) * 60 + pl.col("3").cast(pl.Int64).fill_null(0))
        * 60_000
    ).to_series()


def _ints(texts: pl.Series) -> np.ndarray:
    return texts.cast(pl.Int64, strict=False).fill_null(-1).to_numpy()


def _days(year: np.ndarray, month: np.ndarray, day: np.ndarray) -> pl.Series:
    """Days from 1970-01-01 of the proleptic Gregorian calendar; null where there is no such day."""
    full = np.where((year >= 0) & (year < 100), year + 2000, year)
    known = (full >= 1900) & (full <= 2200) & (month >= 1) & (month <= 12) & (day >= 1)
    safe_year, safe_month = np.where(known, full, 2000), np.where(known, month, 1)
    months = (safe_year - 1970) * 12 + (safe_month - 1)
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    known &= day <= following - first
    return pl.Series("ms", np.where(known, first + day - 1, 0)).set(pl.Series(~known), None)
