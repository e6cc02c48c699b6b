"""The front door: one ASGI application. Webhooks never touch Django; Django itself runs as WSGI in threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any, Final, cast

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection

from callwitness.services.arrivals.inbox import conninfo, open_inbox
from callwitness.web.health import door
from callwitness.web.hooks.app import PREFIX, HooksApp, hooks_app
from callwitness.web.hooks.registered import postgres_hooks, sqlite_hooks
from callwitness.web.hooks.tokens import TokenBook

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
THREADS: Final = 10
"""Requests that Django serves at the same time; the others wait."""
PATIENCE_S: Final = 60.0
"""How long a piece of a body, or of an answer that is read, may take."""


class FrontDoor:
    """ASGI. Holds the inbox and Django's threads for the life of the process."""

    def __init__(self) -> None:
        self._hooks = _hooks()
        self._django: Any = WSGIMiddleware(cast("Any", get_wsgi_application()), workers=THREADS)
        door.hooks = self._hooks.counters

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await self._hooks(scope, receive, send)
        elif scope["type"] == "http":
            talk = _Conversation(receive, send)
            await self._django(scope, talk.receive, talk.send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._hooks.close()
        self._django.executor.shutdown(wait=False, cancel_futures=True)
        await send({"type": "lifespan.shutdown.complete"})


class _Conversation:
    """One request and its answer, so that nobody holds a thread of Django's by doing nothing.

    A body that breaks off is an error and not a short body: half a file is never taken for a whole one.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._gone = False

    async def receive(self) -> Message:
        """The next piece of the body. Raises ``OSError``."""
        message = await asyncio.wait_for(self._receive(), PATIENCE_S)
        if message["type"] != "http.request":
            raise ConnectionResetError("the sender has gone")
        return message

    async def send(self, message: Message) -> None:
        """The next piece of the answer; when it is not read, the rest is dropped."""
        if not self._gone:
            try:
                await asyncio.wait_for(self._send(message), PATIENCE_S)
            except TimeoutError:
                self._gone = True


def _hooks() -> HooksApp:
    if connection.vendor == "postgresql":
        load = partial(postgres_hooks, conninfo())
    else:
        load = partial(sqlite_hooks, settings.SERVER.sqlite)
    return hooks_app(open_inbox(), TokenBook(load), lambda: time.time_ns() // 1_000_000)


app = FrontDoor()
