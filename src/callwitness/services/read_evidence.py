"""Reads kept bytes into records, rejected rows and day files; published by one flip at the end.

While a piece of evidence is pending its rows may stand in the ledger already, in part; nobody believes them: whatever
shows records or derives calls from them asks for evidence whose state is ``read``. A reading that was interrupted is
begun again, after the rows it left are removed. One reader works at a time: whoever holds the worker's lock.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl
from django.db import transaction

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.ingest.contract import Note, ReadOptions
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.ledger.record_store import DAY_MS, day_of
from callwitness.ledger.store import Missing
from callwitness.services.dirty import count_days, mark_dirty
from callwitness.services.evidence_records import EvidenceRecords, read_records, record_rows, rejected_rows
from callwitness.services.evidence_store import evidence_store
from callwitness.services.replays import replay
from callwitness.services.stores import record_store
from callwitness.services.workspace_settings import read_options, settings_of

ROWS_AT_ONCE: Final = 8_000
"""Rows of one transaction: the ledger is free for others every few hundred milliseconds at most."""
REJECTED_KEPT: Final = 10_000
"""Rejected rows kept of one piece of evidence; its count says how many there were."""
_log: Final = logging.getLogger("callwitness.read")

Progress = Callable[[str, int], None]


def _silent(stage: str, done: int) -> None:
    """Progress for nobody."""


def read_pending(now: int, progress: Progress = _silent, within_s: float | None = None) -> int:
    """Read what is pending, oldest first; how many pieces. within_s: begin no further one after this many seconds.

    Raises ``StoreError`` or ``OSError`` when bytes or disk are not to be had just now: what is pending stays so.
    """
    begun, done = time.monotonic(), 0
    while within_s is None or not done or time.monotonic() - begun < within_s:
        pending = m.Evidence.objects.filter(state=m.Evidence.PENDING, source__enabled=True)
        evidence = pending.select_related("source__workspace").order_by("arrived_at", "id").first()
        if evidence is None:
            break
        read_one(evidence, now, progress)
        done += 1
    return done


def read_one(evidence: m.Evidence, now: int, progress: Progress = _silent) -> m.Evidence:
    """Read one pending piece; it ends as ``read``, or as ``failed`` with a sentence. Raises as ``read_pending``."""
    _remove_unfinished(evidence)
    try:
        found = _read(evidence, progress)
    except (UnreadableEvidence, UsageError, Missing) as problem:
        return _failed(evidence, str(problem))
    except OSError:
        raise
    except Exception as problem:  # noqa: BLE001 one file that trips an adapter must not hold up the others
        _log.exception("a bug while reading evidence", extra={"evidence": evidence.pk})
        return _failed(
            evidence, f"could not be read because of a bug ({type(problem).__name__}); the file is kept"
        )
    progress("write", 0)
    for chunk in record_rows(evidence, found.shown).iter_slices(ROWS_AT_ONCE):
        with transaction.atomic():
            bulk.insert(m.Record, chunk)
        progress("write", chunk.height)
    with transaction.atomic():
        bulk.insert(m.RejectedRow, rejected_rows(evidence, found.rejected.head(REJECTED_KEPT)))
    counts = record_store().add(evidence.source_id, evidence.pk, found.stated, evidence.arrived_at // DAY_MS)
    _publish(evidence, found, counts, now)
    return evidence


def _read(evidence: m.Evidence, progress: Progress) -> EvidenceRecords:
    """Open the bytes and read them as the source's settings say."""
    source = evidence.source
    with (
        evidence_store().path(evidence.sha256) as path,
        tempfile.TemporaryDirectory(prefix="callwitness-") as folder,
    ):
        return read_records(evidence, path, Path(folder), lambda: _options(source), progress)


def _options(source: m.Source) -> ReadOptions:
    return read_options(source, settings_of(source.workspace))


def _failed(evidence: m.Evidence, sentence: str) -> m.Evidence:
    evidence.state, evidence.problem = m.Evidence.FAILED, sentence
    evidence.save(update_fields=["state", "problem"])
    return evidence


def _publish(evidence: m.Evidence, found: EvidenceRecords, counts: dict[int, int], now: int) -> None:
    """The flip: from here on everybody believes the rows, and the days they touch wait to be derived."""
    source, records = evidence.source, found.shown
    first, last = records.select(
        pl.col("started_at").min().alias("first"), pl.max_horizontal("started_at", "ended_at").max()
    ).row(0)
    evidence.state, evidence.problem = m.Evidence.READ, ""
    evidence.adapter = ",".join(found.adapters)[:40]
    evidence.records, evidence.rejected = records.height, found.rejected.height
    evidence.rows = records.height + found.rejected.height
    evidence.first_at, evidence.last_at = first, last
    evidence.notes = [_plain(note) for note in found.notes]
    with transaction.atomic():
        _keep_country(source.workspace, now)
        evidence.save()
        count_days(source.pk, counts)
        mark_dirty(source.workspace_id, {*counts, *_days(records)}, [evidence.pk], now)
        if last is not None:
            newest = m.Source.objects.filter(pk=source.pk).exclude(last_record_at__gte=last)
            newest.update(last_record_at=last)


def _keep_country(workspace: m.Workspace, now: int) -> None:
    """The country that this evidence made known; what was read without it is read again."""
    unknown = m.Workspace.objects.filter(pk=workspace.pk, country="")
    if workspace.country and unknown.update(country=workspace.country):
        read = m.Evidence.objects.filter(source__workspace=workspace, state=m.Evidence.READ)
        for earlier in read.select_related("source"):
            replay(earlier, now)


def _days(records: pl.DataFrame) -> set[int]:
    """UTC days on which records begin or end, as far as they make sense."""
    days = [day_of(pl.col(name), -1).alias(name) for name in ("started_at", "ended_at")]
    found = records.select(days).unpivot()["value"].unique().to_list()
    return {day for day in found if day >= 0}


def _plain(note: Note) -> list[object]:
    return [note.code, dict(note.params)]


def _remove_unfinished(evidence: m.Evidence) -> None:
    """Rows and day files that an earlier reading left. Rows go last: while one is there, there may be more to remove."""
    with transaction.atomic():
        m.RejectedRow.objects.filter(evidence=evidence).delete()
    rows = m.Record.objects.filter(evidence=evidence)
    if not rows.exists():
        return
    record_store().forget(evidence.source_id, evidence.pk)
    while keys := list(rows.values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():
            bulk.delete(m.Record, keys)
