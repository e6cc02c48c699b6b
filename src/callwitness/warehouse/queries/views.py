"""A view of calls answered from day files: totals, groups, series, pages of ids, values for filter menus.

Every question names the workspace, the view, the reader's scope and zone, and the moment it is asked (ms UTC).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, TypeVar

import polars as pl

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS, View, midnight, period_bounds
from callwitness.warehouse.backends.duckdb_engine import DuckdbEngine, QueryFailed
from callwitness.warehouse.contract import GROUPS, OUTCOMES, SERIES, DaysUnreadable, Page, Scope, Totals
from callwitness.warehouse.queries.conditions import where
from callwitness.warehouse.queries.figures import (
    COUNTED,
    figures,
    group_code,
    group_label,
    group_order,
    how_many,
)
from callwitness.warehouse.queries.files import day_of, period_files
from callwitness.warehouse.queries.local_time import HOUR_MS, LocalTime, local_time
from callwitness.warehouse.queries.pages import Cursor, cursor_of, sort_key
from callwitness.warehouse.queries.parameters import Parameters
from callwitness.warehouse.queries.people import MOST_GROUPS, count_people
from callwitness.warehouse.store import Snapshot, Warehouse

SERVICE_LEVEL_S: Final = 20.0
_TRIES: Final = 5
_MOST_HOURS: Final = 24 * 100
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Question:
    """A view over the days that its period can touch."""

    view: View
    scope: Scope
    bounds: tuple[int, int]
    zone: str
    snapshot: Snapshot

    @property
    def local(self) -> LocalTime:
        days = self.snapshot.days
        return local_time(self.zone, days[0], days[-1])

    def source(self, parameters: Parameters, *, days: slice = slice(None)) -> str:
        """SQL of the calls with all conditions; more can be added with AND."""
        held = where(self.view, self.scope, self.local, self.snapshot.days, parameters)
        return f"{period_files(self.snapshot.states[days], self.bounds, parameters)} WHERE {held}"


class CallViews:
    """Answers over one warehouse. Threads may share it."""

    def __init__(self, warehouse: Warehouse, engine: DuckdbEngine | None = None) -> None:
        self._warehouse = warehouse
        self._engine = engine or DuckdbEngine(warehouse.folder)

    def totals(
        self,
        workspace: int,
        view: View,
        scope: Scope,
        zone: str,
        now: int,
        *,
        service_level_s: float = SERVICE_LEVEL_S,
        people: bool = True,
    ) -> Totals:
        """The figures of all calls of the view. people False: not counted, which saves half of the time."""

        def ask(question: _Question) -> Totals:
            parameters = Parameters()
            text = f"SELECT {figures(service_level_s, parameters)} FROM {question.source(parameters)}"  # noqa: S608 - values are parameters
            (row,) = self._engine.rows(text, parameters.values)
            counted = dict(zip(COUNTED, row, strict=True))
            persons = self._people(question, None, [None], counted["calls"])[0] if people else None
            return Totals(people=persons, **counted)

        return self._read(workspace, view, scope, zone, now, ask) or Totals(people=0 if people else None)

    def groups(
        self,
        workspace: int,
        view: View,
        scope: Scope,
        zone: str,
        now: int,
        limit: int = 200,
        offset: int = 0,
        *,
        order: tuple[str, bool] = ("calls", True),
        service_level_s: float = SERVICE_LEVEL_S,
        people: bool = True,
    ) -> pl.DataFrame:
        """GROUPS of ``view.group``, one row per value. order: one of GROUP_ORDERS, and whether downwards.

        Sorting by people needs them of all groups, which costs more than those of one page.
        Raises ``UsageError`` when the view has no group or a column is not the reader's.
        """
        column = view.group
        if column is None:
            raise UsageError("the view is not grouped")
        if not 0 < limit <= MOST_GROUPS or offset < 0:
            raise UsageError(f"groups come in pages of 1 to {MOST_GROUPS}")
        sorting = group_order(order)

        def ask(question: _Question) -> pl.DataFrame:
            parameters = Parameters()
            code = group_code(column, question.local, parameters)
            distinct = "count(DISTINCT person)" if order[0] == "people" else "NULL"
            text = (
                f"SELECT * FROM (SELECT {code} AS value, {distinct} AS people, {figures(service_level_s, parameters)} "  # noqa: S608 - values are parameters
                f"FROM {question.source(parameters)} GROUP BY 1) "
                f"ORDER BY {sorting} LIMIT {parameters.put(limit)} OFFSET {parameters.put(offset)}"
            )
            rows = self._engine.rows(text, parameters.values)
            frame = pl.DataFrame(
                rows, schema=["code", "people", *COUNTED], orient="row", infer_schema_length=None
            )
            codes = frame["code"].to_list()
            if people and order[0] != "people" and codes:
                counts = self._people(question, column, codes, sum(frame["calls"]))
                frame = frame.with_columns(people=pl.Series(counts))
            values = pl.Series("value", [group_label(column, value) for value in codes], dtype=pl.String)
            return GROUPS.conform(frame.drop("code").with_columns(values))

        found = self._read(workspace, view, scope, zone, now, ask)
        return GROUPS.empty() if found is None else found

    def series(
        self, workspace: int, view: View, scope: Scope, zone: str, now: int, step: str = "day"
    ) -> pl.DataFrame:
        """SERIES per "hour" or "day" from the first to the last call's, those without calls included."""
        if step not in ("hour", "day"):
            raise UsageError(f"series: expected hour or day, found {step[:20]!r}")

        def ask(question: _Question) -> dict[int, tuple[int, int]]:
            parameters = Parameters()
            local = question.local
            answered, nobody = (f"outcome = {OUTCOMES[name]}" for name in ("answered", "nobody"))
            at = local.hour_begin(parameters) if step == "hour" else local.code("day", parameters)
            text = (
                f"SELECT {at} AS at, {how_many(answered)}, {how_many(nobody)} "  # noqa: S608 - values are parameters
                f"FROM {question.source(parameters)} GROUP BY 1"
            )
            return {
                int(at): (answered, nobody)
                for at, answered, nobody in self._engine.rows(text, parameters.values)
            }

        found = self._read(workspace, view, scope, zone, now, ask) or {}
        return _filled(found, zone, step)

    def ids(
        self,
        workspace: int,
        view: View,
        scope: Scope,
        zone: str,
        now: int,
        limit: int = 100,
        after: str | None = None,
    ) -> Page:
        """Ids of the next calls in the view's order: its sort, nothing there last; then newest first; then by id.

        after: ``Page.after`` of the page before. Raises ``UsageError`` when it is none.
        """
        cursor = None if after is None else cursor_of(after, view.sort[0])

        def ask(question: _Question) -> Page:
            rows: list[tuple[object, int, str]] = []
            for days in _batches(question, cursor):
                rows += self._page(question, cursor, limit + 1 - len(rows), days)
                if len(rows) > limit:
                    break
            more = len(rows) > limit
            kept = rows[:limit]
            return Page(tuple(row[2] for row in kept), Cursor(*kept[-1]).text() if more else None)

        if limit < 1:
            raise UsageError("a page has at least one call")
        return self._read(workspace, view, scope, zone, now, ask) or Page((), None)

    def values(
        self, workspace: int, column: str, scope: Scope, period: str, zone: str, now: int, limit: int = 100
    ) -> list[tuple[str, int]]:
        """The most frequent values of a column in a period, with their calls, for filter menus. Nothing there is left out."""
        known = VIEW_COLUMNS.get(column)
        if known is None or not (known.group or known.kind == "list"):
            raise UsageError(f"{column[:60]!r}: has no list of values")
        view = View(period=period, group=column)

        def ask(question: _Question) -> list[tuple[str, int]]:
            parameters = Parameters()
            code = (
                f"unnest(list_distinct({column}))"
                if known.kind == "list"
                else group_code(column, question.local, parameters)
            )
            text = (
                f"SELECT value, count(*) AS calls FROM (SELECT {code} AS value FROM {question.source(parameters)}) "  # noqa: S608 - values are parameters
                f"WHERE value IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {parameters.put(limit)}"
            )
            rows = self._engine.rows(text, parameters.values)
            return [(group_label(column, value) or "", calls) for value, calls in rows]

        return self._read(workspace, view, scope, zone, now, ask) or []

    def _people(self, question: _Question, column: str | None, values: list[object], calls: int) -> list[int]:
        def ask(parameters: Parameters) -> tuple[str, str]:
            code = "NULL" if column is None else group_code(column, question.local, parameters)
            return question.source(parameters), code

        return count_people(self._engine, ask, values, calls)

    def _page(
        self, question: _Question, cursor: Cursor | None, limit: int, days: slice
    ) -> list[tuple[object, int, str]]:
        parameters = Parameters()
        name, down = question.view.sort
        key = sort_key(name, question.local, parameters)
        source = question.source(parameters, days=days)
        behind = f"WHERE {cursor.behind(down, parameters)}" if cursor else ""
        text = (
            f"SELECT key, started_at, call_id FROM (SELECT {key} AS key, started_at, call_id FROM {source}) {behind} "  # noqa: S608 - values are parameters
            f"ORDER BY key {'DESC' if down else 'ASC'} NULLS LAST, started_at DESC, call_id LIMIT {parameters.put(limit)}"
        )
        return [(key, at, call) for key, at, call in self._engine.rows(text, parameters.values)]

    def _read(
        self,
        workspace: int,
        view: View,
        scope: Scope,
        zone: str,
        now: int,
        ask: Callable[[_Question], Answer],
    ) -> Answer | None:
        """Ask over days that stay as they are meanwhile; None where there are none."""
        bounds = period_bounds(view.period, zone, now)
        first, last = day_of(bounds[0]), day_of(bounds[1] - 1)
        for _ in range(_TRIES):
            with self._warehouse.snapshot(workspace, first, last) as snapshot:
                if not snapshot.states:
                    where(view, scope, LocalTime(((0, 0),)), [], Parameters())  # refuses what it must
                    return None
                try:
                    answer = ask(_Question(view, scope, bounds, zone, snapshot))
                except QueryFailed:
                    if not snapshot.holds():
                        continue
                    _refuse_unreadable(snapshot)
                    raise
                if snapshot.holds():
                    return answer
        raise DaysUnreadable(
            "the days are being written anew faster than they can be read; try again in a moment"
        )


