"""Evidence comes in: bytes into the store, a row that says so into the ledger. Reading is done later, by the worker.

What is received is durable when ``receive`` returns. The same bytes for the same source are one piece of evidence,
however often and in whatever way they come.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from django.db import transaction

from callwitness.ledger import models as m
from callwitness.ledger.store import Readable
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.arrivals.names import shown_name, told_apart

UPLOAD, FOLDER, IMPORT, WEBHOOK = "upload", "folder", "import", "webhook"
UPLOAD_LIMIT: Final = 512 << 20
"""Most bytes of one uploaded file."""
FILE_LIMIT: Final = 64 << 30
"""Most bytes of one file of this machine: watched folders, imports."""


class Received(NamedTuple):
    """again: the source had these bytes already; evidence is then that earlier piece."""

    evidence: m.Evidence
    again: bool


def receive(
    source: m.Source, stream: Readable, name: str, how: str, now: int, limit: int = UPLOAD_LIMIT
) -> m.Evidence:
    """``take`` for whoever does not ask whether the bytes were there already."""
    return take(source, stream, name, how, now, limit).evidence


def take(
    source: m.Source, stream: Readable, name: str, how: str, now: int, limit: int = UPLOAD_LIMIT
) -> Received:
    """Keep a stream as evidence of a source, to be read. how: upload | folder | import | webhook.

    A second file of the same name gets the beginning of its hash into its name, so that rows stay told apart.
    Bytes that could not be read before are to be tried again. Raises ``StoreError``.
    """
    stored = evidence_store().put(stream, limit)
    with transaction.atomic():
        m.Source.objects.filter(pk=source.pk).update(last_evidence_at=now)
        known = m.Evidence.objects.filter(source=source, sha256=stored.sha256).first()
        if known is not None:
            return Received(_tried_again(known), again=True)
        name = shown_name(name)
        if m.Evidence.objects.filter(source=source, name=name).exists():
            name = told_apart(name, stored.sha256)
        evidence = m.Evidence.objects.create(
            source=source, sha256=stored.sha256, name=name, size=stored.size, how=how, arrived_at=now
        )
    return Received(evidence, again=False)


def _tried_again(known: m.Evidence) -> m.Evidence:
    if known.state == m.Evidence.FAILED:
        known.state, known.problem = m.Evidence.PENDING, ""
        known.save(update_fields=["state", "problem"])
    return known
