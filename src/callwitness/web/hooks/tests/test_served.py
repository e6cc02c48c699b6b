"""The front door behind a real server: many senders at once, kills in the middle, and requests that lie."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from callwitness.ledger.inbox import SqliteInbox
from callwitness.web.hooks.signature import signature
from callwitness.web.hooks.tests.servers import (
    SECRET,
    SIGNED,
    Client,
    Server,
    answer_of,
    ledger,
    post,
    serving,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ledger(tmp_path)
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as running:
        yield running


def kept(folder: Path) -> Counter[str]:
    """Event ids in the inbox."""
    inbox = SqliteInbox(folder / "inbox")
    try:
        return Counter(str(letter.event_id) for letter in inbox.after(0, 1_000_000))
    finally:
        inbox.close()


def event(name: str, token: str | None = None) -> bytes:
    body = b'{"event": "call.ended", "event_id": "%s", "call_id": "c"}' % name.encode()
    if token is None:
        return post(body)
    return post(body, token, callwitness_signature=signature(SECRET, int(time.time()), body))


def exchange(server: Server, *pieces: bytes) -> int | None:
    """The status that answers these bytes; None when the connection is closed without a word."""

    async def talk() -> int | None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            return await asyncio.wait_for(answer_of(reader), 30)
        except (OSError, asyncio.IncompleteReadError):
            return None
        finally:
            writer.close()

    return asyncio.run(talk())


def test_hundreds_of_senders_at_once_are_all_answered_and_kept_once(server: Server, folder: Path) -> None:
    client = Client(server.port)
    names = [f"e{at}" for at in range(2000)]
    asyncio.run(client.send([(name, event(name)) for name in names], connections=300))
    assert Counter(client.status.values()) == {202: 2000}
    assert kept(folder) == Counter(names)


def test_every_acknowledged_body_is_there_exactly_once_after_kills_in_the_middle(folder: Path) -> None:
    chance = random.Random(7)
    acknowledged: set[str] = set()
    signed = [(f"s{at}", event(f"s{at}", SIGNED)) for at in range(300)]
    for turn in range(4):
        with serving(folder) as server:
            client = Client(server.port, goal=chance.randint(50, 900))
            fresh = [(f"{turn}-{at}", event(f"{turn}-{at}")) for at in range(100_000)]
            again = [one for one in signed if one[0] not in acknowledged]
            asyncio.run(_until_killed(client, server, again + fresh))
        taken = {name for name, status in client.status.items() if status in (200, 202)}
        assert len(taken) == len(client.status)
        acknowledged |= taken
    found = kept(folder)
    assert acknowledged <= set(found)
    assert set(found.values()) == {1}
    assert len(set(found) - acknowledged) <= 4 * 50


async def _until_killed(client: Client, server: Server, requests: list[tuple[str, bytes]]) -> None:
    sending = asyncio.create_task(client.send(requests, connections=50))
    await client.enough.wait()
    server.kill()
    await sending


def test_requests_that_lie_about_their_length_are_cut_short(server: Server, folder: Path) -> None:
    assert exchange(server, post(b"{}", length=10_000_000_000)) == 413
    assert exchange(server, post(b"{}", length=300_000)) == 413
    endless = post(b"", transfer_encoding="chunked", content_length="").replace(b"content-length: \r\n", b"")
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    assert exchange(server, endless, *[chunk] * 6) in (413, None)
    assert exchange(server, endless, *[chunk] * 500) in (413, None)
    assert exchange(server, post(b'{"event_id": "whole"}')) == 202
    assert kept(folder) == Counter(["whole"])


def test_a_sender_that_hangs_up_half_way_leaves_nothing(server: Server, folder: Path) -> None:
    async def hang_up() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(post(b'{"event_id": "half"}', length=50))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    asyncio.run(hang_up())
    assert exchange(server, event("after")) == 202
    assert kept(folder) == Counter(["after"])


def test_more_after_the_stated_length_is_not_part_of_the_body(server: Server, folder: Path) -> None:
    asyncio.run(Client(server.port).send([("x", post(b'{"event_id": "short"}GARBAGE', length=21))], 1))
    assert kept(folder) == Counter(["short"])


def test_wrong_addresses_and_methods_are_refused(server: Server) -> None:
    assert exchange(server, post(b"{}", "no-such-token")) == 404
    assert exchange(server, post(b"{}", "%2e%2e/secret")) == 404
    assert exchange(server, b"GET /hooks/token-of-the-tests HTTP/1.1\r\nhost: x\r\n\r\n") == 405


def test_an_orderly_stop_writes_what_it_took(folder: Path) -> None:
    with serving(folder) as server:
        assert exchange(server, event("last")) == 202
    assert kept(folder) == Counter(["last"])
    assert server.process.returncode == 0
