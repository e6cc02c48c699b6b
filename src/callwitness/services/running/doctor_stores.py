"""Whether what lies beside the database is what the database says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from django.conf import settings

from callwitness.ledger import models as m
from callwitness.ledger.record_store import FIRST_DAY, LAST_DAY
from callwitness.ledger.store import Missing
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.stores import record_store

_CHUNK: Final = 1 << 20


def bytes_kept(sample: int | None) -> tuple[int, list[str]]:
    """How many pieces of evidence were hashed, and names of those that are missing or changed. None: all of them."""
    store = evidence_store()
    rows = m.Evidence.objects.order_by("id" if sample is None else "?").values_list("sha256", "name")
    checked, wrong = 0, []
    for sha256, name in rows if sample is None else rows[:sample]:
        checked += 1
        try:
            with store.open(sha256) as file:
                same = _digest(file) == sha256
        except Missing:
            same = False
        if not same:
            wrong.append(name)
    return checked, wrong


def orphans() -> int:
    """Files of the evidence folder that no row speaks of; 0 where evidence lies in a bucket."""
    where = str(settings.SERVER.evidence)
    if where.startswith("s3://"):
        return 0
    kept = {path.name for path in Path(where).glob("??/*")}
    return len(kept - set(_spoken_of()))


def day_files() -> list[str]:
    """Sources and UTC days whose records in the day files are not as many as the ledger counts."""
    store = record_store()
    wrong = []
    for source in m.Source.objects.all():
        believed = list(
            m.Evidence.objects.filter(source=source, state=m.Evidence.READ).values_list("id", flat=True)
        )
        counted = dict(m.SourceDay.objects.filter(source=source).values_list("day", "records"))
        found = store.count(source.id, FIRST_DAY, LAST_DAY + 1, believed)
        different = {day for day, _ in counted.items() ^ found.items()}
        wrong += [f"{source.name}, day {day}" for day in sorted(different)]
    return wrong


def _spoken_of() -> Iterator[str]:
    """Hashes of everything the ledger keeps in the store."""
    yield from m.Evidence.objects.values_list("sha256", flat=True).iterator()
    yield from m.Recording.objects.exclude(sha256="").values_list("sha256", flat=True).iterator()
    yield from m.Delivery.objects.exclude(sha256="").values_list("sha256", flat=True).iterator()
    yield from m.Mail.objects.exclude(attachment="").values_list("attachment", flat=True).iterator()


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
