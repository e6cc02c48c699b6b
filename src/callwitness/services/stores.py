"""The stores beside the database, where the server's settings put them."""

from __future__ import annotations

from django.conf import settings

from callwitness.ledger.record_store import RecordStore
from callwitness.warehouse.store import Warehouse


def record_store() -> RecordStore:
    """Whole records by source and day."""
    return RecordStore(settings.SERVER.data / "records")


def warehouse() -> Warehouse:
    """Calls by workspace and day, for grouped views."""
    return Warehouse(settings.SERVER.data / "warehouse")
