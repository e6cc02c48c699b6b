"""From kept bytes to frames, by the same steps as ``check``: open, recognise, read, settle, name each record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Note, ReadOptions
from callwitness.ingest.registry import adapter_options, load_adapter
from callwitness.ledger import models as m
from callwitness.services.arguments import SourceArgument
from callwitness.services.arrivals.receive import WEBHOOK
from callwitness.services.country import guess_country
from callwitness.services.evidence import SourceEvidence, add_opened
from callwitness.services.reading import Progress, identified, read_files, refuse_if_nothing_was_read

CHOOSE: Final = "choose how the source is read on its page, then read the file again"
"""What to do about a file that nobody or several could read."""
OF_THE_COMMAND: Final = frozenset({"save", "profile"})
"""Options that name files of the machine: for whoever sits at it, not for a source of the server."""
_SHOWN: Final = (
    "record_id", "kind", "witness", "native_id", "native_call_id", "direction", "caller_raw", "caller", "called", "did",
    "segment", "queue", "agent", "extension", "trunk", "started_at", "answered_at", "ended_at", "result", "cause",
    "recording",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvidenceRecords:
    """One piece of evidence, read.

    stated: RECORDS as the files state them, with record_id, name, adapter; local times are not yet in their zone.
    shown: the same rows after the adapter has settled what this piece alone tells (ms UTC). rejected: REJECTED.
    """

    stated: pl.DataFrame
    shown: pl.DataFrame
    rejected: pl.DataFrame
    adapters: tuple[str, ...]
    notes: tuple[Note, ...]


def opened(evidence: m.Evidence, path: Path, workdir: Path, most: int | None = None) -> SourceEvidence:
    """The readable files inside a piece of evidence, each with who reads it. most: bytes that may come out of archives.

    Raises ``UnreadableEvidence``, ``UsageError``.
    """
    source = evidence.source
    adapter = None if evidence.how == WEBHOOK else source.adapter or None
    argument = SourceArgument(source.role, source.name, adapter, evidence.name, {}, evidence.name)
    found = SourceEvidence(source.name, source.role, naming=CHOOSE)
    add_opened(found, argument, path, evidence.name, workdir, many=False, most=most)
    if not found.files:
        raise UnreadableEvidence(evidence.name, "no call records that can be read")
    return found


def read_records(
    evidence: m.Evidence, path: Path, workdir: Path, options: Callable[[], ReadOptions], progress: Progress
) -> EvidenceRecords:
    """Read a piece of evidence. options: how, asked after a country was learned from this piece. Raises as ``opened``."""
    source = opened(evidence, path, workdir)
    learn_country(evidence.source.workspace, source)
    return frames_of(source, options(), progress)


def frames_of(source: SourceEvidence, options: ReadOptions, progress: Progress) -> EvidenceRecords:
    """Read opened files. Raises ``UnreadableEvidence`` when none of them holds anything readable."""
    stated, shown, rejected = [], [], []
    notes, failed = list(source.notes), dict[str, UnreadableEvidence]()
    kinds = sorted({file.adapter for file in source.files if not file.empty})
    for kind in kinds:
        adapter = load_adapter(kind)
        mine = own_options(options, kind)
        files = [file for file in source.files if file.adapter == kind]
        frame, refused = read_files(adapter, files, mine, progress, notes, failed)
        rejected.append(refused)
        frame = _named(frame, source.name, kind)
        stated.append(frame)
        settled, told = _settled(kind, frame, mine)
        shown.append(settled)
        notes += told
    refuse_if_nothing_was_read(source, failed, notes)
    empty = _named(RECORDS.empty(), source.name, "")
    return EvidenceRecords(
        pl.concat([empty, *stated]),
        pl.concat([empty, *shown]),
        REJECTED.concat(rejected),
        tuple(kinds),
        tuple(notes),
    )


def own_options(options: ReadOptions, adapter: str) -> ReadOptions:
    """What of a source's options this adapter takes; a source may hold files of several kinds."""
    known = adapter_options(adapter) - OF_THE_COMMAND
    mine = {key: str(value) for key, value in options.options.items() if key in known}
    return replace(options, options=mine, zone=mine.get("zone", options.zone))


def _named(frame: pl.DataFrame, source: str, adapter: str) -> pl.DataFrame:
    return identified(frame, source).with_columns(adapter=pl.lit(adapter))


def _settled(kind: str, frame: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
    if frame.is_empty():
        return frame, ()
    extra = frame.select("record_id", "name", "adapter")
    numbered = frame.select(RECORDS.names).with_columns(rec=pl.int_range(pl.len(), dtype=pl.Int64))
    settled, notes = load_adapter(kind).settle(numbered, options)
    settled = RECORDS.conform(settled)
    return settled.with_columns(extra[settled["rec"]]).with_columns(rec=pl.lit(None, pl.Int64)), notes


def learn_country(workspace: m.Workspace, source: SourceEvidence) -> None:
    """Where nobody has said the country of national numbers, the first evidence that makes it clear says it.

    Only the workspace in memory learns it; whoever publishes the records writes it down.
    """
    country = None if workspace.country else guess_country([source])
    if country is not None:
        workspace.country = country
        source.notes.append(Note("country_guessed", {"country": country}))


def record_rows(evidence: m.Evidence, shown: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table of records."""
    return shown.select(
        pl.lit(evidence.source_id, pl.Int64).alias("source_id"),
        pl.lit(evidence.pk, pl.Int64).alias("evidence_id"),
        "file",
        _place(),
        *_SHOWN,
    ).with_columns(pl.coalesce("native_call_id", shown["name"]).alias("native_call_id"))


def rejected_rows(evidence: m.Evidence, rejected: pl.DataFrame) -> pl.DataFrame:
    """Rows of the table of rejected rows."""
    return rejected.select(
        pl.lit(evidence.pk, pl.Int64).alias("evidence_id"), "file", _place(), "reason", "raw"
    )


def _place() -> pl.Expr:
    """``row``, or ``sheet!row`` in a workbook."""
    row = pl.col("row").cast(pl.String).fill_null("?")
    return (
        pl.when(pl.col("sheet").is_null()).then(row).otherwise(pl.format("{}!{}", "sheet", row)).alias("row")
    )
