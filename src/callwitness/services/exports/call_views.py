"""Figures of a view of calls: the warehouse asked with a reader's rights, in his zone."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from callwitness.domain.view import View
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import Reading, closed_columns
from callwitness.services.stores import warehouse
from callwitness.warehouse import contract
from callwitness.warehouse.queries.views import CallViews


def call_views() -> CallViews:
    """The warehouse, opened once in a process."""
    return _opened(settings.SERVER.data)


@cache
def _opened(_data: Path) -> CallViews:
    return CallViews(warehouse())


def warehouse_scope(scope: Scope) -> contract.Scope:
    """What the warehouse is told about a reader."""
    return contract.Scope(scope.projects, scope.agents, scope.teams, closed_columns(scope))


def totals(view: View, reading: Reading, *, people: bool = True) -> contract.Totals:
    """Figures of a whole view. Raises ``UsageError`` and ``DaysUnreadable``."""
    scope = reading.scope
    return call_views().totals(
        scope.workspace.pk, view, warehouse_scope(scope), reading.zone, reading.now, people=people
    )


def groups(view: View, reading: Reading, limit: int = 200, offset: int = 0) -> list[dict[str, Any]]:
    """Groups of a grouped view, the biggest first: ``value`` (None = nothing there) and the figures of each."""
    scope = reading.scope
    found = call_views().groups(
        scope.workspace.pk, view, warehouse_scope(scope), reading.zone, reading.now, limit, offset
    )
    return found.to_dicts()


def values(column: str, reading: Reading, period: str, limit: int = 50) -> list[tuple[str, int]]:
    """The most frequent values of a column with their calls, for menus. Raises ``UsageError`` for a closed column."""
    scope = reading.scope
    return call_views().values(
        scope.workspace.pk, column, warehouse_scope(scope), period, reading.zone, reading.now, limit
    )
