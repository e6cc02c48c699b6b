"""The front door: one ASGI application. Webhooks never touch Django; Django itself runs as WSGI in threads."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from callwitness.services.inbox import conninfo, open_inbox
from callwitness.web.health import door
from callwitness.web.hooks.app import PREFIX, HooksApp, hooks_app
from callwitness.web.hooks.registered import postgres_hooks, sqlite_hooks
from callwitness.web.hooks.tokens import TokenBook

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
THREADS: Final = 10
"""Requests that Django serves at the same time; the others wait."""


class FrontDoor:
    """ASGI. Holds the inbox and Django's threads for the life of the process."""

    def __init__(self) -> None:
        self._hooks = _hooks()
        self._django = WSGIMiddleware(get_wsgi_application(), workers=THREADS)
        door.hooks = self._hooks.counters

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._hooks(scope, receive, send)
        elif scope["type"] == "http":
            await self._django(scope, receive, _Listener(send))
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._hooks.close()
        self._django.executor.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})


class _Listener:
    """Passes an answer on until its reader has gone; the rest is dropped, so that the thread that makes it ends."""

    def __init__(self, send: Send) -> None:
        self._send, self._gone = send, False

    async def __call__(self, message: Message) -> None:
        if self._gone:
            return
        try:
            await self._send(message)
        except Exception:  # noqa: BLE001 a server has its own error for a closed connection
            self._gone = True


def _hooks() -> HooksApp:
    if connection.vendor == "postgresql":
        load = partial(postgres_hooks, conninfo())
    else:
        load = partial(sqlite_hooks, settings.SERVER.sqlite)
    return hooks_app(open_inbox(), TokenBook(load), lambda: time.time_ns() // 1_000_000)


app = FrontDoor()
