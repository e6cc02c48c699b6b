"""The front door as granian serves it in the tests: an inbox and a ledger in the folder that HOOKS_FOLDER names."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from callwitness.ledger.inbox import Inbox, SqliteInbox
from callwitness.ledger.inbox_postgres import PostgresInbox
from callwitness.web.hooks.app import hooks_app
from callwitness.web.hooks.registered import sqlite_hooks
from callwitness.web.hooks.tokens import TokenBook

FOLDER = Path(os.environ["HOOKS_FOLDER"])
CONNINFO = os.environ.get("HOOKS_CONNINFO")
INBOX: Inbox = PostgresInbox(CONNINFO) if CONNINFO else SqliteInbox(FOLDER / "inbox")
DOOR = hooks_app(
    INBOX, TokenBook(lambda: sqlite_hooks(FOLDER / "ledger")), lambda: time.time_ns() // 1_000_000
)


async def app(
    scope: MutableMapping[str, Any],
    receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:
    """Requests to the door; its writer stops with the server."""
    if scope["type"] == "http":
        await DOOR(scope, receive, send)
    elif scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        DOOR.close()
        INBOX.close()
        await send({"type": "lifespan.shutdown.complete"})
