"""A view of calls on the ledger: which calls a reader gets, in which order, page by page.

Pages follow each other by the value they are sorted by and the id of the last call (keyset), so the thousandth costs
as much as the first and none is shown twice while calls arrive. What counts and sums is the warehouse's.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import DataError
from django.db.models import Case, Expression, F, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Coalesce

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS, Condition, View, period_bounds, search_digits
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.view_conditions import NONE, Conditions, contains
from callwitness.ledger.view_people import Names, names_of
from callwitness.ledger.view_time import TIME_COLUMNS, wall_clock

PAGE: Final = 50
PEOPLE_COLUMNS: Final = frozenset({"agent", "team", "trunk"})
"""What tells about the inside of an office."""
NUMBER_COLUMNS: Final = ("caller", "did", "called")
UNLISTED: Final = ("reasons", "agents", "content")
"""Columns of a call that no list shows: not read for one."""
_NULLABLE: Final = frozenset({"wait_s", "talk_s"})
_EARLIEST: Final = 1_000_000_000_000  # no zone of ours changed its calls' days before telephony was digital

_NO_PAGE: Final = "this is no page of this view; begin with its first page"


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, in which zone, at which moment (ms UTC)."""

    scope: access.Scope
    zone: str
    now: int


@dataclass(frozen=True, slots=True)
class Page:
    """Calls of one page. after: what the next page begins behind, None = this was the last."""

    calls: list[m.Call]
    after: str | None


def hidden_columns(scope: access.Scope) -> frozenset[str]:
    """Columns that a reader does not see: the insides of an office, for a marketer."""
    return frozenset() if scope.may("see_agents") else PEOPLE_COLUMNS


def closed_columns(scope: access.Scope) -> frozenset[str]:
    """Columns by which a reader may not filter, search, sort or group: hidden ones, and numbers where they are masked."""
    masked = frozenset({"caller", "called"}) if scope.masks_numbers else frozenset()
    return hidden_columns(scope) | masked


def shown(view: View, scope: access.Scope) -> View:
    """The view without columns that its reader does not see. Raises ``UsageError`` where it needs a closed one."""
    closed = closed_columns(scope)
    for name in (*(condition.column for condition in view.conditions), view.group, view.sort[0]):
        if name in closed:
            raise UsageError(f"{name}: not open to you, so it can neither filter nor sort nor group")
    hidden = hidden_columns(scope)
    columns = tuple(name for name in view.columns if name not in hidden)
    return replace(view, columns=columns or ("started_at", "verdict"))


def calls(view: View, reading: Reading) -> QuerySet[m.Call]:
    """Calls of a view that the reader may see, in no order. Raises ``UsageError``."""
    view = shown(view, reading.scope)
    return _filtered(view, reading, names_of(reading.scope.workspace))


def page(view: View, reading: Reading, after: str | None = None, size: int = PAGE) -> Page:
    """One page of a view in its order. Raises ``UsageError``, also where ``after`` is of no page of this view."""
    ordered = _ordered(view, reading)
    if after is not None:
        try:
            ordered = ordered.filter(_behind(view, after))
            rows = list(ordered[: size + 1])
        except (ValueError, TypeError, OverflowError, DataError):  # a value that the column cannot hold
            raise UsageError(_NO_PAGE) from None
    else:
        rows = list(ordered[: size + 1])
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _cursor(rows[-1]) if more else None)


def inside_group(view: View, value: str | None) -> View:
    """The calls of one group of a grouped view. value: None = those that have nothing there."""
    if view.group is None:
        return view
    condition = Condition(view.group, "is", (value or "",))
    return replace(view, group=None, conditions=(*view.conditions, condition))


def _filtered(view: View, reading: Reading, names: Names) -> QuerySet[m.Call]:
    begin, end = period_bounds(view.period, reading.zone, reading.now)
    conditions = Conditions(names, reading.zone, max(begin, _EARLIEST), max(end, _EARLIEST))
    found = access.calls(reading.scope).filter(started_at__gte=begin, started_at__lt=end)
    for condition in view.conditions:
        found = found.filter(conditions.q(condition))
    return found.filter(_search(view.search, reading.scope)) if view.search else found


def _search(text: str, scope: access.Scope) -> Q:
    closed, found = closed_columns(scope), NONE
    digits = search_digits(text)
    if digits:
        for name in NUMBER_COLUMNS:
            if name not in closed:
                found |= Q(**{f"{name}__contains": digits})
    return found if "agent" in closed else found | contains("agent", text)


def _ordered(view: View, reading: Reading) -> QuerySet[m.Call]:
    view = shown(view, reading.scope)
    names = names_of(reading.scope.workspace)
    found = _filtered(view, reading, names)
    name, down = view.sort
    key = _sort_key(name, view, reading, names)
    order = F("sort_key").desc(nulls_last=True) if down else F("sort_key").asc(nulls_last=True)
    if name not in _NULLABLE:  # the plain order is one that indexes have
        order = F("sort_key").desc() if down else F("sort_key").asc()
    return found.defer(*UNLISTED).annotate(sort_key=key).order_by(order, "-id" if down else "id")


def _sort_key(name: str, view: View, reading: Reading, names: Names) -> Expression | F:
    if name in TIME_COLUMNS:
        begin, end = period_bounds(view.period, reading.zone, reading.now)
        return wall_clock(reading.zone, max(begin, _EARLIEST), max(end, _EARLIEST)).code(name)
    if name == "project":
        return Coalesce("project__name", Value(""))
    if name == "team":
        cases = [When(names.in_team(team.__eq__), then=Value(team)) for team in names.teams()]
        return Case(*cases, default=Value(""), output_field=TextField()) if cases else Value("")
    if VIEW_COLUMNS[name].kind == "list":
        return Cast(name, TextField())
    return F(name)


def _behind(view: View, after: str) -> Q:
    value, pk = _read_cursor(after)
    name, down = view.sort
    side = "lt" if down else "gt"
    if value is None:
        return Q(sort_key__isnull=True) & Q(**{f"id__{side}": pk})
    behind = Q(**{f"sort_key__{side}": value}) | Q(sort_key=value) & Q(**{f"id__{side}": pk})
    if name in _NULLABLE:
        return behind | Q(sort_key__isnull=True)
    return behind & Q(**{f"sort_key__{side}e": value})  # says the same again, so that an index is used


def _cursor(call: m.Call) -> str:
    text = json.dumps([call.sort_key, call.pk], separators=(",", ":"))  # type: ignore[attr-defined]  # annotated
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(after: str) -> tuple[Any, int]:
    try:
        value, pk = json.loads(urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (ValueError, TypeError, BadBase64, RecursionError):
        value, pk = None, None
    if isinstance(pk, bool) or not isinstance(pk, int) or not isinstance(value, str | int | float | None):
        raise UsageError(_NO_PAGE)
    return value, pk
