"""After numbers or projects changed: calls and lost callers get their project again."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from callwitness.ledger import models as m
from callwitness.services.dirty import mark_unpublished
from callwitness.services.people.numbers import projects_of

_DAY_MS: Final = 86_400_000


def reassign(workspace: m.Workspace, now: int) -> int:
    """Sets the project of every call again: by number, else by queue, else the first. How many calls changed."""
    book = projects_of(workspace)
    numbers = _by_project(book.numbers.rows())
    queues = _by_project(book.queues.rows())
    calls = m.Call.objects.filter(workspace=workspace)
    changed = 0
    with transaction.atomic():
        for project, values in numbers.items():
            changed += _put(workspace, calls.filter(did__in=values), project, now)
        rest = calls.exclude(did__in=[value for values in numbers.values() for value in values])
        for project, names in queues.items():
            changed += _put(workspace, rest.filter(queue__in=names), project, now)
        rest = rest.exclude(queue__in=[name for names in queues.values() for name in names])
        changed += _put(workspace, rest, book.default, now)
        own = m.Call.objects.filter(pk=OuterRef("first_call_id")).values("project_id")[:1]
        m.LostCase.objects.filter(workspace=workspace).update(project_id=Subquery(own))
    return changed


def _put(workspace: m.Workspace, calls: QuerySet[m.Call], project: int | None, now: int) -> int:
    """Gives these calls a project; their days are published anew."""
    if project is None:
        wrong = calls.filter(project__isnull=False)
    else:
        wrong = calls.filter(~Q(project_id=project) | Q(project=None))
    days = wrong.annotate(of_day=F("started_at") / _DAY_MS).values_list("of_day", flat=True).distinct()
    mark_unpublished(workspace.id, [int(day) for day in days], now)
    return wrong.update(project_id=project)


def _by_project(rows: list[tuple[str, int]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for value, project in rows:
        found.setdefault(project, []).append(value)
    return found
