"""Evidence arrived: the days it touches are derived again, and what differs is written down.

One window of days is one transaction (services.windows says which days go together), so nobody ever sees half of
one, and a process that dies in the middle leaves the days dirty: they are derived again. The same evidence gives
the same calls in whatever order it came.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection
from typing import Final

from django.db import transaction
from django.db.models import Sum

from callwitness.ledger import models as m
from callwitness.services.derive.calls import write_calls
from callwitness.services.derive.clear import clear, clear_uncovered
from callwitness.services.derive.findings import write_findings
from callwitness.services.derive.lost import write_lost
from callwitness.services.derive.measures import write_measures
from callwitness.services.derive.sources import window_sources
from callwitness.services.derive.window import derive_window, known_calls
from callwitness.services.derive.windows import Block, plan, touched
from callwitness.services.dirty import mark_unpublished
from callwitness.services.judging import findings_of
from callwitness.services.reading import Progress
from callwitness.services.stores import record_store
from callwitness.services.workspace_settings import WorkspaceRules, rules_of

_ROUNDS: Final = 3


def silent(stage: str, done: int) -> None:
    """Progress for whoever does not want to know."""


def derive_dirty(now: int, progress: Progress = silent) -> int:
    """Derive every workspace with dirty days; how many windows that took. now: ms UTC, the time cases expire by.

    A derivation may leave days dirty once more: those of lost callers whose last try is another one now.
    """
    done = 0
    for _ in range(_ROUNDS):
        waiting = m.Workspace.objects.filter(id__in=m.DirtyDay.objects.values("workspace"))
        done += sum(derive_workspace(workspace, now, progress) for workspace in waiting)
    return done


def derive_workspace(workspace: m.Workspace, now: int, progress: Progress = silent) -> int:
    """Derive what is dirty in one workspace; how many windows. Raises ``UsageError`` when its settings are wrong."""
    dirty = list(m.DirtyDay.objects.filter(workspace=workspace))
    settings = rules_of(workspace)
    blocks = plan(_records_by_day(settings))
    due = _due(workspace, blocks, {mark.day for mark in dirty}, settings)
    for block in due:
        evidence = {
            pk
            for mark in dirty
            if block.context.first <= mark.day < block.context.end
            for pk in mark.evidence
        }
        derive_block(workspace, block, settings, evidence, now, progress)
    clear_uncovered(workspace, blocks, settings.rules, now)
    for mark in dirty:
        m.DirtyDay.objects.filter(pk=mark.pk, since=mark.since).delete()
    return len(due)


def derive_block(
    workspace: m.Workspace,
    block: Block,
    settings: WorkspaceRules,
    evidence: Collection[int],
    now: int,
    progress: Progress = silent,
) -> None:
    """Derive one window and write down what differs, in one transaction."""
    begun = time.process_time()
    found = window_sources(settings, block.context, record_store())
    if not found.sources:
        clear(workspace, block, settings.rules, now)
        return
    known = known_calls(workspace, block.context)
    same_rules = _judged_by(workspace, block, settings)
    derived = derive_window(found, settings, block, known, progress)
    findings = findings_of(derived.told, derived.kept, found.sources, settings.rules)
    progress("write", derived.kept.height)
    with transaction.atomic():
        written = write_calls(workspace, block, derived, known, evidence, now)
        days = write_findings(workspace, block, findings, written, known, now)
        days |= write_lost(workspace, block, derived, written, settings.rules, now, every=not same_rules)
        write_measures(workspace, block, derived, settings.rules)
        mark_unpublished(workspace.id, written.days | days, now)
        m.Window.objects.filter(workspace=workspace, first__gte=block.first, first__lt=block.end).delete()
        m.Window.objects.create(
            workspace=workspace,
            first=block.first,
            end=block.end,
            derived_at=now,
            rules=settings.fingerprint,
            seconds=time.process_time() - begun,
            calls=derived.kept.height,
        )


def _records_by_day(settings: WorkspaceRules) -> Counter[int]:
    days = m.SourceDay.objects.filter(source__in=settings.sources).values_list("day")
    return Counter(dict(days.annotate(Sum("records")).values_list("day", "records__sum")))


def _due(
    workspace: m.Workspace, blocks: list[Block], dirty: set[int], settings: WorkspaceRules
) -> list[Block]:
    """Blocks that new evidence touched, that are new in the plan, or that were judged by other rules."""
    known = m.Window.objects.filter(workspace=workspace).values_list("first", "end", "rules")
    up_to_date = {Block(first, end) for first, end, rules in known if rules == settings.fingerprint}
    near = set(touched(blocks, dirty))
    return [block for block in blocks if block in near or block not in up_to_date]


def _judged_by(workspace: m.Workspace, block: Block, settings: WorkspaceRules) -> bool:
    """Whether the block was derived as it is, by the rules of today."""
    return m.Window.objects.filter(
        workspace=workspace, first=block.first, end=block.end, rules=settings.fingerprint
    ).exists()
