"""Days around which calls must be derived again, and the evidence that made them so."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from callwitness.ledger import models as m


def mark_dirty(workspace_id: int, days: Collection[int], evidence: Collection[int], now: int) -> None:
    """Mark UTC days (since 1970) of a workspace. evidence: ids that touched them. Inside a transaction."""
    if not days:
        return
    known = {row.day: row for row in _between(workspace_id, min(days), max(days)) if row.day in days}
    for row in known.values():
        row.evidence = sorted({*row.evidence, *evidence})
        row.since = now
    m.DirtyDay.objects.bulk_update(known.values(), ["evidence", "since"], batch_size=200)
    new = [
        m.DirtyDay(workspace_id=workspace_id, day=day, since=now, evidence=sorted(evidence))
        for day in sorted(set(days) - set(known))
    ]
    m.DirtyDay.objects.bulk_create(new, batch_size=500)


def _between(workspace_id: int, first: int, last: int) -> QuerySet[m.DirtyDay]:
    rows = m.DirtyDay.objects.filter(workspace_id=workspace_id, day__gte=first, day__lte=last)
    return rows.select_for_update()


def count_days(source_id: int, counts: dict[int, int]) -> None:
    """Add to the records counted by day (or take away). Inside a transaction."""
    known = {row.day: row for row in m.SourceDay.objects.filter(source_id=source_id, day__in=list(counts))}
    for day, row in known.items():
        row.records += counts[day]
    m.SourceDay.objects.bulk_update(
        [row for row in known.values() if row.records > 0], ["records"], batch_size=200
    )
    m.SourceDay.objects.filter(pk__in=[row.pk for row in known.values() if row.records <= 0]).delete()
    new = [
        m.SourceDay(source_id=source_id, day=day, records=count)
        for day, count in sorted(counts.items())
        if day not in known and count > 0
    ]
    m.SourceDay.objects.bulk_create(new, batch_size=500)
