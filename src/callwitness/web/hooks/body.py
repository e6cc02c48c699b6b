"""A request's body: read under a bound, looked at just far enough to refuse what no adapter could read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

from callwitness.web.hooks.refusals import Refused, too_large

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MAX_EVENTS: Final = 1000
MAX_FIELDS: Final = 300
_FORM: Final = "application/x-www-form-urlencoded"
_SPACE: Final = " \t\r\n"
_DECODER: Final = json.JSONDecoder()


class Gone(Exception):
    """The sender hung up before its body was whole."""


class Event(NamedTuple):
    """One event of a body: its bytes as they stood there, and the sender's id of it."""

    body: bytes
    event_id: str | None


async def read_body(receive: Receive, stated: bytes | None, limit: int, patience_s: float) -> bytes:
    """The whole body. stated: Content-Length, believed only to refuse sooner.

    Raises ``Refused`` (413; 408 when it takes too long) and ``Gone``.
    """
    if stated is not None and stated.isdigit() and (len(stated) > 12 or int(stated) > limit):
        raise too_large(limit)
    try:
        async with asyncio.timeout(patience_s):
            return await _collect(receive, limit)
    except TimeoutError:
        raise Refused(408, "slow", f"The body was not whole after {patience_s:.0f} seconds.") from None


async def _collect(receive: Receive, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


def events_of(content_type: str, body: bytes) -> list[Event]:
    """The events of a body: one for a JSON object or form, one for each object of a JSON array.

    Raises ``Refused`` (400, 415).
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM and not body.lstrip().startswith((b"{", b"[")):  # curl -d says "form" of JSON too
        return [_form(body)]
    if kind in ("", _FORM, "application/json", "text/json", "text/plain") or kind.endswith("+json"):
        return _json(body)
    raise Refused(415, "content_type", "Expected application/json or a form body.")


def _form(body: bytes) -> Event:
    try:
        fields = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:  # not ASCII (UnicodeDecodeError is one), or too many fields
        fields = {}
    if not any(fields.values()):
        raise Refused(
            400, "not_a_form", f"Expected a form body of up to {MAX_FIELDS} percent-encoded fields."
        )
    return Event(body, _event_id(fields))


def _json(body: bytes) -> list[Event]:
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text)
    except UnicodeDecodeError:
        raise Refused(400, "not_json", "The body is no UTF-8.") from None
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise Refused(400, "not_json", f"The body is no JSON: {problem.msg}, {where}.") from None
    except (ValueError, RecursionError):  # a number of thousands of digits; thousands of brackets
        raise Refused(400, "not_json", "The body is no JSON that can be read.") from None
    if isinstance(value, dict):
        return [Event(body, _event_id(value))]
    if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
        raise Refused(400, "no_events", "Expected a JSON object, or an array of objects that is not empty.")
    if len(value) > MAX_EVENTS:
        raise Refused(400, "too_many", f"Expected at most {MAX_EVENTS} events in one body.")
    return _pieces(text)


def _pieces(text: str) -> list[Event]:
    """Each object of an array, cut out as it stands."""
    events = []
    at = text.index("[")
    while True:
        begin = at + 1
        while text[begin] in _SPACE:
            begin += 1
        value, end = _DECODER.raw_decode(text, begin)
        events.append(Event(text[begin:end].encode(), _event_id(value)))
        while text[end] in _SPACE:
            end += 1
        if text[end] == "]":
            return events
        at = end


def _event_id(fields: MutableMapping[str, Any]) -> str | None:
    """The field ``event_id`` as a database can hold it: no zero bytes, no halves of characters."""
    told = fields.get("event_id")
    if not isinstance(told, str | int) or isinstance(told, bool):
        return None
    return str(told)[:200].replace("\0", "").encode("utf-8", "replace").decode() or None
