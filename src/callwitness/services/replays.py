"""Reading again what is kept: with today's adapter and settings, in place of the records read before."""

from __future__ import annotations

from collections import Counter

from django.db import transaction

from callwitness.ledger import models as m
from callwitness.ledger.record_store import FIRST_DAY, LAST_DAY
from callwitness.services.dirty import count_days, mark_dirty
from callwitness.services.stores import record_store


def replay(target: m.Source | m.Evidence, now: int) -> int:
    """Take back the records of a source, or of one piece of evidence, and let it be read again; how many pieces.

    Nobody believes the old records from here on; the days they touched are derived again, as are those of the new ones.
    """
    if isinstance(target, m.Evidence):
        return _replay_one(target, now)
    with transaction.atomic():
        again = m.Evidence.objects.filter(source=target).exclude(state=m.Evidence.PENDING)
        counted = m.SourceDay.objects.filter(source=target)
        days = list(counted.values_list("day", flat=True))
        mark_dirty(target.workspace_id, set(days), list(again.values_list("pk", flat=True)), now)
        counted.delete()
        return again.update(state=m.Evidence.PENDING, problem="")


def _replay_one(evidence: m.Evidence, now: int) -> int:
    with transaction.atomic():
        state = m.Evidence.objects.select_for_update().values_list("state", flat=True).get(pk=evidence.pk)
        if state == m.Evidence.PENDING:
            return 0
        if state == m.Evidence.READ:
            days = _days(evidence)
            count_days(evidence.source_id, {day: -count for day, count in days.items()})
            mark_dirty(evidence.source.workspace_id, set(days), [evidence.pk], now)
        evidence.state, evidence.problem = m.Evidence.PENDING, ""
        evidence.save(update_fields=["state", "problem"])
    return 1


def _days(evidence: m.Evidence) -> dict[int, int]:
    """Records of one piece of evidence by the day under which they are kept."""
    kept = record_store().load(evidence.source_id, FIRST_DAY, LAST_DAY + 1, [evidence.pk])
    return dict(Counter(kept["day"].to_list()))
