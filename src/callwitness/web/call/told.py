"""What a reader may be told about a call: a marketer sees the insides of neutral sources and of the own side alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.report import sentences
from callwitness.web.ui.numbers import masked
from callwitness.web.ui.templatetags.callwitness import formats

_NUMBER: Final = re.compile(r"\+?\d{7,}")
_INSIDE: Final = frozenset({"agent", "queue", "target", "app", "cause", "event", "record", "file"})
"""Parameters of reasons that tell about the insides of an office."""


def sources_of(scope: Scope) -> dict[str, m.Source]:
    """Sources of the workspace by name."""
    return {source.name: source for source in m.Source.objects.filter(workspace=scope.workspace)}


def open_names(scope: Scope, sources: dict[str, m.Source]) -> frozenset[str]:
    """Names of sources whose insides the reader may see."""
    return frozenset(name for name, source in sources.items() if access.sees_inside(scope, source))


def legs(call: m.Call, inside: frozenset[str]) -> list[dict[str, Any]]:
    """Legs for the ladder; of sources that are closed only the call as a whole."""
    ladder = m.Ladder.objects.filter(call=call).first()
    found = ladder.legs if ladder else []
    shown = [leg for leg in found if leg.get("source") in inside or leg.get("segment") == "call"]
    names = ("source", "role", "record_id", "witness", "segment", "result", "queue", "agent", "extension", "human",
             "started_at", "answered_at", "ended_at")  # fmt: skip
    return [{name: leg.get(name) for name in names} for leg in shown]


def reasons(
    scope: Scope, told: Sequence[dict[str, Any]], deciders: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Reasons without what is not the reader's; their sentences then say less.

    deciders: who decided what is heard, by the key of the recording; a reason that rests on that is told ``by`` them.
    """
    return [_told(reason["code"], _open(scope, reason), _decider(reason, deciders)) for reason in told]


def side(scope: Scope, value: str, kind: str) -> str:
    """One side of a finding as people read it, a number without its middle where numbers are masked."""
    said = sentences.side_value(value or None, kind, formats())
    return masked(said) if scope.masks_numbers and _NUMBER.fullmatch(value) else said


def _decider(reason: dict[str, Any], deciders: Mapping[str, str]) -> str:
    decided = reason["code"] in ("recording_voice", "recording_nobody")
    return deciders.get(str((reason.get("params") or {}).get("recording")), "") if decided else ""


def _told(code: str, params: dict[str, Any], by: str) -> dict[str, Any]:
    """What people heard is not weighed; where a sentence has a moment it says how sure, too."""
    if by and "seconds" not in params:
        params = {name: value for name, value in params.items() if name != "confidence"}
    return {"code": code, "params": params, "by": by}


def _open(scope: Scope, reason: dict[str, Any]) -> dict[str, Any]:
    params: dict[str, Any] = reason.get("params") or {}
    closed = _INSIDE if scope.party is not None else frozenset()
    if scope.masks_numbers or scope.party is not None:
        closed |= {"recording"}  # its name in a record often holds a number
    if scope.masks_numbers and params.get("field") in ("caller", "called"):
        closed |= {"left", "right"}
    return {name: value for name, value in params.items() if name not in closed}
