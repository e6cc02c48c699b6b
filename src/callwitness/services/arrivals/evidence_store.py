"""The store of untouched bytes, where the server's settings put it."""

from __future__ import annotations

from django.conf import settings

from callwitness.ledger.store import EvidenceStore, store_of


def evidence_store() -> EvidenceStore:
    """Folder or bucket. Raises ``StoreError`` when it cannot be used here."""
    return store_of(settings.SERVER.evidence)
