"""Phone numbers as spreadsheets spoil them: floats, formulas, apostrophes, two numbers in one cell."""

from __future__ import annotations

from typing import Final

import polars as pl

_FLOAT: Final = r"^\+?\d+(?:[.,]\d+)?[eE]\+?\d{1,2}$"
_TRAILING: Final = r"^(\+?\d{5,})[.,]0+$"
_SPOILED: Final = r"[=\"'\n;eE,\u00a0]|\.0"


def phone_text(texts: pl.Series) -> pl.Series:
    """The number as it was before the spreadsheet: ``7.9001234567E10``, ``79001234567.0``, ``="7900..."``, ``'7900``.

    Of several numbers in a cell the first; a number over two lines is put together.
    """
    clean = texts.str.strip_chars()
    spoiled = clean.str.contains(_SPOILED).fill_null(False)
    if not spoiled.any():
        return clean
    at = spoiled.arg_true()
    return clean.scatter(at, _repair(clean.gather(at)))


def _repair(texts: pl.Series) -> pl.Series:
    plain = texts.str.replace(r"^=?\s*[\"']+([^\"']*)[\"']*$", "${1}").str.replace_all("\u00a0", " ")
    plain = plain.str.replace(_TRAILING, "${1}")
    exact = plain.str.contains(_FLOAT)
    number = plain.set(~exact, None).str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    whole = number.filter(number.is_between(1, 1e15)).round().cast(pl.Int64).cast(pl.String)
    plain = plain.scatter(number.is_between(1, 1e15).fill_null(False).arg_true(), whole)
    first = plain.str.extract(r"^([^\n;,]*)")
    enough = first.str.replace_all(r"\D", "").str.len_chars() >= 9
    several = plain.str.contains(r"[\n;,]")
    joined = plain.str.replace_all(r"\s*\n\s*", " ")
    return pl.select(pl.when(several & enough).then(first.str.strip_chars()).otherwise(joined)).to_series()
