"""Scenarios as text tables: ``|`` between columns, times as mm:ss or hh:mm:ss of one invented day, - for unknown."""

from __future__ import annotations

import polars as pl

from callwitness.domain.assemble import assemble
from callwitness.domain.rules import SourceInfo
from callwitness.domain.schema import LEGS, Table

DAY = 1_793_577_600_000  # 2026-11-02T00:00:00Z, a Monday
TIMES = {"started_at", "answered_at", "ended_at", "signal_answered_at", "queued_at", "agent_answered_at"}


def moment(text: str) -> int:
    """``mm:ss`` or ``hh:mm:ss`` after midnight, or ``d+hh:mm:ss`` days later, in ms."""
    days, plus, clock = text.rpartition("+")
    parts = [float(part) for part in clock.split(":")]
    seconds = sum(part * 60**n for n, part in enumerate(reversed(parts)))
    return DAY + int(((int(days) if plus else 0) * 86_400 + seconds) * 1000)


def table(text: str, schema: Table) -> pl.DataFrame:
    """A frame of the declared table from a text table; columns not named are null."""
    lines = [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.strip().splitlines()
    ]
    header, rows = lines[0], lines[1:]
    columns = {}
    for n, name in enumerate(header):
        dtype = schema.schema[name]
        columns[name] = pl.Series(name, [_value(row[n], name, dtype) for row in rows], dtype=dtype)
    return schema.conform(pl.DataFrame(columns))


def _value(cell: str, name: str, dtype: pl.DataType) -> object:
    if cell == "-":
        return None
    if name in TIMES:
        return moment(cell)
    if dtype == pl.Boolean:
        return cell == "yes"
    if dtype.is_integer():
        return int(cell)
    if dtype.is_float():
        return float(cell)
    if dtype == pl.List(pl.String):
        return cell.split()
    return cell


def calls_of(text: str, role: str = "office") -> pl.DataFrame:
    """SOURCE_CALLS of one source from a table of its legs."""
    legs = table(text, LEGS)
    legs = legs.with_columns(
        rec=pl.int_range(pl.len(), dtype=pl.Int64),
        precision_ms=pl.col("precision_ms").fill_null(1000),
        caller_kind=pl.coalesce(
            "caller_kind", pl.when(pl.col("caller").str.starts_with("+")).then(pl.lit("number"))
        ),
    )
    names = legs.select("rec", name=pl.format("file:{}", "rec"), record_id=pl.format("r{}", "rec"))
    return assemble(legs, names, SourceInfo(role, role, neutral=role == "provider"))
