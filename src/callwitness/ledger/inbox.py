"""The inbox: where bodies that arrive by HTTP are durable before their sender is told so.

A small SQLite file of its own, so that no import into the ledger ever makes a sender wait; WAL with synchronous=FULL,
so that what was appended survives a killed process and a power cut. The worker reads ``after`` the last number it has
taken into the ledger and ``forget``s up to it. The same on PostgreSQL: ``ledger.inbox_postgres``.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from callwitness.domain.errors import CallwitnessError

ONCE_KEPT_MS: Final = 15 * 60_000
"""How long ``Arrival.once`` is remembered: longer than any signature is accepted, on both sides of our clock."""
_BUSY_S: Final = 5.0
_TABLES: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS inbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, source_id INTEGER NOT NULL, received_at INTEGER NOT NULL,
    content_type TEXT NOT NULL, body BLOB NOT NULL, event_id TEXT, headers TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS inbox_once (once TEXT PRIMARY KEY, received_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS inbox_once_age ON inbox_once (received_at);
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'inbox', {first} WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'inbox');
COMMIT;
"""
_INSERT: Final = "INSERT INTO inbox (source_id, received_at, content_type, body, event_id, headers) VALUES "
_VALUES: Final = "(?, ?, ?, ?, ?, ?)"
_COLUMNS: Final = 6
"""Of ``Arrival``, in the order of the statement."""
_ROWS: Final = 1000
"""Rows of one statement. Each statement lets go of the interpreter and must wait to get it back, so few are fast."""


class InboxUnavailable(CallwitnessError):
    """The inbox cannot be used now; nothing of the call was kept. Trying again later may work."""


class InboxFull(InboxUnavailable):
    """There is no room left on the disk of the inbox."""


class Arrival(NamedTuple):
    """One body as it came.

    received_at: ms UTC. event_id: the sender's own, if it has one. headers: JSON object of the few that are kept.
    once: a key under which a body is kept only the first time (its signature); None = kept always.
    """

    source_id: int
    received_at: int
    content_type: str
    body: bytes
    event_id: str | None = None
    headers: str = "{}"
    once: str | None = None


class Letter(NamedTuple):
    """An arrival in the inbox. seq: grows in the order of keeping and is never given twice."""

    seq: int
    source_id: int
    received_at: int
    content_type: str
    body: bytes
    event_id: str | None
    headers: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits. oldest_at: ms UTC, None when nothing does."""

    count: int
    oldest_at: int | None


class Inbox(Protocol):
    """What the front door and the worker need. All methods raise ``InboxUnavailable``; safe to share by threads."""

    def append(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """Keep all or none, durable on return. True: kept; False: its ``once`` was kept before."""
        ...

    def after(self, seq: int, limit: int) -> list[Letter]:
        """The first letters numbered above ``seq``, in order."""
        ...

    def forget(self, upto_seq: int) -> int:
        """Drop the letters up to a number, which the ledger has by now; how many there were."""
        ...

    def backlog(self) -> Backlog:
        """How much waits, and since when."""
        ...

    def close(self) -> None:
        """Let go of the database. Using the inbox again opens it again."""
        ...


class SqliteInbox:
    """``Inbox`` in a SQLite file, made when it is first used. After an error the file is opened anew.

    A new file begins to number at the microsecond of its making: a ledger that has read another inbox up to some
    number never takes letters of this one for letters it has.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def append(self, arrivals: Sequence[Arrival]) -> list[bool]:
        """See ``Inbox.append``."""
        with self._transaction("IMMEDIATE") as connection:
            if all(arrival.once is None for arrival in arrivals):
                _append_all(connection, arrivals)
                return [True] * len(arrivals)
            return [_append_once(connection, arrival) for arrival in arrivals]

    def after(self, seq: int, limit: int) -> list[Letter]:
        """See ``Inbox.after``."""
        with self._transaction("DEFERRED") as connection:
            rows = connection.execute(
                "SELECT seq, source_id, received_at, content_type, body, event_id, headers FROM inbox"
                " WHERE seq > ? ORDER BY seq LIMIT ?",
                (seq, limit),
            )
            return [Letter(*row) for row in rows]

    def forget(self, upto_seq: int) -> int:
        """See ``Inbox.forget``."""
        with self._transaction("IMMEDIATE") as connection:
            return connection.execute("DELETE FROM inbox WHERE seq <= ?", (upto_seq,)).rowcount

    def backlog(self) -> Backlog:
        """See ``Inbox.backlog``. Numbers have no gaps here, so nothing is counted row by row."""
        with self._transaction("DEFERRED") as connection:
            first, last = connection.execute(
                "SELECT (SELECT min(seq) FROM inbox), (SELECT max(seq) FROM inbox)"
            ).fetchone()
            if first is None:
                return Backlog(0, None)
            (oldest,) = connection.execute("SELECT received_at FROM inbox WHERE seq = ?", (first,)).fetchone()
            return Backlog(last - first + 1, oldest)

    def close(self) -> None:
        """See ``Inbox.close``."""
        with self._lock:
            self._drop()

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        """One transaction, one thread at a time; errors of the database come out as ours and nothing is kept."""
        with self._lock:
            try:
                connection = self._connected()
                connection.execute(f"BEGIN {kind}")
                yield connection
                connection.execute("COMMIT")
            except BaseException as problem:
                self._drop()
                if isinstance(problem, sqlite3.Error):
                    raise _ours(problem, self._path) from problem
                raise

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(
                self._path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            _prepare(self._connection)
        return self._connection

    def _drop(self) -> None:
        """Close the file; a transaction that is open is rolled back by that."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'inbox_once_age'").fetchone():
        return
    connection.executescript(_TABLES.format(first=time.time_ns() // 1000))


def _append_all(connection: sqlite3.Connection, arrivals: Sequence[Arrival]) -> None:
    for begin in range(0, len(arrivals), _ROWS):
        part = arrivals[begin : begin + _ROWS]
        values = [value for arrival in part for value in arrival[:_COLUMNS]]
        connection.execute(_INSERT + ", ".join([_VALUES] * len(part)), values)


def _append_once(connection: sqlite3.Connection, arrival: Arrival) -> bool:
    if arrival.once is not None:
        connection.execute(
            "DELETE FROM inbox_once WHERE received_at < ?", (arrival.received_at - ONCE_KEPT_MS,)
        )
        known = connection.execute(
            "INSERT OR IGNORE INTO inbox_once VALUES (?, ?)", (arrival.once, arrival.received_at)
        )
        if not known.rowcount:
            return False
    _append_all(connection, [arrival])
    return True


def _ours(problem: sqlite3.Error, path: Path) -> InboxUnavailable:
    if getattr(problem, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return InboxFull(f"{path}: no room left on the disk; nothing of the call was kept. Free some space.")
    return InboxUnavailable(f"{path}: the inbox cannot be used ({problem}); nothing of the call was kept.")
