"""Takes away what stands on days of which no source tells anything any more."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from callwitness.domain.rules import Rules
from callwitness.ledger import models as m
from callwitness.services.derive.lost import cases_of, judge_again
from callwitness.services.derive.measures import forget_measures, measured
from callwitness.services.derive.windows import DAY_MS, Block
from callwitness.services.dirty import mark_unpublished


def clear_uncovered(workspace: m.Workspace, blocks: Collection[Block], rules: Rules, now: int) -> None:
    """Evidence may be read again into other days, and the plan may change: what no block holds any more goes."""
    covered = {day for block in blocks for day in range(block.first, block.end)}
    calls = m.Call.objects.filter(workspace=workspace).values_list("day", flat=True).distinct()
    findings = m.Finding.objects.filter(workspace=workspace, call=None).values_list("at", flat=True)
    stand = {*calls, *(at // DAY_MS for at in findings), *measured(workspace)}
    for day in sorted(stand - covered):
        clear(workspace, Block(day, day + 1), rules, now)
    for window in m.Window.objects.filter(workspace=workspace):
        if Block(window.first, window.end) not in blocks:
            window.delete()


def clear(workspace: m.Workspace, block: Block, rules: Rules, now: int) -> None:
    """Take away the calls, findings and measures of these days; callers who rang on them are judged again."""
    with transaction.atomic():
        calls = m.Call.objects.filter(workspace=workspace, day__gte=block.first, day__lt=block.end)
        days, people = set[int](), set[str]()
        for at, caller, called in calls.values_list("started_at", "caller", "called"):
            days.add(at // DAY_MS)
            people |= {caller, called}
        callers = cases_of(workspace, people - {""})
        calls.delete()
        m.Finding.objects.filter(
            workspace=workspace, call=None, at__gte=block.first * DAY_MS, at__lt=block.end * DAY_MS
        ).delete()
        forget_measures(workspace, block)
        days |= judge_again(workspace, callers, rules, now)
        mark_unpublished(workspace.id, days, now)
