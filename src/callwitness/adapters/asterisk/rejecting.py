"""Sorting rows into kept and rejected, each rejected one with a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from callwitness.ingest.contract import REJECTED


def first_reason(checks: Sequence[tuple[pl.Expr, pl.Expr]]) -> pl.Expr:
    """The sentence of the first check that is true for a row, null when none is."""
    return pl.coalesce(*(pl.when(is_wrong).then(sentence) for is_wrong, sentence in checks))


def rejected_rows(frame: pl.DataFrame, file: str, raw: pl.Expr) -> pl.DataFrame:
    """Rows with ``row`` and ``reason`` as REJECTED."""
    return REJECTED.conform(
        frame.select(pl.lit(file).alias("file"), "row", "reason", raw.str.slice(0, 500).alias("raw"))
    )


def joined(frame: pl.DataFrame) -> pl.Expr:
    """The fields ``f0``, ``f1``... of a row in one text, as people recognise it."""
    fields = [name for name in frame.columns if name[0] == "f" and name[1:].isdigit()]
    return pl.concat_str(*fields, separator=",", ignore_nulls=True) if fields else pl.lit("")
