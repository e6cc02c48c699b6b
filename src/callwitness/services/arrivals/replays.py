"""Reading again what is kept: with today's adapter and settings, in place of the records read before."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from callwitness.ledger import models as m
from callwitness.ledger.record_store import DAY_MS
from callwitness.services.dirty import mark_dirty
from callwitness.services.stores import record_store

SET_ASIDE: Final = "set aside by hand; read it again to bring it back"
_SET_ASIDE: Final = Q(state=m.Evidence.FAILED, problem=SET_ASIDE)
_AROUND_DAYS: Final = 2  # a record is kept under the day its source states, within a day of the true one


def replay(target: m.Source | m.Evidence) -> int:
    """Let all evidence of a source, or one piece, be read again; how many pieces. What was read is believed until then.

    What was set aside by hand comes back only when it is asked for itself.
    """
    if isinstance(target, m.Evidence):
        return read_again(m.Evidence.objects.filter(pk=target.pk))
    return read_again(m.Evidence.objects.filter(source=target).exclude(_SET_ASIDE))


def read_again(evidence: QuerySet[m.Evidence]) -> int:
    """What was read is to be read again, what failed is to be tried again."""
    failed = evidence.filter(state=m.Evidence.FAILED).update(state=m.Evidence.PENDING, problem="")
    return failed + evidence.filter(state=m.Evidence.READ).update(again=True, problem="")


def set_aside(evidence: m.Evidence, now: int) -> bool:
    """Believe a piece of evidence no more: it came by mistake. Its bytes stay, and a replay brings it back.

    False where it is not read, or just being read again.
    """
    with transaction.atomic():
        lock_counts(evidence.source)
        standing = m.Evidence.objects.filter(pk=evidence.pk, state=m.Evidence.READ, again=False)
        if not standing.update(state=m.Evidence.FAILED, problem=SET_ASIDE):
            return False
        days = counted_days(evidence)
        recount(evidence.source, days)
        mark_dirty(evidence.source.workspace_id, days, [evidence.pk], now)
    return True


def replay_workspace(workspace: m.Workspace) -> int:
    """All evidence of a workspace is to be read again: its zone, its country or its own numbers changed."""
    return read_again(m.Evidence.objects.filter(source__workspace=workspace).exclude(_SET_ASIDE))


def counted_days(evidence: m.Evidence) -> set[int]:
    """Days with records of its source around those that read evidence has, and the day it arrived.

    Found from the row alone, so that an interrupted replay finds them again.
    """
    days = m.SourceDay.objects.filter(source=evidence.source).values_list("day", flat=True)
    arrived = days.filter(day=evidence.arrived_at // DAY_MS)
    if evidence.first_at is None or evidence.last_at is None:
        return set(arrived)
    first, last = evidence.first_at // DAY_MS - _AROUND_DAYS, evidence.last_at // DAY_MS + _AROUND_DAYS
    return {*arrived, *days.filter(day__gte=first, day__lte=last)}


def lock_counts(source: m.Source) -> None:
    """Inside a transaction: nobody else believes evidence of this source, or counts its records, before it ends."""
    m.Source.objects.select_for_update().values_list("pk").get(pk=source.pk)


def recount(source: m.Source, days: Collection[int]) -> None:
    """Count the believed records of these days anew. Inside a transaction."""
    if not days:
        return
    believed = m.Evidence.objects.filter(source=source, state=m.Evidence.READ).values_list("pk", flat=True)
    counts = record_store().count(source.pk, min(days), max(days) + 1, list(believed))
    m.SourceDay.objects.filter(source=source, day__gte=min(days), day__lte=max(days)).delete()
    m.SourceDay.objects.bulk_create(
        m.SourceDay(source=source, day=day, records=count) for day, count in sorted(counts.items())
    )
