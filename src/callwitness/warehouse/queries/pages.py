"""Pages of calls by key: the next page begins behind the last row of the one before, whatever was added meanwhile."""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from typing import Final

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS
from callwitness.warehouse.queries.local_time import TIME_COLUMNS, LocalTime
from callwitness.warehouse.queries.parameters import Parameters

_LONGEST: Final = 4000
_MOST: Final = 10**15
_NO_PLACE: Final = "this is no place in the list; begin again from its first page"


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: value of the sort (null = nothing there), start (ms UTC), id."""

    key: object
    started_at: int
    call_id: str

    def text(self) -> str:
        """The cursor for an address; ``cursor_of`` reads it back."""
        return json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"))

    def behind(self, down: bool, parameters: Parameters) -> str:
        """SQL of the rows that come after this one. down: the sort runs downwards."""
        at, call = parameters.put(self.started_at), parameters.put(self.call_id)
        equal = f"(started_at < {at} OR (started_at = {at} AND call_id > {call}))"
        if self.key is None:
            return f"key IS NULL AND {equal}"
        key = parameters.put(self.key)
        return f"(key IS NULL OR key {'<' if down else '>'} {key} OR (key = {key} AND {equal}))"


def cursor_of(text: str, column: str) -> Cursor:
    """The cursor that ``Cursor.text`` wrote for a view sorted by the column. Raises ``UsageError`` for anything else."""
    try:
        key, at, call = json.loads(text[:_LONGEST])
    except (ValueError, TypeError, RecursionError):
        raise UsageError(_NO_PLACE) from None
    if not (_key_fits(key, column) and type(at) is int and 0 <= at < _MOST and isinstance(call, str)):
        raise UsageError(_NO_PLACE)
    return Cursor(key, at, call)


def _key_fits(key: object, column: str) -> bool:
    known = VIEW_COLUMNS.get(column)
    if key is None or known is None:
        return True  # of an unknown column the sort speaks
    if known.kind == "flag":
        return isinstance(key, bool)
    if known.kind in ("moment", "seconds", "count") or column in TIME_COLUMNS:
        return isinstance(key, int | float) and not isinstance(key, bool) and abs(key) < _MOST
    return isinstance(key, str)


def sort_key(column: str, local: LocalTime, parameters: Parameters) -> str:
    """SQL of what a view is sorted by; lists by their items in a row."""
    known = VIEW_COLUMNS.get(column)
    if known is None or not known.sort:
        raise UsageError(f"sort: no such column: {column[:60]!r}")
    if column in TIME_COLUMNS:
        return local.code(column, parameters)
    if known.kind == "list":
        return f"nullif(array_to_string({column}, ' '), '')"
    return column
