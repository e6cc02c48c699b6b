"""Reads the evidence of one source into records, rejected rows and legs, with progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import polars as pl

from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import LEGS, RECORDS
from callwitness.ingest.contract import REJECTED, Adapter, Note, ReadOptions
from callwitness.ingest.registry import load_adapter
from callwitness.services.evidence import ReadableFile, SourceEvidence

Progress = Callable[[str, int], None]
"""Called with a stage's name and the rows (or items) done since the last call."""


@dataclass(frozen=True, slots=True)
class ReadSource:
    """One source, read: RECORDS plus ``record_id`` and ``name``; REJECTED; LEGS; what is worth knowing.

    zone: the one its times were said to be in; None where nobody said.
    """

    name: str
    role: str
    adapters: tuple[str, ...]
    zone: str | None
    files: int
    records: pl.DataFrame
    rejected: pl.DataFrame
    legs: pl.DataFrame
    notes: tuple[Note, ...]


def read_source(
    source: SourceEvidence, options: ReadOptions, first_rec: int, progress: Progress
) -> ReadSource:
    """Read all files of a source. Raises ``UnreadableEvidence`` when a named file holds nothing readable.

    first_rec: number of the first record, so that ``rec`` is unique over all sources of a run.
    """
    records: list[pl.DataFrame] = []
    rejected: list[pl.DataFrame] = []
    legs: list[pl.DataFrame] = []
    notes = list(source.notes)
    failed: dict[str, UnreadableEvidence] = {}
    for kind in sorted({readable.adapter for readable in source.files}):
        adapter = load_adapter(kind)
        files = [readable for readable in source.files if readable.adapter == kind]
        mine = with_arguments(options, files)
        frame, refused = read_files(adapter, files, mine, progress, notes, failed)
        rejected.append(refused)
        if frame.is_empty():
            continue
        start = first_rec + sum(part.height for part in records)
        frame, told, parts = settled(adapter, frame, mine, start)
        notes += told
        progress("legs", 0)
        legs.append(parts)
        records.append(frame)
    refuse_if_nothing_was_read(source, failed, notes)
    together = identified(RECORDS.concat(records), source.name)
    kinds = tuple(sorted({readable.adapter for readable in source.files}))
    return ReadSource(
        source.name,
        source.role,
        kinds,
        with_arguments(options, source.files).zone,
        len(source.files),
        together,
        REJECTED.concat(rejected),
        LEGS.concat(legs),
        tuple(notes),
    )


def settled(
    adapter: Adapter, records: pl.DataFrame, options: ReadOptions, first_rec: int
) -> tuple[pl.DataFrame, Sequence[Note], pl.DataFrame]:
    """All records of a source that one adapter read, numbered from ``first_rec`` and corrected; notes; LEGS."""
    numbered = records.with_columns(rec=pl.int_range(first_rec, first_rec + records.height, dtype=pl.Int64))
    corrected, notes = adapter.settle(numbered, options)
    return RECORDS.conform(corrected), notes, LEGS.conform(adapter.legs(corrected, options))


def with_arguments(options: ReadOptions, files: Sequence[ReadableFile]) -> ReadOptions:
    """The options with those that the files' arguments gave; the last one counts."""
    given = {**options.options}
    for readable in files:
        given |= readable.argument.options
    return replace(options, options=given, zone=given.get("zone", options.zone))


def read_files(
    adapter: Adapter,
    files: list[ReadableFile],
    options: ReadOptions,
    progress: Progress,
    notes: list[Note],
    failed: dict[str, UnreadableEvidence],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All rows of all files of one adapter; files of which nothing can be read go to ``failed``, by name."""
    records, rejected = [], []
    for readable in files:
        if readable.empty:
            continue
        mine = with_arguments(options, [readable])
        progress("read", 0)
        try:
            for batch in adapter.read(readable.file, mine):
                progress("read", batch.records.height + batch.rejected.height)
                notes += batch.notes
                records.append(RECORDS.conform(batch.records))
                rejected.append(REJECTED.conform(batch.rejected))
        except UnreadableEvidence as problem:
            failed[readable.file.name] = problem
    told = RECORDS.concat(records)  # no text means a zero byte, and PostgreSQL keeps none, in JSON neither
    return told.with_columns(pl.col(pl.String).str.replace_all("\0", "", literal=True)), REJECTED.concat(
        rejected
    )


def refuse_if_nothing_was_read(
    source: SourceEvidence, failed: dict[str, UnreadableEvidence], notes: list[Note]
) -> None:
    """One unreadable file among the others of an argument is noted; an argument without any other is refused."""
    good = {readable.argument.text for readable in source.files if readable.file.name not in failed}
    for readable in source.files:
        problem = failed.get(readable.file.name)
        if problem is None:
            continue
        if readable.argument.text not in good:
            raise problem
        notes.append(Note("member_passed_over", {"file": readable.file.name, "why": problem.expected}))


def identified(records: pl.DataFrame, source: str) -> pl.DataFrame:
    """Adds ``record_id`` (from the evidence and the row) and ``name`` (file:row, for calls without an id)."""
    places = records.select("file", "sheet", "evidence").unique(maintain_order=True)
    prefixes = [
        blake2b(
            f"{source}\0{evidence}\0{(file or '').partition('!')[2]}\0{sheet or ''}".encode(), digest_size=5
        ).hexdigest()
        for file, sheet, evidence in places.iter_rows()
    ]
    places = places.with_columns(prefix=pl.Series(prefixes, dtype=pl.String))
    records = records.join(
        places, on=["file", "sheet", "evidence"], how="left", nulls_equal=True, maintain_order="left"
    )
    row = (
        pl.when(pl.col("sheet").is_null())
        .then(pl.format("{}", "row"))
        .otherwise(pl.format("{}!{}", "sheet", "row"))
    )
    records = records.with_columns(
        record_id=pl.format("{}.{}", "prefix", "row"),
        name=pl.format("{}:{}", "file", row),
    ).drop("prefix")
    if records["record_id"].n_unique() < records.height:
        nth = pl.int_range(pl.len()).over("record_id")
        again = nth > 0
        records = records.with_columns(
            pl.when(again).then(pl.format("{}.{}", column, nth + 1)).otherwise(column).alias(column)
            for column in ("record_id", "name")
        )
    return records
