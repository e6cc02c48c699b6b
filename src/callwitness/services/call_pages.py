"""Pages of a view of calls: from the ledger where an index leads to them, else their ids from the warehouse.

The ledger answers at once what is asked in the order of time, and it has calls seconds before the warehouse. Any other
order, texts that are looked for inside of others, and what is rare in a long period would make it read every call of
the period; the warehouse reads narrow columns for that (docs/benchmarks.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from callwitness.domain.view import View
from callwitness.ledger import access, queries
from callwitness.ledger import models as m
from callwitness.ledger.queries import PAGE, Page, Reading
from callwitness.services.exports import call_views
from callwitness.warehouse.contract import DaysUnreadable

_INDEXED: Final = frozenset({"verdict", "caller", "agent", "did", "queue"})
_SHORT: Final = frozenset({"today", "yesterday"})
_LEDGER: Final = "l."
_AT_ONCE: Final = 2000


def page(view: View, reading: Reading, after: str | None = None, size: int = PAGE) -> Page:
    """One page of a view in its order; ``after`` of the page before. Raises ``UsageError``."""
    from_ledger = after.startswith(_LEDGER) if after is not None else _is_near(view, reading.scope)
    if not from_ledger:
        try:
            return _by_warehouse(view, reading, after, size)
        except DaysUnreadable:
            if after is not None:
                raise
    found = queries.page(view, reading, None if after is None else after.removeprefix(_LEDGER), size)
    return Page(found.calls, f"{_LEDGER}{found.after}" if found.after else None)


def every(view: View, reading: Reading) -> Iterator[m.Call]:
    """All calls of a view in its order."""
    after = None
    while True:
        part = page(view, reading, after, _AT_ONCE)
        yield from part.calls
        after = part.after
        if after is None:
            return


def _is_near(view: View, scope: access.Scope) -> bool:
    """Whether an index of the ledger leads to the first calls of the view without reading many others."""
    if view.sort[0] != "started_at":
        return False
    if view.period in _SHORT:
        return True
    if view.search or any(condition.operation == "has" for condition in view.conditions):
        return False
    if scope.agents is not None or scope.teams is not None:
        return False
    indexed = [each for each in view.conditions if each.column in _INDEXED and each.operation == "is"]
    return len(indexed) == len(view.conditions) <= 2


def _by_warehouse(view: View, reading: Reading, after: str | None, size: int) -> Page:
    scope = reading.scope
    found = call_views.call_views().ids(
        scope.workspace.pk,
        view,
        call_views.warehouse_scope(scope),
        reading.zone,
        reading.now,
        limit=size,
        after=after,
    )
    rows = {
        call.public_id: call
        for call in access.calls(scope).filter(public_id__in=found.ids).defer(*queries.UNLISTED)
    }
    return Page([rows[name] for name in found.ids if name in rows], found.after)
