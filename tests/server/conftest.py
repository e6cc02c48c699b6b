"""A PostgreSQL for the tests that need one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.databases.servers import Postgres

CARELESS: Final = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")
"""What is lost with the power is no loss to a test."""


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    """One of its own with an empty database ``callwitness``, running; as careful as any."""
    with _postgres() as server:
        yield server


@pytest.fixture(scope="session")
def quick_postgres() -> Iterator[Postgres]:
    """One for all who only ask it things."""
    with _postgres(*CARELESS) as server:
        yield server


@contextmanager
def _postgres(*options: str) -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp") as folder:  # sockets want short paths
        Path(folder).chmod(0o755)  # it runs as its own user
        server = Postgres(Path(folder), *options)
        try:
            server.start()
            server.run("CREATE DATABASE callwitness;")
            yield server
        finally:
            server.stop()
