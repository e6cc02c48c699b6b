"""Days that must be derived again and because of which evidence, and days that the warehouse must hear of."""

from __future__ import annotations

from collections.abc import Collection

from callwitness.ledger import bulk
from callwitness.ledger import models as m


def mark_dirty(workspace_id: int, days: Collection[int], evidence: Collection[int], now: int) -> None:
    """UTC days (since 1970) that new evidence touched; call it in the transaction that publishes the evidence.

    A day that is dirty already gets a later ``since``, so that a derivation that is under way does not clear it.
    """
    wanted = sorted(set(days))
    for part in bulk.by_keys(wanted):
        _locked(workspace_id, part, now)
        known = m.DirtyDay.objects.filter(workspace_id=workspace_id, day__in=part)
        rows = list(known)
        for row in rows:
            row.since = max(now, row.since + 1)
            row.evidence = sorted({*row.evidence, *evidence})
        m.DirtyDay.objects.bulk_update(rows, ["since", "evidence"], batch_size=200)


def _locked(workspace_id: int, days: Collection[int], now: int) -> None:
    """Make the rows that are not there and lock the others: two who mark at once both count, and no mark is cleared."""
    m.DirtyDay.objects.bulk_create(
        (m.DirtyDay(workspace_id=workspace_id, day=day, since=now) for day in days),
        update_conflicts=True,
        unique_fields=["workspace", "day"],
        update_fields=["day"],
        batch_size=200,
    )


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


def mark_all_dirty(workspace: m.Workspace, now: int) -> int:
    """Every day with records: what judges them changed. How many days."""
    days = m.SourceDay.objects.filter(source__workspace=workspace).values_list("day", flat=True).distinct()
    found = list(days)
    mark_dirty(workspace.id, found, (), now)
    return len(found)


def mark_unpublished(workspace_id: int, days: Collection[int], now: int) -> None:
    """UTC days on which calls start that changed: the warehouse is to be told."""
    rows = [m.UnpublishedDay(workspace_id=workspace_id, day=day, since=now) for day in sorted(set(days))]
    m.UnpublishedDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["workspace", "day"],
        update_fields=["since"],
        batch_size=500,
    )
