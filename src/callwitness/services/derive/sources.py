"""The sources of a workspace over a stretch of days, as the domain takes them, from records that were read before."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from callwitness.domain.schema import LEGS, RECORDS
from callwitness.ingest.contract import REJECTED, Note, ReadOptions
from callwitness.ingest.registry import load_adapter
from callwitness.ledger import models as m
from callwitness.ledger.record_store import RecordStore
from callwitness.services.derive.windows import Block
from callwitness.services.reading import ReadSource, settled
from callwitness.services.workspace_settings import WorkspaceRules

_ORDER = ("provider", "office", "contractor")


@dataclass(frozen=True, slots=True)
class WindowSources:
    """Sources with records in the window, in order of role and name. days: ``rec, day, evidence_id``; evidence: ids they came from."""

    sources: tuple[ReadSource, ...]
    models: dict[str, m.Source]
    days: pl.DataFrame
    evidence: frozenset[int]


def window_sources(settings: WorkspaceRules, block: Block, store: RecordStore) -> WindowSources:
    """Everything that was read for the days of a block, margins not added."""
    read: list[ReadSource] = []
    days: list[pl.DataFrame] = []
    evidence: set[int] = set()
    for source in sorted(settings.sources, key=lambda s: (_ORDER.index(s.role), s.name)):
        believed = list(
            m.Evidence.objects.filter(source=source, state=m.Evidence.READ).values_list("id", flat=True)
        )
        stored = store.load(source.id, block.first, block.end, believed)
        if stored.is_empty():
            continue
        first = sum(one.records.height for one in read)
        one, numbered = _read_source(source, stored, settings.read[source.name], first)
        read.append(one)
        days.append(numbered)
        evidence |= set(stored["evidence_id"].unique().to_list())
    models = {source.name: source for source in settings.sources}
    together = (
        pl.concat(days)
        if days
        else pl.DataFrame(schema={"rec": pl.Int64(), "day": pl.Int32(), "evidence_id": pl.Int64()})
    )
    return WindowSources(tuple(read), models, together, frozenset(evidence))


def _read_source(
    source: m.Source, stored: pl.DataFrame, options: ReadOptions, first_rec: int
) -> tuple[ReadSource, pl.DataFrame]:
    records: list[pl.DataFrame] = []
    legs: list[pl.DataFrame] = []
    days: list[pl.DataFrame] = []
    notes: list[Note] = []
    kinds = sorted(stored["adapter"].unique().to_list())
    for kind in kinds:
        mine = stored.filter(pl.col("adapter") == kind)
        start = first_rec + sum(part.height for part in records)
        kept = mine.select("record_id", "name", "day", "evidence_id").with_columns(
            rec=pl.int_range(start, start + mine.height, dtype=pl.Int64)
        )
        corrected, told, parts = settled(
            load_adapter(kind), RECORDS.conform(mine.select(RECORDS.names)), options, start
        )
        records.append(
            corrected.join(kept.drop("day", "evidence_id"), on="rec", how="left", maintain_order="left")
        )
        days.append(kept.select("rec", "day", "evidence_id"))
        legs.append(parts)
        notes += told
    one = ReadSource(
        name=source.name,
        role=source.role,
        adapters=tuple(kinds),
        zone=options.zone,
        files=stored["evidence_id"].n_unique(),
        records=pl.concat(records),
        rejected=REJECTED.empty(),
        legs=LEGS.concat(legs),
        notes=tuple(notes),
    )
    return one, pl.concat(days)
