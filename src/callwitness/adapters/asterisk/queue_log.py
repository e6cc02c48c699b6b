"""queue_log: the file, its rotations, and exports of the realtime table (pipe-joined, or CSV with a header)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from callwitness.adapters.asterisk.queue_log_records import PARAMETERS, queue_log_batch
from callwitness.adapters.asterisk.rejecting import joined, rejected_rows
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, ReadOptions
from callwitness.ingest.kit.delimited import read_delimited
from callwitness.ingest.kit.lines import MAX_LINE, LineBlock, read_blocks

HEAD: Final = ("time", "callid", "queuename", "agent", "event")
QUEUE_LOG_NAMES: Final = frozenset((*HEAD, "data", "data1", "data2", "data3", "data4", "data5"))


def read_queue_log(file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    """A queue_log in batches; every line is in ``records`` or ``rejected``."""
    with file.open() as stream:
        comma = queue_log_header(stream.readline(4096).decode("utf-8", "replace").split(","))
    with file.open() as stream:
        if comma:
            yield from _from_table(file, comma, options)
            return
        for block in read_blocks(stream):
            yield from _from_lines(block, file, options)


def queue_log_header(fields: Sequence[str]) -> tuple[str, ...] | None:
    """Names taken from a header row of the table, None when this is none."""
    names = tuple(field.strip().strip('"').lower() for field in fields)
    return names if set(HEAD) <= set(names) else None


def table_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of the realtime table as ``queue_log_batch`` wants them; ``data`` may hold all parameters in one."""
    missing = [pl.lit(None, pl.String).alias(name) for name in sorted(QUEUE_LOG_NAMES - set(frame.columns))]
    frame = frame.with_columns(missing)
    whole = pl.col("data").str.split_exact("|", 5).struct.rename_fields(list(PARAMETERS)).alias("whole")
    frame = frame.with_columns(whole).with_columns(
        *(
            pl.coalesce(
                pl.when(pl.col(f"data{at}") != "").then(f"data{at}"), pl.col("whole").struct.field(f"p{at}")
            ).alias(f"p{at}")
            for at in range(1, 6)
        ),
        pl.col("whole").struct.field("p6"),
    )
    return frame.drop("whole")


def _from_lines(block: LineBlock, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    lines = pl.Series("line", block.data.decode().split("\n")[:-1], pl.String)
    frame = pl.DataFrame({"line": lines}).with_row_index("row", offset=block.first_row)
    frame = frame.with_columns(pl.col("row").cast(pl.Int64)).filter(pl.col("line") != "")
    overlong = [row for row, _ in block.overlong]
    if overlong:
        reason = f"a line of more than {MAX_LINE:,} characters"
        told = pl.DataFrame(
            [(row, reason, raw) for row, raw in block.overlong], schema=["row", "reason", "raw"], orient="row"
        )
        yield Batch(RECORDS.empty(), rejected_rows(told, file.name, pl.col("raw")))
    if frame.height:
        names = [*HEAD, *PARAMETERS, "rest"]
        fields = pl.col("line").str.splitn("|", len(names)).struct.rename_fields(names).alias("fields")
        yield queue_log_batch(
            frame.with_columns(fields).unnest("fields"),
            file.name,
            file.sha256,
            options.numbers,
            pl.col("line"),
        )


def _from_table(file: EvidenceFile, names: tuple[str, ...], options: ReadOptions) -> Iterator[Batch]:
    with file.open() as stream:
        for block in read_delimited(stream):
            if block.rejected.height:
                lines = block.rejected.select(pl.lit(file.name).alias("file"), pl.all())
                yield Batch(RECORDS.empty(), REJECTED.conform(lines))
            rows = block.fields.filter(pl.col("row") > 1)
            known = {f"f{at}": name for at, name in enumerate(names) if name in QUEUE_LOG_NAMES}
            whole = (rows["width"] == len(names)) & (rows["width"] > 0)
            short = rows.filter(~whole)
            if short.height:
                reason = pl.lit(f"expected {len(names)} columns as in the header").alias("reason")
                yield Batch(
                    RECORDS.empty(), rejected_rows(short.with_columns(reason), file.name, joined(short))
                )
            if whole.any():
                named = rows.filter(whole).with_columns(
                    pl.col(field).alias(name) for field, name in known.items()
                )
                yield queue_log_batch(
                    table_frame(named), file.name, file.sha256, options.numbers, joined(named)
                )
