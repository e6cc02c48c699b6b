"""Our own webhook: events of calls, as they arrived or as bare JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from callwitness.adapters.webhook.envelope import NotAnEvent, delivered
from callwitness.adapters.webhook.legs import legs_of_events
from callwitness.adapters.webhook.parse import read_events
from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import Batch, EvidenceFile, Guess, Note, ReadOptions
from callwitness.ingest.kit.encodings import HEAD, detect
from callwitness.ingest.kit.event_lines import batches_of_lines, first_lines, lines_as_they_stand


class Adapter:
    """Reads ``parse`` and ``legs``."""

    name = "webhook"

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """By the names of our events."""
        if any(map(_is_event, first_lines(head))):
            return Guess(self.name, "events", 0.95, "events of the webhook with event and call_id")
        return None

    def read(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
        """Batches of one file. Raises ``UnreadableEvidence`` for a file that is no text."""
        with file.open() as stream:
            head = stream.read(HEAD)
        encoding = detect(head)
        if encoding is None:
            if head.strip():
                raise UnreadableEvidence(
                    file.name, "expected events of the webhook as JSON lines, found no text"
                )
            return
        yield from batches_of_lines(
            file, encoding, lambda lines: read_events(lines, file.name, file.sha256, options)
        )

    def settle(self, records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
        """Nothing to correct: every time states its zone."""
        return records, ()

    def legs(self, records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """See ``legs_of_events``."""
        return legs_of_events(records)

    def originals(
        self, file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
    ) -> dict[tuple[str | None, int], str]:
        """The lines as they stand."""
        return lines_as_they_stand(file, rows)


def _is_event(line: str) -> bool:
    try:
        return "call_id" in delivered(line).event
    except NotAnEvent:
        return False
