"""Any table of calls: CSV, TSV, workbook, HTML table. One row is one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from callwitness.ingest.contract import Batch, EvidenceFile, Guess, Note, ReadOptions
from callwitness.ingest.kit.call_rows import legs_of_rows
from callwitness.ingest.kit.table_files import original_rows, read_table_file, recognise_table


class Adapter:
    """Reads tables through ``ingest.kit``; the guess may be corrected by options and a saved profile."""

    name = "spreadsheet"

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """Anything tabular with a time and a number, with little confidence: others go first."""
        found = recognise_table(head, name)
        return Guess(self.name, found.layout, found.confidence, found.why) if found else None

    def read(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
        """Rows in batches. Options: see README. Raises ``UnreadableEvidence`` for what is no table of calls."""
        return read_table_file(file, options, witness="list")

    def settle(self, records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
        """Nothing to settle: a table states no second clock to check the zone by."""
        return records, ()

    def legs(self, records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """One leg a record."""
        return legs_of_rows(records)

    def originals(
        self, file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
    ) -> dict[tuple[str | None, int], str]:
        """Lines of a text table as they stand; cells of a workbook row divided by tabs."""
        return original_rows(file, rows)
