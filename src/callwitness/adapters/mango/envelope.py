"""One recorded notification out of whatever it was recorded in: plain JSON, a wrapper, a form body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs

_INSIDE: Final = ("json", "data", "body", "payload", "params", "request")
_DEPTH: Final = 4


class NotANotification(Exception):
    """The line is none; the message is the sentence for the user."""


def notification(line: str) -> dict[str, Any]:
    """The JSON object of one line. Raises ``NotANotification``.

    Understood: ``{...}``, ``{"event": "events/call", "json": {...}}``, the same with ``json`` as text, and the form
    body ``vpbx_api_key=...&sign=...&json=%7B...%7D`` as it came by HTTP.
    """
    found = _unwrap(_loads(line), _DEPTH)
    if found is None:
        raise NotANotification(f'expected an event of Mango as JSON, found "{line.strip()[:60]}"')
    return found


def _loads(text: str) -> Any:
    text = text.strip().rstrip(",")
    if "json=" in text[:4000] and not text.startswith(("{", "[")):
        try:
            text = parse_qs(text, max_num_fields=50).get("json", [""])[0]
        except ValueError:
            return None
    try:
        found = json.loads(text)
        if "\\ud" in text.lower():  # half of a surrogate pair is no text
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return found


def _unwrap(value: object, depth: int) -> dict[str, Any] | None:
    if isinstance(value, str):
        value = _loads(value)
    if not isinstance(value, dict) or depth == 0:
        return None
    if kind_of(value):
        return value
    for key in _INSIDE:
        if key in value:
            found = _unwrap(value[key], depth - 1)
            if found is not None:
                return found
    return None


def kind_of(event: Mapping[str, Any]) -> str | None:
    """call, summary, recording or another name of a notification about an entry; None for no notification."""
    if "call_state" in event:
        return "call"
    if "recording_state" in event:
        return "recording"
    if "entry_result" in event or ("entry_id" in event and "end_time" in event):
        return "summary"
    if "dtmf" in event:
        return "dtmf"
    return "other" if "entry_id" in event and ("timestamp" in event or "call_id" in event) else None


def text(value: object) -> str | None:
    """A string or number as text; null, blank and anything else as None."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None


def seconds(value: object) -> int | None:
    """Unix time as ms, from text or number, in seconds or milliseconds; None outside 2000..2100 (0 = not yet)."""
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return None
    if 946_684_800 <= number <= 4_102_444_800:
        return round(number * 1000)
    return round(number) if 946_684_800_000 <= number <= 4_102_444_800_000 else None


def inner(event: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A nested object, or an empty one."""
    value = event.get(key)
    return value if isinstance(value, dict) else {}
