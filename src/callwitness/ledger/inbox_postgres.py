"""The inbox as a table on PostgreSQL, for several front doors and a worker on different machines."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.rows import TupleRow

from callwitness.ledger.inbox import ONCE_KEPT_MS, Arrival, Backlog, InboxFull, InboxUnavailable, Letter

_CONNECT_S: Final = 3
_IN_ORDER: Final = "SELECT pg_advisory_xact_lock(hashtext('callwitness_inbox'))"
"""Whoever appends waits for the one before: numbers become visible in order, and a reader never passes over one."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS callwitness_inbox (
    seq BIGINT GENERATED ALWAYS AS IDENTITY (START WITH {first}) PRIMARY KEY, source_id BIGINT NOT NULL,
    received_at BIGINT NOT NULL, content_type TEXT NOT NULL, body BYTEA NOT NULL, event_id TEXT, headers TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS callwitness_inbox_once (once TEXT PRIMARY KEY, received_at BIGINT NOT NULL);
CREATE INDEX IF NOT EXISTS callwitness_inbox_once_age ON callwitness_inbox_once (received_at);
"""
_INSERT: Final = """
INSERT INTO callwitness_inbox (source_id, received_at, content_type, body, event_id, headers)
SELECT source_id, received_at, content_type, body, event_id, headers
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bytea[], %s::text[], %s::text[]) WITH ORDINALITY
    AS told (source_id, received_at, content_type, body, event_id, headers, place)
ORDER BY place
"""
_INSERT_ONCE: Final = """
INSERT INTO callwitness_inbox_once SELECT * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING RETURNING once
"""


class PostgresInbox:
    """``Inbox`` in the tables ``callwitness_inbox`` and ``callwitness_inbox_once``, made when first used.

    conninfo: as libpq takes it. After an error the connection is made anew.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._lock = threading.Lock()

    def append(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """See ``Inbox.append``."""
        with self._transaction() as connection:
            connection.execute(_IN_ORDER)
            fresh = _fresh(connection, arrivals)
            kept = [arrival for arrival, new in zip(arrivals, fresh, strict=True) if new]
            if kept:
                connection.execute(_INSERT, _columns(kept), binary=True)
            return fresh

    def after(self, seq: int, limit: int) -> list[Letter]:
        """See ``Inbox.after``."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT seq, source_id, received_at, content_type, body, event_id, headers FROM callwitness_inbox"
                " WHERE seq > %s ORDER BY seq LIMIT %s",
                (seq, limit),
                binary=True,
            )
            return [Letter(*row) for row in rows]

    def forget(self, upto_seq: int) -> int:
        """See ``Inbox.forget``."""
        with self._transaction() as connection:
            return connection.execute("DELETE FROM callwitness_inbox WHERE seq <= %s", (upto_seq,)).rowcount

    def backlog(self) -> Backlog:
        """See ``Inbox.backlog``."""
        with self._transaction() as connection:
            row = connection.execute("SELECT count(*), min(received_at) FROM callwitness_inbox").fetchone()
            return Backlog(*row) if row else Backlog(0, None)

    def close(self) -> None:
        """See ``Inbox.close``."""
        with self._lock:
            self._drop()

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[TupleRow]]:
        """One transaction, one thread at a time; errors of the database come out as ours."""
        with self._lock:
            try:
                connection = self._connected()
                with connection.transaction():
                    yield connection
            except BaseException as problem:
                self._drop()
                if isinstance(problem, psycopg.Error):
                    raise _ours(problem) from problem
                raise

    def _connected(self) -> psycopg.Connection[TupleRow]:
        if self._connection is None:
            connection = psycopg.connect(self._conninfo, autocommit=True, connect_timeout=_CONNECT_S)
            self._connection = connection
            connection.execute(
                "SET synchronous_commit = on"
            )  # a server may be set to answer before it has written
            found = connection.execute("SELECT to_regclass('callwitness_inbox_once_age')").fetchone()
            if not found or found[0] is None:
                with connection.transaction():
                    connection.execute(_IN_ORDER)
                    connection.execute(_TABLES.format(first=time.time_ns() // 1000))
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
        self._connection = None


def _fresh(connection: psycopg.Connection[TupleRow], arrivals: Sequence[Arrival]) -> list[bool]:
    """For each arrival whether it is to be kept; the first of several with one key is."""
    keyed = {arrival.once: arrival.received_at for arrival in arrivals if arrival.once is not None}
    if not keyed:
        return [True] * len(arrivals)
    oldest = min(keyed.values()) - ONCE_KEPT_MS
    connection.execute("DELETE FROM callwitness_inbox_once WHERE received_at < %s", (oldest,))
    new = {once for (once,) in connection.execute(_INSERT_ONCE, (list(keyed), list(keyed.values())))}
    fresh = []
    for arrival in arrivals:
        fresh.append(arrival.once is None or arrival.once in new)
        new.discard(arrival.once)
    return fresh


def _columns(arrivals: Sequence[Arrival]) -> tuple[list[Any], ...]:
    return (
        [arrival.source_id for arrival in arrivals],
        [arrival.received_at for arrival in arrivals],
        [arrival.content_type for arrival in arrivals],
        [arrival.body for arrival in arrivals],
        [arrival.event_id for arrival in arrivals],
        [arrival.headers for arrival in arrivals],
    )


def _ours(problem: psycopg.Error) -> InboxUnavailable:
    """Our error; the server's own words name no row and no password."""
    if isinstance(problem, psycopg.errors.DiskFull):
        return InboxFull(
            "PostgreSQL has no room left on its disk; nothing of the call was kept. Free some space."
        )
    said = str(problem.diag.message_primary or type(problem).__name__)
    return InboxUnavailable(f"PostgreSQL: the inbox cannot be used ({said}); nothing of the call was kept.")
