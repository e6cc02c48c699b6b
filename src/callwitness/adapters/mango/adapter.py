"""Mango Office: statistics as CSV; call events, summaries and recordings as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from callwitness.adapters.mango import parse_statistics as statistics
from callwitness.adapters.mango.envelope import NotANotification, notification
from callwitness.adapters.mango.event_legs import legs_of_events
from callwitness.adapters.mango.parse_events import read_events
from callwitness.adapters.mango.table_legs import clock_of_statistics, legs_of_statistics, legs_of_summaries
from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import LEGS
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, Guess, Note, ReadOptions
from callwitness.ingest.kit.delimited import read_delimited
from callwitness.ingest.kit.encodings import HEAD, Encoding, detect, open_as_utf8
from callwitness.ingest.kit.event_lines import batches_of_lines, first_lines, lines_as_they_stand


class Adapter:
    """Reads ``parse_events`` and ``parse_statistics``; both about one call become one call."""

    name = "mango"

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """Notifications by their keys, statistics by their columns."""
        lines = first_lines(head)
        if any(_is_notification(line) for line in lines):
            return Guess(
                self.name, "events", 0.95, "JSON notifications with call_id, entry_id and call_state"
            )
        found = statistics.columns_of([line.split(";") for line in lines])
        if found and statistics.is_header(found[0]):
            return Guess(self.name, "statistics", 0.95 if found[1] else 0.9, "columns of the call statistics")
        return None

    def read(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
        """Batches of one file. Option ``fields``: columns of statistics as they were asked for, divided by commas.

        Raises ``UnreadableEvidence`` for other files.
        """
        with file.open() as stream:
            head = stream.read(HEAD)
        lines = first_lines(head)
        if not lines:
            if head.strip():
                raise UnreadableEvidence(
                    file.name, "expected statistics or notifications of Mango, found no text"
                )
            return iter(())
        encoding = detect(head) or Encoding("utf-8")
        wanted = options.options.get("fields")
        found = statistics.columns_of([line.split(";") for line in lines], wanted)
        if found and (wanted or not any(map(_is_notification, lines))):
            return _read_statistics(file, encoding, found, options)
        if not any(_is_notification(line) for line in lines):
            raise UnreadableEvidence(
                file.name, "expected statistics of Mango (cells divided by ;) or notifications as JSON lines"
            )
        return batches_of_lines(
            file, encoding, lambda lines: read_events(lines, file.name, file.sha256, options)
        )

    def settle(self, records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
        """Statistics written in a shifted clock are set right where events of the same calls show it."""
        away, calls = clock_of_statistics(records)
        told = bool((records["witness"] == "statistics").any())
        if not away:
            return records, (Note("statistics_clock_unproved", {}),) if told and not calls else ()
        rows = pl.col("witness") == "statistics"
        moved = records.with_columns(
            pl.when(rows).then(pl.col(name) - away).otherwise(name).alias(name)
            for name in ("started_at", "answered_at", "ended_at")
        )
        return moved, (Note("statistics_shifted", {"hours": away // 3_600_000, "calls": calls}),)

    def legs(self, records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """Legs of events, summaries and statistics."""
        events = legs_of_events(records)
        return LEGS.concat([events, legs_of_summaries(records, events), legs_of_statistics(records)])

    def originals(
        self, file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
    ) -> dict[tuple[str | None, int], str]:
        """The lines as they stand."""
        return lines_as_they_stand(file, rows)


def _is_notification(line: str) -> bool:
    try:
        event = notification(line)
    except NotANotification:
        return False
    return "entry_id" in event or {"call_id", "call_state"} <= set(event)


def _read_statistics(
    file: EvidenceFile, encoding: Encoding, layout: tuple[list[str], bool], options: ReadOptions
) -> Iterator[Batch]:
    names, header = layout
    with open_as_utf8(file.path, encoding) as stream:
        for block in read_delimited(stream, ";"):
            fields = block.fields.slice(1) if header else block.fields
            header = False
            batch = statistics.read_statistics(fields, names, file.name, file.sha256, options)
            broken = block.rejected.with_columns(file=pl.lit(file.name))
            yield Batch(batch.records, REJECTED.concat([batch.rejected, broken]))
