"""What one click makes of a view: only this value, not this value, without a condition, sorted by another column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from callwitness.domain.view import Condition, View


def only(view: View, column: str, values: Sequence[str]) -> View:
    """Only these values of the column; what was said of the column before is dropped."""
    kept = tuple(each for each in view.conditions if each.column != column)
    return replace(view, conditions=(*kept, Condition(column, "is", tuple(values))))


def excluding(view: View, column: str, values: Sequence[str]) -> View:
    """Not these values either."""
    before = [each for each in view.conditions if (each.column, each.operation) == (column, "not")]
    kept = tuple(each for each in view.conditions if each not in before)
    left_out = dict.fromkeys([*(value for each in before for value in each.values), *values])
    return replace(view, conditions=(*kept, Condition(column, "not", tuple(left_out))))


def bounded(view: View, column: str, operation: str, value: str) -> View:
    """At least, or at most, this value."""
    kept = tuple(each for each in view.conditions if (each.column, each.operation) != (column, operation))
    return replace(view, conditions=(*kept, Condition(column, operation, (value,))))


def added(view: View, column: str, operation: str, values: Sequence[str]) -> View:
    """A condition more; values join those that are there already."""
    if operation == "not":
        return excluding(view, column, values)
    before = [each for each in view.conditions if (each.column, each.operation) == (column, operation)]
    kept = tuple(each for each in view.conditions if each not in before)
    joined = dict.fromkeys([*(value for each in before for value in each.values), *values])
    if operation in ("min", "max", "empty"):
        joined = dict.fromkeys(values)
    return replace(view, conditions=(*kept, Condition(column, operation, tuple(joined))))


def without(view: View, condition: Condition) -> View:
    """Without one condition."""
    return replace(view, conditions=tuple(each for each in view.conditions if each != condition))


def sorted_by(view: View, column: str) -> View:
    """Sorted by a column: downwards first, then the other way."""
    name, down = view.sort
    return replace(view, sort=(column, not down if name == column else True))
