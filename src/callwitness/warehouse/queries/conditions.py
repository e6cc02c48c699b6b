"""What a reader may see and what a view asks for, as SQL conditions (the rules: ``domain.view``)."""

from __future__ import annotations

from datetime import date
from typing import Final

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS, Condition, View, search_digits, to_number
from callwitness.warehouse.contract import Scope
from callwitness.warehouse.queries.local_time import TIME_COLUMNS, LocalTime, codes, label
from callwitness.warehouse.queries.parameters import Parameters

_NUMBERS: Final = ("moment", "seconds", "count")
_NUMBER_COLUMNS: Final = ("caller", "did", "called")


def where(
    view: View,
    scope: Scope,
    local: LocalTime,
    days: list[date],
    parameters: Parameters,
) -> str:
    """SQL of everything that must hold but for the period. days: of the files read.

    Raises ``UsageError`` where the view speaks of a column that the reader may not use.
    """
    _refuse_hidden(view, scope)
    parts = _scope(scope, parameters)
    for condition in view.conditions:
        if condition.column in TIME_COLUMNS:
            parts.append(_time(condition, local, days, parameters))
        else:
            parts.append(_condition(condition, parameters))
    if view.search:
        parts.append(_search(view.search, scope, parameters))
    return " AND ".join(parts) or "true"


def _refuse_hidden(view: View, scope: Scope) -> None:
    used = [*(condition.column for condition in view.conditions), view.group, view.sort[0]]
    for column in used:
        if column in scope.hide:
            raise UsageError(f"{column}: hidden from you, so it cannot filter, sort or group")


def _scope(scope: Scope, parameters: Parameters) -> list[str]:
    parts = []
    if scope.projects is not None:
        parts.append(_among("project_id", sorted(scope.projects), parameters))
    for column, ids in (("agent_ids", scope.agents), ("team_ids", scope.teams)):
        if ids is not None:
            parts.append(
                f"list_has_any({column}, {parameters.put(sorted(ids))}::BIGINT[])" if ids else "false"
            )
    return parts


def _among(sql: str, values: list[int], parameters: Parameters) -> str:
    return f"{sql} IN ({parameters.each(values)})" if values else "false"


def _condition(condition: Condition, parameters: Parameters) -> str:
    column = VIEW_COLUMNS.get(condition.column)
    if column is None:
        raise UsageError(f"{condition.column[:60]!r}: no such column of a view")
    operation, values = condition.operation, condition.values
    if operation in ("is", "not"):
        fits = _is(column.name, column.kind, values, parameters)
        return fits if operation == "is" else f"({fits}) IS NOT TRUE"
    if operation == "empty":
        return _empty(column.name, column.kind, values)
    if operation == "has" and column.kind in ("text", "choice", "list"):
        return _has(column.name, column.kind, values, parameters)
    if operation in ("min", "max") and column.kind in _NUMBERS:
        return _bound(column.name, operation, values, parameters)
    raise UsageError(f"{column.name}: {operation[:20]} does not fit this column")


def _is(name: str, kind: str, values: tuple[str, ...], parameters: Parameters) -> str:
    """One of the values; the empty value stands for nothing there."""
    parts = [_nothing(name, kind)] if "" in values else []
    texts = [value for value in values if value]
    if kind == "list" and texts:
        parts.append(f"coalesce(list_has_any({name}, [{parameters.each(texts)}]), false)")
    elif kind == "flag":
        parts += [{"yes": name, "no": f"NOT {name}"}[text] for text in texts if text in ("yes", "no")]
    elif kind in _NUMBERS:
        numbers = [number for number in map(to_number, texts) if number is not None]
        if numbers:
            parts.append(f"{name} IN ({parameters.each(numbers)})")
    elif texts:
        parts.append(f"{name} IN ({parameters.each(texts)})")
    return f"({' OR '.join(parts)})" if parts else "false"


def _nothing(name: str, kind: str) -> str:
    return f"coalesce(len({name}), 0) = 0" if kind == "list" else f"{name} IS NULL"


def _empty(name: str, kind: str, values: tuple[str, ...]) -> str:
    nothing = _nothing(name, kind)
    parts = [{"yes": nothing, "no": f"NOT ({nothing})"}[value] for value in values if value in ("yes", "no")]
    return f"({' OR '.join(parts)})" if parts else "false"


def _has(name: str, kind: str, values: tuple[str, ...], parameters: Parameters) -> str:
    """Contains one of the texts, upper and lower case alike."""
    item = "item" if kind == "list" else name
    fits = " OR ".join(f"contains(lower({item}), lower({parameters.put(value)}))" for value in values)
    if kind == "list":
        return f"len(list_filter({name}, lambda item: {fits})) > 0"
    return f"({fits})"


def _bound(name: str, operation: str, values: tuple[str, ...], parameters: Parameters) -> str:
    numbers = [number for number in map(to_number, values) if number is not None]
    if not numbers:
        return "false"
    if operation == "min":
        return f"{name} >= {parameters.put(min(numbers))}"
    return f"{name} <= {parameters.put(max(numbers))}"


def _time(condition: Condition, local: LocalTime, days: list[date], parameters: Parameters) -> str:
    """Day, hour and weekday have few values: which of them fit is found here, the engine compares integers."""
    every = codes(condition.column, days)
    fits = [code for code in every if _time_fits(condition, label(condition.column, code))]
    if len(fits) == len(every):
        return "true"
    return _among(local.code(condition.column, parameters), fits, parameters) if fits else "false"


def _time_fits(condition: Condition, text: str) -> bool:
    values = condition.values
    if condition.operation == "empty":
        return "no" in values
    if condition.operation == "has":
        return any(value in text for value in values)
    if condition.operation not in ("is", "not"):
        raise UsageError(f"{condition.column}: {condition.operation[:20]} does not fit this column")
    return (text in values) == (condition.operation == "is")


def _search(text: str, scope: Scope, parameters: Parameters) -> str:
    parts = []
    digits = search_digits(text)
    if digits:
        parts = [
            f"contains({column}, {parameters.put(digits)})"
            for column in _NUMBER_COLUMNS
            if column not in scope.hide
        ]
    if "agent" not in scope.hide:
        parts.append(f"contains(lower(agent), lower({parameters.put(text)}))")
    return f"({' OR '.join(parts)})" if parts else "false"
