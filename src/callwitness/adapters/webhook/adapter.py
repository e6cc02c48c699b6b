"""Our own webhook: events of calls, as they arrived or as bare JSON lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from callwitness.adapters.webhook.envelope import NotAnEvent, delivered
from callwitness.adapters.webhook.legs import legs_of_events
from callwitness.adapters.webhook.parse import read_events
from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, Guess, Note, ReadOptions
from callwitness.ingest.kit.encodings import HEAD, Encoding, decode, detect, lines_of
from callwitness.ingest.kit.lines import MAX_LINE
from callwitness.ingest.kit.text_lines import numbered_lines, original_lines

_LOOK_AT = 20


class Adapter:
    """Reads ``parse`` and ``legs``."""

    name = "webhook"

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """By the names of our events."""
        if any(map(_is_event, _first_lines(head))):
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
        for block in numbered_lines(file, encoding):
            batch = read_events(block.lines, file.name, file.sha256, options)
            long = [
                (file.name, row, f"a line of more than {MAX_LINE:,} characters", text[:500])
                for row, text in block.overlong
            ]
            refused = (
                pl.DataFrame(long, schema=["file", "row", "reason", "raw"], orient="row") if long else None
            )
            yield (
                batch if refused is None else Batch(batch.records, REJECTED.concat([batch.rejected, refused]))
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
        with file.open() as stream:
            head = stream.read(HEAD)
        return original_lines(file, detect(head) or Encoding("utf-8"), rows)


def _first_lines(head: bytes) -> list[str]:
    """The first filled lines; a line cut by the end of ``head`` is left out."""
    encoding = detect(head)
    if encoding is None:
        return []
    lines = lines_of(decode(head, encoding))
    whole = lines[:-1] if len(head) >= HEAD and len(lines) > 1 else lines
    return [line for line in whole if line.strip()][:_LOOK_AT]


def _is_event(line: str) -> bool:
    try:
        return "call_id" in delivered(line).event
    except NotAnEvent:
        return False
