"""Only one at a time: a lock that the operating system or the database lets go of when its holder dies."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from django.db import connection
from django.db.utils import Error as DatabaseError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

WORKER: Final = "worker"
MIGRATE: Final = "migrate"
_KEYS: Final = {WORKER: 0x63770001, MIGRATE: 0x63770002}
"""Names of locks, and their numbers among PostgreSQL's advisory locks."""
_log: Final = logging.getLogger("callwitness.locks")


class Lock(Protocol):
    """Held from a ``take`` that succeeded until ``release``, the end of the process, or a lost connection."""

    def take(self) -> bool:
        """Try to get it, at once. False: somebody else has it, or it cannot be asked for now."""
        ...

    def held(self) -> bool:
        """Whether it is still ours."""
        ...

    def release(self) -> None:
        """Let others have it."""
        ...


def lock(name: str, folder: Path) -> Lock:
    """A lock of the whole installation: in the database where that is PostgreSQL, else in the data folder."""
    if connection.vendor == "postgresql":
        return DatabaseLock(_KEYS[name])
    return FileLock(folder / f"{name}.lock")


class FileLock:
    """A lock on a file, gone with the process. Works on local disks and on Windows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """See ``Lock.take``."""
        if self._handle is not None:
            return True
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock_file(handle)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def held(self) -> bool:
        """See ``Lock.held``."""
        return self._handle is not None

    def release(self) -> None:
        """See ``Lock.release``."""
        if self._handle is not None:
            os.close(self._handle)
        self._handle = None


class DatabaseLock:
    """An advisory lock of PostgreSQL on a connection of its own; lost when the connection is."""

    def __init__(self, key: int) -> None:
        self._key = key
        self._connection = connection.copy()
        self._held = False

    def take(self) -> bool:
        """See ``Lock.take``."""
        self._held = self._held or self._ask("SELECT pg_try_advisory_lock(%s)", [self._key])
        return self._held

    def held(self) -> bool:
        """See ``Lock.held``."""
        self._held = self._held and self._ask("SELECT true", [])
        return self._held

    def release(self) -> None:
        """See ``Lock.release``."""
        if self._held:  # a closed session ends a moment later; others need not wait for that
            with suppress(DatabaseError), self._connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [self._key])
        with suppress(DatabaseError):
            self._connection.close()
        self._held = False

    def _ask(self, query: str, values: list[int]) -> bool:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute(query, values)
                row = cursor.fetchone()
        except DatabaseError as problem:
            _log.warning("the database does not answer: %s", type(problem).__name__)
            self._held = False
            self.release()
            return False
        return bool(row and row[0])


def _lock_file(handle: int) -> None:
    """Raises ``OSError`` when somebody has it."""
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
