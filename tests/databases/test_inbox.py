"""The inbox of webhooks where it can really fail: PostgreSQL that goes away, a disk without room."""

from __future__ import annotations

import asyncio
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from callwitness.ledger.inbox import (
    ONCE_KEPT_MS,
    Arrival,
    Backlog,
    Inbox,
    InboxFull,
    InboxUnavailable,
    SqliteInbox,
)
from callwitness.ledger.inbox_postgres import PostgresInbox
from callwitness.web.hooks.registered import postgres_hooks
from callwitness.web.hooks.tests.servers import Client, ledger, post, serving
from callwitness.web.hooks.tokens import Hook
from tests.databases.servers import postgresql

NOW = 1_793_602_800_000
REAL = pytest.mark.real("PostgreSQL", commands=("pg_ctlcluster",), root=True)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL of its own, as libpq takes it."""
    with tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        with postgresql(Path(folder), "SELECT 1") as running:
            yield f"host={running} user=postgres dbname=postgres"


@pytest.fixture
def conninfo(server: str) -> Iterator[str]:
    """A database for one test."""
    with psycopg.connect(server, autocommit=True) as keeper:
        keeper.execute("CREATE DATABASE one_test")
        yield server.replace("dbname=postgres", "dbname=one_test")
        keeper.execute("DROP DATABASE one_test WITH (FORCE)")


@pytest.fixture
def inbox(conninfo: str) -> Iterator[PostgresInbox]:
    opened = PostgresInbox(conninfo)
    yield opened
    opened.close()


def arrival(body: bytes = b"{}", once: str | None = None, at: int = NOW) -> Arrival:
    return Arrival(7, at, "application/json", body, "e-1", "{}", once)


def bodies(inbox: Inbox) -> list[bytes]:
    return [letter.body for letter in inbox.after(0, 100_000)]


@REAL
def test_letters_come_back_in_order_as_they_were_kept(inbox: PostgresInbox) -> None:
    assert inbox.append([]) == []
    assert inbox.append([arrival(b"%d" % at) for at in range(500)]) == [True] * 500
    inbox.append([Arrival(8, NOW + 1, "", b"\xff\0")])
    letters = inbox.after(0, 1000)
    assert [letter.body for letter in letters] == [b"%d" % at for at in range(500)] + [b"\xff\0"]
    assert (letters[0].event_id, letters[-1].event_id, letters[-1].source_id) == ("e-1", None, 8)
    assert inbox.after(letters[0].seq, 1) == letters[1:2]
    assert inbox.forget(letters[-2].seq) == 500
    assert inbox.backlog() == Backlog(1, NOW + 1)
    inbox.forget(letters[-1].seq)
    assert inbox.backlog() == Backlog(0, None)


@REAL
def test_a_key_is_kept_once_by_whichever_front_door(inbox: PostgresInbox, conninfo: str) -> None:
    assert inbox.append([arrival(b"1", "a"), arrival(b"2", "a"), arrival(b"3")]) == [True, False, True]
    another = PostgresInbox(conninfo)
    assert another.append([arrival(b"4", "a"), arrival(b"5", "b")]) == [False, True]
    assert another.append([arrival(b"6", "a", NOW + ONCE_KEPT_MS + 1)]) == [True]
    another.close()
    assert bodies(inbox) == [b"1", b"3", b"5", b"6"]


@REAL
def test_a_reader_beside_several_front_doors_never_passes_one_over(conninfo: str) -> None:
    def write(mark: int) -> None:
        own = PostgresInbox(conninfo)
        for at in range(60):
            own.append([arrival(b"%d-%d" % (mark, at))] * (1 + mark))
        own.close()

    writers = [threading.Thread(target=write, args=(mark,)) for mark in range(4)]
    for writer in writers:
        writer.start()
    reader, seq, found = PostgresInbox(conninfo), 0, list[bytes]()
    while True:
        alive = any(writer.is_alive() for writer in writers)
        letters = reader.after(seq, 37)
        found += [letter.body for letter in letters]
        seq = reader.forget(letters[-1].seq) and letters[-1].seq if letters else seq
        if not letters and not alive:
            break
    reader.close()
    assert Counter(found) == {b"%d-%d" % (mark, at): 1 + mark for mark in range(4) for at in range(60)}


@REAL
def test_a_database_that_goes_away_is_an_error_until_it_is_back(inbox: PostgresInbox, server: str) -> None:
    inbox.append([arrival(b"before")])
    with psycopg.connect(server, autocommit=True) as keeper:
        keeper.execute("ALTER DATABASE one_test ALLOW_CONNECTIONS false")
        keeper.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'one_test'")
        for _ in range(2):
            with pytest.raises(InboxUnavailable, match="nothing of the call was kept"):
                inbox.append([arrival(b"away")])
        keeper.execute("ALTER DATABASE one_test ALLOW_CONNECTIONS true")
    inbox.append([arrival(b"after")])
    assert bodies(inbox) == [b"before", b"after"]


@REAL
def test_tokens_are_read_from_the_ledger(conninfo: str) -> None:
    with psycopg.connect(conninfo) as ledger_:
        ledger_.execute(
            "CREATE TABLE ledger_source (id bigint, hook_token text, hook_secret text, enabled bool)"
        )
        ledger_.execute(
            "INSERT INTO ledger_source VALUES (1, 'a', 's', true), (2, 'b', '', false), (3, null, '', true)"
        )
    assert postgres_hooks(conninfo) == {"a": Hook(1, "s")}


@REAL
def test_the_door_before_postgresql_keeps_what_it_acknowledged_through_a_kill(
    conninfo: str, tmp_path: Path
) -> None:
    ledger(tmp_path)
    acknowledged: list[str] = []
    for turn in range(2):
        requests = [(f"{turn}-{at}", post(b'{"event_id": "%d-%d"}' % (turn, at))) for at in range(20_000)]
        with serving(tmp_path, HOOKS_CONNINFO=conninfo) as door:
            client = Client(door.port, goal=300)

            async def until_killed(
                client: Client = client, requests: list[tuple[str, bytes]] = requests
            ) -> None:
                sending = asyncio.create_task(client.send(requests, connections=40))
                await client.enough.wait()
                door.kill()
                await sending

            asyncio.run(until_killed())
        acknowledged += [name for name, status in client.status.items() if status == 202]
    inbox = PostgresInbox(conninfo)
    kept = Counter(letter.event_id for letter in inbox.after(0, 100_000))
    inbox.close()
    assert len(acknowledged) >= 600
    assert set(acknowledged) <= set(kept)
    assert set(kept.values()) == {1}


@pytest.mark.real("a disk without room", commands=("mount",), root=True)
def test_a_full_disk_refuses_and_takes_again_when_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", folder], check=True)
    try:
        ledger(folder)
        big = [(str(at), post(b'{"event_id": "%d", "x": "%s"}' % (at, b"x" * 20_000))) for at in range(100)]
        with serving(folder) as door:
            client = Client(door.port)
            asyncio.run(client.send(big, connections=4))
            taken = {name for name, status in client.status.items() if status == 202}
            assert set(client.status.values()) == {202, 503}
            subprocess.run(["mount", "-o", "remount,size=16m", folder], check=True)
            again = Client(door.port)
            asyncio.run(again.send(big[:10], connections=2))
            assert set(again.status.values()) == {202}
        inbox = SqliteInbox(folder / "inbox")
        kept = Counter(letter.event_id for letter in inbox.after(0, 1000))
        inbox.close()
    finally:
        subprocess.run(["umount", folder], check=True)
    assert kept == Counter([*taken, *again.status])


@pytest.mark.real("a disk without room", commands=("mount",), root=True)
def test_a_full_disk_is_told_from_other_trouble(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", tmp_path], check=True)
    inbox = SqliteInbox(tmp_path / "inbox")
    try:
        with pytest.raises(InboxFull, match="Free some space"):
            inbox.append([arrival(bytes(20_000))] * 50)
    finally:
        inbox.close()
        subprocess.run(["umount", tmp_path], check=True)
