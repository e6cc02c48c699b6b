"""``POST /hooks/<token>``: the way of one body from the socket into the inbox, and the answer.

202 is sent after the commit that holds the body, and never before. Whatever goes wrong, the sender is told so with a
status that makes it send again, or a sentence that says what is wrong with the body.
"""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from callwitness.ledger.inbox import Arrival, Inbox, InboxUnavailable
from callwitness.web.hooks.body import Gone, Receive, events_of, read_body
from callwitness.web.hooks.counters import HookCounters
from callwitness.web.hooks.group_commit import GroupCommit
from callwitness.web.hooks.rates import Rates
from callwitness.web.hooks.refusals import Refused, later, unknown, wrong_method
from callwitness.web.hooks.signature import signed_once
from callwitness.web.hooks.tokens import Hook, TokenBook, TokensUnavailable

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Scope = MutableMapping[str, Any]

PREFIX: Final = "/hooks/"
_KEPT_HEADERS: Final = (b"user-agent", b"x-request-id", b"webhook-id", b"callwitness-signature")
_ONE: Final = b'{"received": 1}\n'


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the front door. body: bytes. patience_s: for a whole body. waiting: events before their commit.

    per_s, burst: bodies of one source; far above what the calls of one company make.
    """

    body: int = 256 * 1024
    patience_s: float = 15
    waiting: int = 10_000
    waiting_bytes: int = 64 << 20
    per_s: float = 1000
    burst: float = 10_000


def hooks_app(
    inbox: Inbox, token_book: TokenBook, clock: Callable[[], int], limits: Limits | None = None
) -> HooksApp:
    """The ASGI callable. clock: ms UTC."""
    return HooksApp(inbox, token_book, clock, limits or Limits())


class HooksApp:
    """ASGI. ``counters`` for the metrics; ``close`` at the end of the process, after the last request."""

    def __init__(self, inbox: Inbox, token_book: TokenBook, clock: Callable[[], int], limits: Limits) -> None:
        self.counters = HookCounters()
        self._tokens, self._clock, self._limits = token_book, clock, limits
        self._writer = GroupCommit(inbox, self.counters, limits.waiting, limits.waiting_bytes)
        self._rates = Rates(limits.per_s, limits.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            raise RuntimeError(f"the front door for webhooks speaks HTTP only, not {scope['type']}")
        try:
            status, text, more = *await self._take(scope, receive), {}
        except Refused as no:
            self.counters.refused[no.reason] += 1
            status, text, more = no.status, _told({"error": no.sentence}), dict(no.headers)
        except Gone:
            self.counters.refused["gone"] += 1
            return
        await _answer(send, status, text, more)

    def close(self) -> None:
        """Write what waits and stop the writer."""
        self._writer.close()

    async def _take(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        """Status and text of the answer to a body that is kept. Raises ``Refused`` and ``Gone``."""
        hook = await self._hook(scope["path"])
        if scope["method"] != "POST":
            raise wrong_method(scope["method"])
        if not self._rates.take(hook.source_id, time.monotonic()):
            raise later(429, "rate", "This source sends faster than it may.")
        headers = dict(scope["headers"])
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Refused(415, "content_encoding", "Send the body uncompressed.")
        body = await read_body(
            receive, headers.get(b"content-length"), self._limits.body, self._limits.patience_s
        )
        kept = await self._keep(self._arrivals(hook, headers, body))
        self.counters.received += sum(kept)
        self.counters.repeated += len(kept) - sum(kept)
        if not any(kept):
            return 200, _told({"received": len(kept), "repeated": True})
        return 202, _ONE if len(kept) == 1 else _told({"received": len(kept)})

    async def _hook(self, path: str) -> Hook:
        token = path.removeprefix(PREFIX)
        try:
            hook = await self._tokens.find(token) if token else None
        except TokensUnavailable:
            raise later(503, "tokens", "Addresses cannot be checked just now; nothing was kept.") from None
        if hook is None:
            raise unknown()
        return hook

    def _arrivals(self, hook: Hook, headers: Mapping[bytes, bytes], body: bytes) -> list[Arrival]:
        now = self._clock()
        once = None
        if hook.secret:
            once = signed_once(hook.secret, headers.get(b"callwitness-signature"), body, now)
        content_type = _text(headers.get(b"content-type", b""))
        kept = {_text(name): _text(headers[name]) for name in _KEPT_HEADERS if name in headers}
        told = json.dumps(kept)
        return [
            Arrival(hook.source_id, now, content_type, event.body, event.event_id, told,
                    once and f"{hook.source_id}:{once}:{at}")
            for at, event in enumerate(events_of(content_type, body))
        ]  # fmt: skip

    async def _keep(self, arrivals: list[Arrival]) -> list[bool]:
        try:
            return await self._writer.keep(arrivals)
        except InboxUnavailable:
            raise later(503, "inbox", "The inbox cannot be written just now; nothing was kept.") from None


def _text(value: bytes) -> str:
    """A header for people and databases: 200 characters, none of them a control."""
    text = value[:200].decode("latin-1")
    return text if text.isprintable() else "".join(char for char in text if char.isprintable())


def _told(facts: Mapping[str, object]) -> bytes:
    return json.dumps(facts).encode() + b"\n"


async def _answer(send: Send, status: int, text: bytes, more: Mapping[str, str]) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(text))]
    headers += [(name.encode(), value.encode()) for name, value in more.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
