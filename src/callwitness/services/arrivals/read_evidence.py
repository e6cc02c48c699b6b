"""Reads kept bytes into records, rejected rows and day files; published by one flip at the end.

While a piece of evidence is pending its rows may stand in the ledger already, in part; nobody believes them: whatever
shows records or derives calls from them asks for evidence whose state is ``read``. A reading that was interrupted is
begun again, after the rows it left are removed. Evidence that is read again is believed as it was until its new rows
are all there. One reader works at a time: whoever holds the worker's lock.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.ingest.contract import Note, ReadOptions
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.ledger.record_store import DAY_MS, day_of
from callwitness.ledger.store import Missing, StoreError
from callwitness.services.arrivals.evidence_records import (
    EvidenceRecords,
    read_records,
    record_rows,
    rejected_rows,
)
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.arrivals.replays import (
    counted_days,
    lock_counts,
    recount,
    replay_workspace,
    set_aside,
)
from callwitness.services.dirty import count_days, mark_dirty
from callwitness.services.people.numbers import number_rules
from callwitness.services.recordings.keep import await_recordings
from callwitness.services.stores import record_store
from callwitness.services.workspace_settings import read_options, settings_of

ROWS_AT_ONCE: Final = 5_000
"""Rows of one transaction: the ledger is free for others after a tenth of a second at most, on a quiet machine."""
REJECTED_KEPT: Final = 10_000
"""Rejected rows kept of one piece of evidence; its count says how many there were."""
_log: Final = logging.getLogger("callwitness.read")

Progress = Callable[[str, int], None]


def _silent(stage: str, done: int) -> None:
    """Progress for nobody."""


def read_pending(now: int, progress: Progress = _silent, within_s: float | None = None) -> int:
    """Read what waits to be read, oldest first; how many pieces. within_s: begin no further one after these seconds.

    Raises ``StoreError`` or ``OSError`` when bytes or disk are not to be had just now: what waits goes on waiting.
    """
    begun, done = time.monotonic(), 0
    waiting = m.Evidence.objects.filter(Q(state=m.Evidence.PENDING) | Q(again=True), source__enabled=True)
    waiting = waiting.select_related("source__workspace").order_by("arrived_at", "id")
    while within_s is None or not done or time.monotonic() - begun < within_s:
        evidence = waiting.first()
        if evidence is None:
            break
        read_one(evidence, now, progress)
        done += 1
    return done


def read_one(evidence: m.Evidence, now: int, progress: Progress = _silent) -> m.Evidence:
    """Read one piece; it ends as ``read``, or as ``failed`` with a sentence. Raises as ``read_pending``."""
    try:
        found, read_as = _read(evidence, progress)
    except (UnreadableEvidence, UsageError, Missing) as problem:
        return _failed(evidence, str(problem))
    except (OSError, StoreError):
        raise
    except Exception as problem:  # noqa: BLE001 one file that trips an adapter must not hold up the others
        _log.exception("a bug while reading evidence", extra={"evidence": evidence.pk})
        sentence = f"could not be read because of a bug ({type(problem).__name__}); the file is kept"
        return _failed(evidence, sentence)
    before = counted_days(evidence) if evidence.state == m.Evidence.READ else None
    _remove_rows(evidence, begun=before is None)
    try:
        _write_rows(evidence, found, progress)
    except (DataError, IntegrityError) as problem:
        _log.exception("rows that the ledger cannot keep", extra={"evidence": evidence.pk})
        return _unkept(evidence, f"its rows cannot be kept ({type(problem).__name__}); the file is kept", now)
    store = record_store()
    counts = store.add(evidence.source_id, evidence.pk, found.stated, evidence.arrived_at // DAY_MS)
    if before:
        store.forget(evidence.source_id, evidence.pk, before - set(counts))
    _publish(evidence, found, read_as, counts, before, now)
    return evidence


def _unkept(evidence: m.Evidence, sentence: str, now: int) -> m.Evidence:
    """What stood of an earlier reading went already: the evidence is believed no more."""
    evidence.again = False
    evidence.save(update_fields=["again"])
    set_aside(evidence, now)
    evidence.state = m.Evidence.FAILED
    return _failed(evidence, sentence)


def _read(evidence: m.Evidence, progress: Progress) -> tuple[EvidenceRecords, ReadOptions]:
    """Open the bytes and read them as the source's settings say; with these."""
    source, read_as = evidence.source, list[ReadOptions]()

    def options() -> ReadOptions:
        read_as.append(_options(source))
        return read_as[0]

    with (
        evidence_store().path(evidence.sha256) as path,
        tempfile.TemporaryDirectory(prefix="callwitness-") as folder,
    ):
        found = read_records(evidence, path, Path(folder), options, progress)
    return found, read_as[0]