def _refuse_unreadable(snapshot: Snapshot) -> None:
    days = snapshot.unreadable()
    if days:
        named = ", ".join(day.isoformat() for day in days[:10]) + (" ..." if len(days) > 10 else "")
        raise DaysUnreadable(
            f"the warehouse cannot read {named}; the ledger keeps the calls: build these days again", days
        )


def _batches(question: _Question, cursor: Cursor | None) -> list[slice]:
    """Parts of the days to look through one after another: days are in order of the start, so few are often enough."""
    days = question.snapshot.days
    if question.view.sort[0] != "started_at":
        return [slice(None)]
    down = question.view.sort[1]
    begin, end = 0, len(days)
    if cursor:
        at = day_of(cursor.started_at)
        begin, end = (
            (0, sum(day <= at for day in days)) if down else (sum(day < at for day in days), len(days))
        )
    marks = [0, *(mark for mark in (1, 8, 40) if mark < end - begin), end - begin]
    parts = [
        (end - high, end - low) if down else (begin + low, begin + high) for low, high in pairwise(marks)
    ]
    return [slice(low, high) for low, high in parts if low < high]


def _filled(found: dict[int, tuple[int, int]], zone: str, step: str) -> pl.DataFrame:
    if not found:
        return SERIES.empty()
    width = HOUR_MS if step == "hour" else 1
    low, high = min(found), max(found)
    if step == "hour" and (high - low) // width > _MOST_HOURS:
        raise UsageError("series: hours of 100 days at most")
    every = sorted({*range(low, high + 1, width), *found})
    counts = [found.get(at, (0, 0)) for at in every]
    moments = (
        every if step == "hour" else [midnight((_FIRST + timedelta(days=at)).date(), zone) for at in every]
    )
    return pl.DataFrame(
        [(at, *pair) for at, pair in zip(moments, counts, strict=True)], schema=SERIES.schema, orient="row"
    )
