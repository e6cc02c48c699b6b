"""One event out of a line: bare, as a form body, or in the envelope in which the inbox hands on what arrived.

The envelope: ``{"seq": 7, "received_at": "2026-11-02T10:00:00.000Z", "content_type": "application/json", "body": "..."}``,
with ``body64`` in place of ``body`` where the body is no UTF-8.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from callwitness.adapters.webhook.words import moment

EVENTS: Final = ("call.started", "call.answered", "call.ended", "recording.ready")
_MAX_FIELDS: Final = 300


class NotAnEvent(Exception):
    """The line is none; the message is the sentence for the user."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event and what the inbox knows about it. seq, received_at (ms UTC): None in bare lines."""

    event: Mapping[str, Any]
    seq: int | None
    received_at: int | None


def delivered(line: str) -> Delivered:
    """The event of one line. Raises ``NotAnEvent``."""
    outer = _object(line)
    if outer is None:
        raise NotAnEvent(f'expected an event as a JSON object, found "{line.strip()[:60]}"')
    if "event" in outer or not ("body" in outer or "body64" in outer):
        return Delivered(_checked(outer), None, None)
    text = _body(outer)
    inner = _object(text)
    if inner is None:
        raise NotAnEvent(f'expected an event as a JSON object or form, found the body "{text.strip()[:60]}"')
    seq, received = outer.get("seq"), moment(outer.get("received_at"))
    known = isinstance(seq, int) and not isinstance(seq, bool) and abs(seq) < 1 << 63
    return Delivered(_checked(inner), seq if known else None, received.at if received else None)


def _body(outer: Mapping[str, Any]) -> str:
    packed, plain = outer.get("body64"), outer.get("body")
    if isinstance(plain, str):
        return plain
    if isinstance(plain, dict):  # written by hand: the event itself where its text belongs
        return json.dumps(plain)
    try:
        return base64.b64decode(str(packed), validate=True).decode("utf-8", "replace")
    except ValueError:
        raise NotAnEvent("expected a body as text, or as base64 in body64") from None


def _object(text: str) -> dict[str, Any] | None:
    text = text.strip().lstrip("\ufeff")
    if not text.startswith(("{", "[", '"')) and "=" in text:
        return _form(text)
    try:
        found = json.loads(text)
        if "\\ud" in text.lower():  # half of a character is no text
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _form(text: str) -> dict[str, Any] | None:
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS)) or None
    except ValueError:
        return None


def _checked(event: Mapping[str, Any]) -> Mapping[str, Any]:
    if event.get("event") not in EVENTS:
        found = str(event.get("event", "no field event"))[:60]
        raise NotAnEvent(f"expected event to be one of {', '.join(EVENTS)}, found {found}")
    return event