def _options(source: m.Source) -> ReadOptions:
    """As the workspace and the source say it; own numbers tell calls in from calls out."""
    workspace = source.workspace
    return read_options(source, settings_of(workspace), number_rules(workspace).own_numbers)


def _failed(evidence: m.Evidence, sentence: str) -> m.Evidence:
    """Nothing was read; records of an earlier reading stay."""
    if evidence.state == m.Evidence.READ:
        evidence.problem = f"could not be read again, the records read before stay: {sentence}"
    else:
        evidence.state, evidence.problem = m.Evidence.FAILED, sentence
    evidence.again = False
    evidence.save(update_fields=["state", "problem", "again"])
    return evidence


def _write_rows(evidence: m.Evidence, found: EvidenceRecords, progress: Progress) -> None:
    progress("records", 0)
    for chunk in record_rows(evidence, found.shown).iter_slices(ROWS_AT_ONCE):
        with transaction.atomic():
            bulk.insert(m.Record, chunk)
        progress("records", chunk.height)
    with transaction.atomic():
        m.RejectedRow.objects.filter(evidence=evidence).delete()
        bulk.insert(m.RejectedRow, rejected_rows(evidence, found.rejected.head(REJECTED_KEPT)))


def _publish(
    evidence: m.Evidence,
    found: EvidenceRecords,
    read_as: ReadOptions,
    counts: dict[int, int],
    before: set[int] | None,
    now: int,
) -> None:
    """The flip: from here on everybody believes the rows, and the days they touch wait to be derived.

    before: days on which an earlier reading may have had records; None: there was none.
    """
    source, records = evidence.source, found.shown
    _describe(evidence, found)
    with transaction.atomic():
        lock_counts(source)
        if _country_is_new(source.workspace):
            replay_workspace(source.workspace)
        evidence.again = _is_read_otherwise_by_now(source, read_as)
        evidence.save()
        if before is None:
            count_days(source.pk, counts)
        else:
            recount(source, before | set(counts))
        mark_dirty(source.workspace_id, {*counts, *_days(records), *(before or ())}, [evidence.pk], now)
        await_recordings(evidence, records, now)
        if evidence.last_at is not None:
            newest = m.Source.objects.filter(pk=source.pk).exclude(last_record_at__gte=evidence.last_at)
            newest.update(last_record_at=evidence.last_at)


def _describe(evidence: m.Evidence, found: EvidenceRecords) -> None:
    records = found.shown
    evidence.state, evidence.problem, evidence.again = m.Evidence.READ, "", False
    evidence.adapter = ",".join(found.adapters)[:40]
    evidence.records, evidence.rejected = records.height, found.rejected.height
    evidence.rows = records.height + found.rejected.height
    ends = records.select(
        pl.col("started_at").min().alias("first"), pl.max_horizontal("started_at", "ended_at").max()
    )
    evidence.first_at, evidence.last_at = ends.row(0)
    evidence.notes = [_plain(note) for note in found.notes]


def _country_is_new(workspace: m.Workspace) -> bool:
    """Whether the evidence read made the country of national numbers known; it is written down."""
    unknown = m.Workspace.objects.filter(pk=workspace.pk, country="")
    return bool(workspace.country and unknown.update(country=workspace.country))


def _is_read_otherwise_by_now(source: m.Source, read_as: ReadOptions) -> bool:
    """Somebody changed how the source or its workspace is read, while it was read as before."""
    now = m.Source.objects.select_related("workspace").get(pk=source.pk)
    return now.adapter != source.adapter or _options(now) != read_as


def _days(records: pl.DataFrame) -> set[int]:
    """UTC days on which records begin or end, as far as they make sense."""
    days = [day_of(pl.col(name), -1).alias(name) for name in ("started_at", "ended_at")]
    found = records.select(days).unpivot()["value"].unique().to_list()
    return {day for day in found if day >= 0}


def _plain(note: Note) -> list[object]:
    return [note.code, dict(note.params)]


def _remove_rows(evidence: m.Evidence, *, begun: bool) -> None:
    """Rows of an earlier reading. begun: of one that was interrupted, which may have left day files as well.

    Rows go last: while one is there, there may be more to remove.
    """
    rows = m.Record.objects.filter(evidence=evidence)
    if begun and rows.exists():
        record_store().forget(evidence.source_id, evidence.pk)
    while keys := list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():
            bulk.delete(m.Record, keys)
