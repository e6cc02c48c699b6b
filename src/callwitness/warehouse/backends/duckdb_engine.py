"""DuckDB inside the process: bounded memory and threads, no file but the warehouse's, nothing to configure from a query."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final
from uuid import uuid4

import duckdb
import numpy as np
import numpy.typing as npt

from callwitness.domain.errors import CallwitnessError

MEMORY: Final = "1GB"
SPILL: Final = "4GB"
"""What does not fit into memory goes to disk, up to so much."""
THREADS: Final = 2


class QueryFailed(Exception):
    """The engine could not answer, as when a file is damaged or vanished meanwhile."""


class TooMuch(CallwitnessError):
    """A question needs more memory than the engine may use."""


class DuckdbEngine:
    """Runs queries over the files of one folder. Threads may share it; each query has its own connection.

    It opens with the first query: a process that forks must not have asked before, threads do not survive a fork.
    """

    def __init__(
        self, folder: Path, memory: str = MEMORY, threads: int = THREADS, spill: str = SPILL
    ) -> None:
        self._folder, self._memory, self._threads, self._spill = folder, memory, threads, spill
        self._lock = Lock()
        self._database: duckdb.DuckDBPyConnection | None = None

    def rows(self, text: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """All rows of the answer. Raises ``QueryFailed`` and ``TooMuch``."""
        with self._running(text, values) as answer:
            return answer.fetchall()

    def integers(self, text: str, values: Mapping[str, object]) -> npt.NDArray[np.uint64]:
        """The only column of the answer, unsigned integers without nulls. Raises as ``rows``."""
        with self._running(text, values) as answer:
            (column,) = answer.fetchnumpy().values()
            return np.asarray(column, dtype=np.uint64)

    @contextmanager
    def _running(self, text: str, values: Mapping[str, object]) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            with self._cursor() as cursor:
                yield cursor.execute(text, dict(values))
        except duckdb.OutOfMemoryException as error:
            raise TooMuch(
                "this view needs more memory than the warehouse may use; choose a shorter period or another group"
            ) from error
        except duckdb.Error as error:
            raise QueryFailed(str(error)) from error

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._database is None:
                self._database = self._connect()
            return self._database.cursor()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        spill = self._folder / "spill"
        spill.mkdir(exist_ok=True)
        database = duckdb.connect(
            ":memory:",
            config={
                "threads": self._threads,
                "memory_limit": self._memory,
                "temp_directory": str(spill / uuid4().hex),  # of this process alone
                "max_temp_directory_size": self._spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "python_enable_replacements": False,
                "preserve_insertion_order": False,
                "enable_external_file_cache": False,  # a path may hold another file the next time
            },
        )
        database.execute("SET allowed_directories = $folders", {"folders": [f"{self._folder}{os.sep}"]})
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
        return database
