"""Durations as reports write them: ``195``, ``0:03:15``, ``3:15``, ``3 мин 15 сек``, ``3,25``, ``0.00226``."""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

DurationUnit = Literal["s", "ms", "min", "min.sec", "day"]
_FACTOR: Final[dict[str, float]] = {"s": 1.0, "ms": 0.001, "min": 60.0, "day": 86400.0}
_NUMBER: Final = r"^([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$"
_PARTS: Final = r"^(-)?(?:(?:(\d{1,4}):)?(\d{1,4})):(\d{1,2})(?:\.(\d+))?$"
_HOURS: Final = r"(\d+)\s*(?:ч|h|год)"
_MINUTES: Final = r"(\d+)\s*(?:м|m|хв|['′])"
_SECONDS: Final = r"(\d+(?:\.\d+)?)\s*(?:с|s|\"|″)"
_WORDED: Final = r"^-?\s*(?:\d+(?:\.\d+)?\s*(?:\p{L}+|['′\"″])\.?,?\s*)+$"


def read_seconds(texts: pl.Series, unit: DurationUnit = "s") -> pl.Series:
    """A String column of durations to Float64 seconds; ``unit`` is that of bare numbers. Null: no duration.

    Signs are kept: a negative duration is for the caller to judge.
    """
    clean = _clean(texts)
    number = clean.str.extract(_NUMBER).cast(pl.Float64, strict=False)
    seconds = _scaled(number, unit)
    if seconds.null_count() == clean.null_count():
        return seconds
    return seconds.fill_null(_read_parts(clean)).fill_null(_read_words(clean))


def _clean(texts: pl.Series) -> pl.Series:
    return (
        texts.str.replace_all(r"[\s\u00a0]+", " ")
        .str.strip_chars(" '=")
        .replace("", None)
        .str.replace(r"^(\D?\d+),(\d+)", "${1}.${2}")
    )


def _scaled(number: pl.Series, unit: DurationUnit) -> pl.Series:
    if unit == "min.sec":
        return (number.abs().floor() * 60 + (number.abs() % 1 * 100).round()) * number.sign()
    return (number * _FACTOR[unit]).round(3)


def _read_parts(clean: pl.Series) -> pl.Series:
    # two parts are minutes and seconds: nobody talks for hours in a report without seconds
    parts = clean.str.replace(r"^(?:1899-12-3[01]|1900-01-0[01]|1904-01-01)[ T]", "").str.extract_groups(
        _PARTS
    )
    frame = parts.struct.unnest()
    hours = pl.col("2").cast(pl.Float64).fill_null(0.0)
    total = hours * 3600 + pl.col("3").cast(pl.Float64) * 60 + pl.col("4").cast(pl.Float64)
    fraction = ("0." + pl.col("5")).cast(pl.Float64).fill_null(0.0)
    sign = pl.when(pl.col("1") == "-").then(-1.0).otherwise(1.0)
    return frame.select(s=((total + fraction) * sign).round(3)).to_series()


def _read_words(clean: pl.Series) -> pl.Series:
    lower = clean.str.to_lowercase()
    lower = lower.set(~lower.str.contains(_WORDED).fill_null(False), None)
    found = pl.DataFrame({"h": lower.str.extract(_HOURS), "m": lower.str.extract(_MINUTES),
                          "s": lower.str.extract(_SECONDS), "text": lower})  # fmt: skip
    parts = [
        pl.col(name).cast(pl.Float64).fill_null(0.0) * factor
        for name, factor in (("h", 3600), ("m", 60), ("s", 1))
    ]
    known = pl.any_horizontal(pl.col("h", "m", "s").is_not_null())
    sign = pl.when(pl.col("text").str.starts_with("-")).then(-1.0).otherwise(1.0)
    return found.select(x=pl.when(known).then(pl.sum_horizontal(parts) * sign)).to_series()


def guess_unit(texts: pl.Series) -> DurationUnit:
    """The unit of the bare numbers in a column, from the numbers themselves.

    ``3.25`` beside ``0.5`` and ``12.75`` are minutes; with never a fraction above .59 they are minutes and seconds;
    ``0.00226`` is a spreadsheet's part of a day.
    """
    number = _clean(texts).str.extract(_NUMBER).drop_nulls()
    fraction = number.str.extract(r"\.(\d+)$").drop_nulls()
    fraction = fraction.filter(fraction.str.contains("[1-9]"))
    value = number.cast(pl.Float64, strict=False).drop_nulls()
    if fraction.is_empty() or value.is_empty():
        return "s"
    high = float(value.quantile(0.9) or 0.0)
    if high < 1 and int((fraction.str.len_chars() >= 5).sum()) * 2 > len(fraction):
        return "day"
    if (fraction.str.len_chars() > 2).any() or high >= 30:
        return "s"
    hundredths = fraction.str.pad_end(2, "0").cast(pl.Int64)
    return "min.sec" if len(hundredths) >= 20 and not (hundredths >= 60).any() else "min"
