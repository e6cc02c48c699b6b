"""What the front door does with senders and readers that go silent or away. Whole requests: web/hooks and tests/server."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from callwitness.web import asgi

Message = MutableMapping[str, Any]


async def nothing() -> Message:
    await asyncio.Event().wait()
    return {}


async def unread(_message: Message) -> None:
    await asyncio.Event().wait()


def test_a_body_that_breaks_off_is_an_error_and_not_a_short_body() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    talk = asgi._Conversation(gone, unread)
    with pytest.raises(ConnectionResetError):
        asyncio.run(talk.receive())


def test_a_sender_that_goes_silent_does_not_hold_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "PATIENCE_S", 0.01)
    talk = asgi._Conversation(nothing, unread)
    with pytest.raises(TimeoutError):
        asyncio.run(talk.receive())


def test_an_answer_that_nobody_reads_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "PATIENCE_S", 0.01)
    talk = asgi._Conversation(nothing, unread)

    async def send_much() -> None:
        for _ in range(1000):
            await talk.send({"type": "http.response.body", "body": b"x", "more_body": True})

    asyncio.run(send_much())
    assert talk._gone


def test_a_whole_conversation_passes_unchanged() -> None:
    sent: list[Message] = []

    async def body() -> Message:
        return {"type": "http.request", "body": b"abc", "more_body": False}

    async def keep(message: Message) -> None:
        sent.append(message)

    talk = asgi._Conversation(body, keep)
    assert asyncio.run(talk.receive())["body"] == b"abc"
    asyncio.run(talk.send({"type": "http.response.body", "body": b"x"}))
    assert sent == [{"type": "http.response.body", "body": b"x"}]


def test_only_http_is_spoken() -> None:
    sent: list[Message] = []

    async def keep(message: Message) -> None:
        sent.append(message)

    asyncio.run(asgi.app({"type": "websocket", "path": "/"}, nothing, keep))
    assert sent == [{"type": "websocket.close", "code": 1000}]
