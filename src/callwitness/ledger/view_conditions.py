"""Conditions of a view (``domain.view``) as conditions on the table of calls. Unknown texts are '', unknown numbers null."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.lookups import In
from django.db.models.sql.compiler import SQLCompiler

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS, Condition, to_number
from callwitness.ledger.view_people import Names
from callwitness.ledger.view_time import TIME_COLUMNS, labels, wall_clock

NONE: Final = Q(pk__in=[])
ALL: Final = ~Q(pk__in=[])
FIELDS: Final = {"call_id": "public_id"}
"""Columns of a view that the table calls otherwise."""
_NUMBERS: Final = ("moment", "seconds", "count")
_NEVER_EMPTY: Final = ("started_at", "findings", "recorded", *TIME_COLUMNS)


class InList(Func):
    """Whether a JSON list has an element that equals one of the texts, or contains one of them."""

    output_field = BooleanField()

    def __init__(self, column: str, texts: Sequence[str], contains: bool) -> None:
        super().__init__(F(column), *(Value(text) for text in texts))
        self.contains = contains

    def as_sqlite(  # type: ignore[override]  # the stubs know tuples of plain values only
        self, compiler: SQLCompiler, connection: Any, **_: Any
    ) -> tuple[str, list[Any]]:
        fits = "each.value REGEXP ('(?i)' || %s)" if self.contains else "each.value = %s"
        return self._exists(compiler, "json_each", "each", fits, re.escape if self.contains else str)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        fits = "strpos(lower(each.value), lower(%s)) > 0" if self.contains else "each.value = %s"
        return self._exists(compiler, "jsonb_array_elements_text", "each(value)", fits, str)

    def _exists(
        self, compiler: SQLCompiler, elements: str, alias: str, fits: str, write: Callable[[str], str]
    ) -> tuple[str, list[Any]]:
        column, *texts = self.get_source_expressions()
        sql, params = compiler.compile(column)
        values = [write(text.value) for text in texts if isinstance(text, Value)]
        any_of = " OR ".join([fits] * len(values))
        return f"EXISTS(SELECT 1 FROM {elements}({sql}) AS {alias} WHERE {any_of})", [*params, *values]  # noqa: S608 names are ours


@dataclass(frozen=True, slots=True)
class Conditions:
    """Turns conditions into ``Q``. begin, end: bounds of the period, ms UTC."""

    names: Names
    zone: str
    begin: int
    end: int

    def q(self, condition: Condition) -> Q:
        """Raises ``UsageError`` where the operation does not fit the column."""
        column, values = VIEW_COLUMNS[condition.column], condition.values
        match condition.operation:
            case "is":
                return self._is(column.name, values)
            case "not":
                return ~self._is(column.name, values)
            case "empty":
                return self._empty(column.name, values)
            case "has" if column.kind in ("text", "choice", "list"):
                return self._has(column.name, values)
            case "min" | "max" if column.kind in _NUMBERS:
                return _bound(column.name, condition.operation, values)
        raise UsageError(f"{column.name}: {condition.operation} does not fit this column")

    def _is(self, name: str, values: tuple[str, ...]) -> Q:
        """One of the values; the empty value stands for nothing there."""
        kind, texts = VIEW_COLUMNS[name].kind, [value for value in values if value]
        nothing = self._nothing(name) if "" in values else NONE
        if name in TIME_COLUMNS or name in ("team", "project"):
            return nothing | self._by_name(name, lambda text: text in texts)
        if kind == "list":
            return nothing | (Q(InList(name, texts, contains=False)) if texts else NONE)
        if kind == "flag":
            return Q(**{f"{name}__in": [text == "yes" for text in texts if text in ("yes", "no")]})
        if kind in _NUMBERS:
            return nothing | Q(**{f"{name}__in": _numbers(kind, texts)})
        return nothing | Q(**{f"{FIELDS.get(name, name)}__in": texts})

    def _nothing(self, name: str) -> Q:
        if name in _NEVER_EMPTY:
            return NONE
        if name == "project":
            return Q(project=None)
        if name == "team":
            return ~self._by_name("team", bool)
        kind = VIEW_COLUMNS[name].kind
        if kind in _NUMBERS:
            return Q(**{f"{name}__isnull": True})
        return Q(**{FIELDS.get(name, name): [] if kind == "list" else ""})

    def _empty(self, name: str, values: tuple[str, ...]) -> Q:
        nothing = self._nothing(name)
        found = NONE
        if "yes" in values:
            found |= nothing
        if "no" in values:
            found |= ~nothing
        return found

    def _has(self, name: str, values: tuple[str, ...]) -> Q:
        if name in TIME_COLUMNS:
            return self._by_name(name, lambda text: any(value in text for value in values))
        if name in ("team", "project"):
            wanted = [value.lower() for value in values]
            return self._by_name(
                name, lambda text: bool(text) and any(part in text.lower() for part in wanted)
            )
        if VIEW_COLUMNS[name].kind == "list":
            return Q(InList(name, values, contains=True))
        found = NONE
        for value in values:
            found |= contains(FIELDS.get(name, name), value)
        return found

    def _by_name(self, name: str, fits: Callable[[str], bool]) -> Q:
        """Columns with few values: which of them fit is found here, the database compares ids or integers."""
        if name == "team":
            return self.names.in_team(fits)
        if name == "project":
            return Q(project_id__in=[pk for pk, text in self.names.projects.items() if fits(text)])
        every = labels(name, self.begin, self.end)
        codes = [code for text, code in every.items() if fits(text)]
        if len(codes) == len(every):
            return ALL
        return Q(In(wall_clock(self.zone, self.begin, self.end).code(name), codes)) if codes else NONE


def _bound(name: str, operation: str, values: tuple[str, ...]) -> Q:
    numbers = [number for number in map(to_number, values) if number is not None]
    if not numbers:
        return NONE
    whole = VIEW_COLUMNS[name].kind != "seconds"
    if operation == "min":
        least = min(numbers)
        return Q(**{f"{name}__gte": math.ceil(least) if whole else least})
    most = max(numbers)
    return Q(**{f"{name}__lte": math.floor(most) if whole else most})


def _numbers(kind: str, texts: Sequence[str]) -> list[float]:
    """Numbers that a column of this kind can hold: moments and counts are whole."""
    found = [number for number in map(to_number, texts) if number is not None]
    return found if kind == "seconds" else [number for number in found if isinstance(number, int)]


def contains(field: str, text: str) -> Q:
    """A text that contains another, upper and lower case alike; an unknown one contains nothing, not even ''."""
    if not text:
        return ~Q(**{field: ""})
    if connection.vendor == "sqlite" and not text.isascii():  # its LIKE knows the case of ASCII letters only
        return Q(**{f"{field}__iregex": re.escape(text)})
    return Q(**{f"{field}__icontains": text})
