"""SQL dumps of the tables ``cdr``, ``cel`` and ``queue_log``; a copy of them under another name only when asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

import polars as pl

from callwitness.adapters.asterisk.cdr_columns import CDR_NAMES
from callwitness.adapters.asterisk.cdr_records import cdr_batch
from callwitness.adapters.asterisk.cel_records import CEL_NAMES, cel_batch
from callwitness.adapters.asterisk.queue_log import HEAD, QUEUE_LOG_NAMES, table_frame
from callwitness.adapters.asterisk.queue_log_records import queue_log_batch
from callwitness.adapters.asterisk.rejecting import rejected_rows
from callwitness.adapters.asterisk.sql_text import TableRow, read_rows
from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import Batch, EvidenceFile, Note, ReadOptions

TABLES: Final = {"cdr": "cdr", "cel": "cel", "queue_log": "queue_log", "queuelog": "queue_log"}
_BATCH: Final = 50_000


def read_sql_dump(file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    """Rows of the wanted tables in batches; the last one carries notes on copies that were passed over."""
    asked = options.options.get("table")
    wanted = {name.strip().lower() for name in asked.split(",")} if asked else set(TABLES)
    passed: Counter[str] = Counter()
    seen = False
    with file.open() as stream:
        rows = read_rows(stream)
        while some := list(islice(rows, _BATCH)):
            for table, columns in dict.fromkeys((row.table, row.columns) for row in some):
                mine = [row for row in some if row.table == table and row.columns == columns]
                kind = _kind(table, columns)
                if table in wanted and kind:
                    seen = True
                    yield from _batches(mine, kind, file, options)
                elif kind:
                    passed[table] += sum(row.values is not None for row in mine)
    if passed and not seen:
        names = ", ".join(sorted(passed))
        raise UnreadableEvidence(
            file.name, f"expected a table cdr, cel or queue_log; table= would read {names}"
        )
    notes = tuple(
        Note("table_passed_over", {"file": file.name, "table": table, "rows": count})
        for table, count in sorted(passed.items())
    )
    if notes:
        yield Batch(RECORDS.empty(), rejected_rows(_told([], ""), file.name, pl.col("raw")), notes)


def _kind(table: str, columns: tuple[str, ...]) -> str | None:
    names = set(columns)
    if {"disposition", "billsec"} <= names and names & {"calldate", "start"}:
        return "cdr"
    if {"eventtype", "eventtime"} <= names:
        return "cel"
    if set(HEAD) <= names:
        return "queue_log"
    return TABLES.get(table) if not columns else None


def _batches(rows: list[TableRow], kind: str, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    """columns unknown (no CREATE TABLE, no list): the rows cannot be read."""
    columns = rows[0].columns
    odd = [row for row in rows if row.values is None or len(row.values) != len(columns)]
    if odd:
        reason = f"expected a row of {len(columns)} plain values for table {rows[0].table}"
        if not columns:
            reason = f"expected CREATE TABLE {rows[0].table} or a list of columns before its rows"
        yield Batch(RECORDS.empty(), rejected_rows(_told(odd, reason), file.name, pl.col("raw")))
    good = [row for row in rows if row.values is not None and len(row.values) == len(columns)]
    if not good:
        return
    frame = _frame(good, columns, {"cdr": CDR_NAMES, "cel": CEL_NAMES, "queue_log": QUEUE_LOG_NAMES}[kind])
    raw = pl.col("raw")
    if kind == "cdr":
        yield cdr_batch(frame, file.name, file.sha256, options.numbers, raw)
    elif kind == "cel":
        yield cel_batch(frame, file.name, file.sha256, options.numbers, raw)
    else:
        yield queue_log_batch(table_frame(frame), file.name, file.sha256, options.numbers, raw)


def _frame(rows: list[TableRow], columns: tuple[str, ...], names: frozenset[str]) -> pl.DataFrame:
    values = [row.values or [] for row in rows]
    return pl.DataFrame(
        {
            "row": pl.Series([row.line for row in rows], dtype=pl.Int64),
            "raw": pl.Series([_shown(row) for row in rows], dtype=pl.String),
            **{
                name: pl.Series([row[at] for row in values], dtype=pl.String)
                for at, name in enumerate(columns)
                if name in names
            },
        }
    )


def _told(rows: list[TableRow], reason: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(row.line, reason, _shown(row)) for row in rows],
        schema={"row": pl.Int64(), "reason": pl.String(), "raw": pl.String()},
        orient="row",
    )


def _shown(row: TableRow) -> str:
    return row.raw[:500].decode("utf-8", "replace")
