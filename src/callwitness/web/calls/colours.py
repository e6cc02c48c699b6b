"""Colour rules of a saved view: the first that a call fits gives its row a colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from callwitness.domain.view import VIEW_COLUMNS, to_number
from callwitness.ledger import models as m

COLOURS: Final = ("ok", "nobody", "lost", "out", "aside")
OPERATIONS: Final = ("is", "not", "has", "min", "max")
MOST_RULES: Final = 8
COLUMNS: Final = (
    "verdict", "direction", "queue", "agent", "caller", "did", "flags", "recovery", "wait_s", "talk_s", "findings",
    "finding_kinds", "recorded",
)  # fmt: skip
"""Columns that rules can speak of: those that stand in the call itself."""


def colour_of(call: m.Call, rules: Sequence[Mapping[str, Any]], closed: frozenset[str]) -> str:
    """One of ``COLOURS`` or ''. Rules about columns that are closed to the reader colour nothing."""
    for rule in rules:
        if rule.get("column") in COLUMNS and rule["column"] not in closed and _fits(call, rule):
            return str(rule.get("colour", "")) if rule.get("colour") in COLOURS else ""
    return ""


def _fits(call: m.Call, rule: Mapping[str, Any]) -> bool:
    name, operation, wanted = rule["column"], rule.get("operation"), str(rule.get("value", ""))
    value = getattr(call, name)
    if operation in ("min", "max"):
        number = to_number(wanted)
        if number is None or value is None or VIEW_COLUMNS[name].kind not in ("seconds", "count"):
            return False
        return bool(value >= number if operation == "min" else value <= number)
    texts = value if isinstance(value, list) else [_text(value)]
    if operation == "has":
        return any(wanted.lower() in text.lower() for text in texts) and bool(wanted)
    return (wanted in texts) == (operation == "is")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
