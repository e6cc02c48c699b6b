"""Asterisk and its dialects (FreePBX, Issabel): CDR, CEL and queue_log in files and SQL dumps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import polars as pl

from callwitness.adapters.asterisk.cdr_csv import read_cdr_csv
from callwitness.adapters.asterisk.cel_csv import read_cel_csv
from callwitness.adapters.asterisk.families import with_call_ids
from callwitness.adapters.asterisk.legs import exchange_legs
from callwitness.adapters.asterisk.originals import original_texts
from callwitness.adapters.asterisk.queue_log import read_queue_log
from callwitness.adapters.asterisk.recognise import HEAD, guess_layout
from callwitness.adapters.asterisk.sql_dump import read_sql_dump
from callwitness.adapters.asterisk.zone import settle_zone
from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import Batch, EvidenceFile, Guess, Note, ReadOptions

Reader = Callable[[EvidenceFile, ReadOptions], Iterator[Batch]]

READERS: Final[dict[str, Reader]] = {
    "cdr_csv": read_cdr_csv,
    "freepbx_csv": read_cdr_csv,
    "cel_csv": read_cel_csv,
    "queue_log": read_queue_log,
    "sql_dump": read_sql_dump,
}


class Adapter:
    """Options: ``zone``, ``table``, ``columns``, ``trunk``, ``context`` (manifest.toml says what they mean)."""

    name = "asterisk"

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """By content alone: the name of a file says nothing."""
        return guess_layout(head)

    def read(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
        """Rows of one file. Local times stay wall-clock times until ``settle`` has seen the whole source."""
        with file.open() as stream:
            guess = guess_layout(stream.read(HEAD))
        if guess is None and options.options.get("columns"):
            guess = Guess(self.name, "cdr_csv", 1.0, "columns given")
        if guess is None:
            if not file.size:
                return iter(())
            expected = (
                "expected CDR or CEL in CSV, a queue_log, or an SQL dump of the tables cdr, cel, queue_log"
            )
            raise UnreadableEvidence(file.name, expected)
        return READERS[guess.layout](file, options)

    def settle(self, records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
        """Wall-clock times put in their zone, and the id of the whole call where a row did not carry it."""
        settled, notes = settle_zone(records, options)
        return with_call_ids(settled), notes

    def legs(self, records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """Legs of settled records."""
        return exchange_legs(records, options)

    def originals(
        self, file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
    ) -> dict[tuple[str | None, int], str]:
        """Physical lines, or for SQL dumps the line of the row, cut at 2,000 characters."""
        return original_texts(file, rows)
