"""One file that holds tables of calls, whatever its format: recognised, read, quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, Note, ReadOptions
from callwitness.ingest.kit import text_tables
from callwitness.ingest.kit.encodings import HEAD, Encoding, detect
from callwitness.ingest.kit.table_guess import find_header, guess_table
from callwitness.ingest.kit.table_profile import TableProfile, correct, load_profile
from callwitness.ingest.kit.table_reading import TableReader


@dataclass(frozen=True, slots=True)
class TableGuess:
    """What a file looks like: layout, confidence 0..1, why."""

    layout: str
    confidence: float
    why: str


def recognise_table(head: bytes, name: str) -> TableGuess | None:
    """Judge the first bytes of a file; None when there is no table with a time and a number in it."""
    encoding = detect(head)
    if encoding is None:
        return None
    sample, delimiter = text_tables.sample_of(head, encoding, None)
    return _judge(sample, "text") if delimiter else None


def _judge(sample: pl.DataFrame, layout: str) -> TableGuess | None:
    profile = guess_table(sample)
    if profile is None:
        return None
    fields = {column.field for column in profile.columns}
    numbers = fields & {"caller", "client", "called", "did"}
    if not numbers:
        return None
    confidence = 0.3 + 0.15 * bool(profile.header_row) + 0.05 * min(len(fields), 3)
    named = ", ".join(column.header or str(column.index + 1) for column in profile.columns)
    return TableGuess(layout, round(confidence, 2), f"a table with columns {named}")


def read_table_file(file: EvidenceFile, options: ReadOptions, witness: str) -> Iterator[Batch]:
    """All rows of a file in batches; the first batch notes how the table was read.

    Options: ``profile=PATH``, a field with its column (``caller=Phone``), ``date=dmy|mdy|ymd``, ``delimiter=;``,
    ``encoding=``, ``sheet=``, ``zone=``, ``talk_unit=min``. Raises ``UnreadableEvidence``.
    """
    sample = text_tables.sample_text(file, options)
    if sample is None:
        return
    profile = replace(
        _profile(sample.fields, file.name, options), encoding=sample.encoding.name, delimiter=sample.delimiter
    )
    profile = text_tables.whole_order(file, profile)
    reader = TableReader(profile, options, file.name, file.sha256, witness)
    note: tuple[Note, ...] = (Note("table_read", {"file": file.name, "profile": profile.describe()}),)
    for block in text_tables.blocks(file, profile):
        batch = reader.read(block.fields)
        broken = block.rejected.with_columns(file=pl.lit(file.name))
        yield Batch(batch.records, REJECTED.concat([batch.rejected, broken]), note + batch.notes)
        note = ()


def _profile(sample: pl.DataFrame, name: str, options: ReadOptions) -> TableProfile:
    """The profile of a table from its sample, a saved profile and what the user said."""
    saved = options.options.get("profile")
    profile = load_profile(Path(saved)) if saved else guess_table(sample)
    _, headers = find_header(sample)
    if profile is None:
        profile = TableProfile(columns=())
    profile = correct(profile, options.options, headers)
    if profile.index("start") is None and profile.index("date") is None:
        raise UnreadableEvidence(name, "expected a column with the date and time of calls, found none")
    return profile


def original_rows(
    file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    """The text of some (sheet, row) of a file as it stands there."""
    with file.open() as stream:
        head = stream.read(HEAD)
    return text_tables.original_lines(file, detect(head) or Encoding("utf-8"), rows)
