"""Everything that is tested on SQLite with Django is tested once more on PostgreSQL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.databases.servers import Postgres

ROOT = Path(__file__).parents[2]
PATHS = ("src/callwitness/ledger", "src/callwitness/services", "src/callwitness/web", "tests/server/hostile")


@pytest.mark.real("PostgreSQL", commands=("pg_ctlcluster",), root=True)
@pytest.mark.parametrize("path", PATHS)
def test_what_holds_on_sqlite_holds_on_postgresql(
    path: str, quick_postgres: Postgres, tmp_path: Path
) -> None:
    environment = os.environ | {
        "CI": "", "CALLWITNESS_DATABASE": quick_postgres.url("callwitness"), "CALLWITNESS_DATA": str(tmp_path / "data"),
    }  # fmt: skip
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.server.only_database", "--no-header", "-rf",
               path]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
