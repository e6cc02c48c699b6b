"""A front door without a server: requests as ASGI messages, the real inbox behind."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from callwitness.web.hooks.app import HooksApp

NOW = 1_793_602_800_000
OPEN, SIGNED = "open-token", "signed-token"
SECRET = "a secret of the source"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    told: Any


async def ask(
    door: HooksApp,
    token: str = OPEN,
    body: bytes | Sequence[bytes] = b'{"event": "call.ended"}',
    method: str = "POST",
    **headers: str | None,
) -> Answer:
    """One request; a list of pieces is a body without a stated length."""
    pieces = [body] if isinstance(body, bytes) else list(body)
    told: dict[str, str | None] = {"content_type": "application/json", **headers}
    if isinstance(body, bytes):
        told = {"content_length": str(len(body)), **told}
    scope = {
        "type": "http", "method": method, "path": f"/hooks/{token}",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in told.items() if value is not None],
    }  # fmt: skip
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await door(scope, receive, send)
    start, text = sent
    return Answer(
        start["status"], {k.decode(): v.decode() for k, v in start["headers"]}, json.loads(text["body"])
    )
