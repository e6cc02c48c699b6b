"""Writes the tables of a result as CSV or Parquet: UTF-8 without BOM, LF, RFC 4180, the same bytes every time."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl

from callwitness.services.summary import Summary
from callwitness.services.tables import ResultTables

FORMULA = r"^[=@\t\r]"
SIGN = r"^[+\-]"
NUMBER = r"^[+\-][\d ().\-]*$"
"""Numbers, also phone numbers, begin with + or - and are no formulas."""

TABLES = ("calls", "records", "matches", "lost_callers", "findings", "rejected")
WITH_RECORDINGS = ("recordings",)
"""Tables that are written only where recordings were given."""


def write_result(tables: ResultTables, summary: Summary, folder: Path, kind: str = "csv") -> None:
    """Write every table and ``summary.json`` into an existing folder. kind: csv or parquet."""
    for name in (*TABLES, *WITH_RECORDINGS):
        frame = getattr(tables, name)
        if frame is None:
            continue
        if kind == "parquet":
            _typed(frame).write_parquet(folder / f"{name}.parquet", compression="zstd")
        else:
            as_text(frame).write_csv(folder / f"{name}.csv", line_terminator="\n")
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """All columns as the texts a CSV carries; formulas neutralised with a leading apostrophe."""
    return frame.select(_text(name, dtype) for name, dtype in frame.schema.items())


def _text(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if _is_time(name):
        moment = column.cast(pl.Datetime("ms")).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        return moment.alias(name)
    if dtype == pl.List(pl.String):
        return _harmless(column.list.join(";")).alias(name)
    if dtype.is_float():
        return column.round(3).cast(pl.String).str.strip_suffix(".0").alias(name)
    if dtype == pl.String:
        return _harmless(column).alias(name)
    if dtype == pl.Boolean:
        return column.cast(pl.String).alias(name)
    return column.cast(pl.String).alias(name)


def _harmless(text: pl.Expr) -> pl.Expr:
    danger = text.str.contains(FORMULA) | (text.str.contains(SIGN) & ~text.str.contains(NUMBER))
    return pl.when(danger).then(pl.lit("'") + text).when(text != "").then(text)


def _is_time(name: str) -> bool:
    return name.endswith("_at") or name in ("from", "to")


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(name).cast(pl.Datetime("ms", "UTC")) for name in frame.columns if _is_time(name)
    )
