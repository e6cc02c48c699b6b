"""History of a call in words: what changed, when, and because of which evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from callwitness.domain.view import VIEW_COLUMNS
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import hidden_columns
from callwitness.web.ui import words
from callwitness.web.ui.numbers import masked
from callwitness.web.ui.templatetags.callwitness import formats

_MOST: Final = 50
_MOST_EVIDENCE: Final = 5
_KINDS: Final = {
    "verdict": "verdict",
    "direction": "direction",
    "recovery": "recovery",
    "caller_kind": "caller_kind",
}
_LISTS: Final = {"flags": "flag", "finding_kinds": "finding", "witnesses": "source"}
_NUMBERS: Final = ("caller", "called", "did")


@dataclass(frozen=True, slots=True)
class Step:
    """One version. changes: column, before, after, all in words; evidence: source and file, file '' where it is not the reader's.

    heard: what was heard in a recording made it.
    """

    number: int
    at: int
    changes: list[tuple[str, str, str]]
    evidence: list[tuple[str, str]]
    heard: bool


def steps(call: m.Call, scope: Scope, inside: frozenset[str]) -> list[Step]:
    """Versions of a call, the last one first."""
    versions = list(m.CallVersion.objects.filter(call=call).order_by("-number")[:_MOST])
    wanted = {pk for version in versions for pk in version.evidence[:_MOST_EVIDENCE]}
    arrived = m.Evidence.objects.select_related("source").in_bulk(list(wanted))
    return [
        Step(
            version.number,
            version.at,
            _changes(version.changes, scope),
            [
                (words.word("source", each.source.name), each.name if each.source.name in inside else "")
                for pk in version.evidence[:_MOST_EVIDENCE]
                if (each := arrived.get(pk)) is not None and each.source.workspace_id == scope.workspace.pk
            ],
            not version.evidence and "human_voice_at" in version.changes,
        )
        for version in versions
    ]


def _changes(changes: dict[str, Any], scope: Scope) -> list[tuple[str, str, str]]:
    hidden = hidden_columns(scope) | {"reasons", "agents"}
    return [
        (words.word("column", name), _said(name, before, scope), _said(name, after, scope))
        for name, (before, after) in sorted(changes.items())
        if name in VIEW_COLUMNS and name not in hidden
    ]


def _said(name: str, value: Any, scope: Scope) -> str:
    said = formats()
    if value in (None, "", []):
        return "–"
    if name in _KINDS:
        return words.word(_KINDS[name], value)
    if name in _LISTS and isinstance(value, list):
        return ", ".join(words.word(_LISTS[name], each) for each in value)
    if name in _NUMBERS:
        number = said.number(str(value))
        return masked(number) if scope.masks_numbers and name != "did" else number
    kind = VIEW_COLUMNS[name].kind
    if kind == "moment" and isinstance(value, int):
        return said.time(value)
    if kind == "seconds" and isinstance(value, int | float):
        return said.duration(value)
    return str(value)
