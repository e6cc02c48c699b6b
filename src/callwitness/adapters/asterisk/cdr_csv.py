"""CDR files: ``Master.csv`` in every width, custom templates, FreePBX exports. Layouts may change inside a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from callwitness.adapters.asterisk.cdr_columns import columns_of, header_columns
from callwitness.adapters.asterisk.cdr_records import cdr_batch
from callwitness.adapters.asterisk.rejecting import joined, rejected_rows
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, ReadOptions
from callwitness.ingest.kit.delimited import FieldBlock, read_delimited

_SAMPLE: Final = 200
_RARE: Final = 10


def read_cdr_csv(file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    """A CDR file in batches; every row is in ``records`` or ``rejected``."""
    reader = _Reader(file, options)
    with file.open() as stream:
        for block in read_delimited(stream, _delimiter(file)):
            yield from reader.batches(block)


def _delimiter(file: EvidenceFile) -> str:
    with file.open() as stream:
        head = stream.read(8192)
    return max((",", ";", "\t"), key=lambda each: head.count(each.encode()))


class _Reader:
    """Columns of each width of one file, as known so far."""

    def __init__(self, file: EvidenceFile, options: ReadOptions) -> None:
        self.file, self.options = file, options
        self.columns: dict[int, tuple[str, ...]] = {}
        given = options.options.get("columns")
        self.given = tuple(given.split(",")) if given else None

    def batches(self, block: FieldBlock) -> Iterator[Batch]:
        rejected = block.rejected.select(pl.lit(self.file.name).alias("file"), pl.all())
        if rejected.height:
            yield Batch(RECORDS.empty(), REJECTED.conform(rejected))
        for (width,), rows in block.fields.group_by("width", maintain_order=True):
            fields = rows.drop("width")
            # A few rows of another width are damage, not a template of their own.
            usual = rows.height * _RARE > block.fields.height
            yield self._batch(
                fields.select("row", *fields.columns[1 : int(str(width)) + 1]), int(str(width)), usual
            )

    def _batch(self, rows: pl.DataFrame, width: int, usual: bool) -> Batch:
        header = self._header(rows, width)
        if header.height:
            rows = rows.filter(~pl.col("row").is_in(header["row"].implode()))
        columns = self.columns.get(width) or self._recognise(rows, width, usual)
        if columns is None:
            told = rows.with_columns(
                pl.lit(f"expected the columns of a CDR, found {width} other ones").alias("reason")
            )
            return Batch(RECORDS.empty(), rejected_rows(told, self.file.name, joined(rows)))
        batch = self._named_batch(rows, columns)
        if batch.rejected.height * 2 > rows.height and not self.given:
            # The template may have changed without a change of width.
            other = columns_of([list(row[1:]) for row in rows.tail(_SAMPLE).iter_rows()])
            again = self._named_batch(rows, other) if other and other != columns else batch
            return min(batch, again, key=lambda each: each.rejected.height)
        return batch

    def _named_batch(self, rows: pl.DataFrame, columns: tuple[str, ...]) -> Batch:
        named = rows.with_columns(pl.col(f"f{at}").alias(name) for at, name in enumerate(columns) if name)
        return cdr_batch(named, self.file.name, self.file.sha256, self.options.numbers)

    def _recognise(self, rows: pl.DataFrame, width: int, usual: bool) -> tuple[str, ...] | None:
        found = self.given if self.given and len(self.given) == width else None
        if found is None:
            found = columns_of([list(row[1:]) for row in rows.head(_SAMPLE).iter_rows()], custom=usual)
        if found is not None:
            self.columns[width] = found
        return found

    def _header(self, rows: pl.DataFrame, width: int) -> pl.DataFrame:
        """The header row if the file starts with one; its names hold for this width."""
        first = rows.filter(pl.col("row") == 1)
        names = header_columns([str(value) for value in first.row(0)[1:]]) if first.height else None
        if names is None:
            return rows.clear()
        self.columns[width] = names
        return first
