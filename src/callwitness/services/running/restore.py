"""What a restored data folder still needs: a dump goes into the database, the warehouse is to be made anew."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.db.models import F, Max, Value

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.services.derive.windows import DAY_MS
from callwitness.services.dirty import mark_unpublished
from callwitness.services.running.archive import DUMP, BackupFailed, Manifest
from callwitness.services.running.backup import libpq


def settle(manifest: Manifest, data: Path) -> None:
    """Take a restored folder's dump into the database, where it has one. Raises ``CallwitnessError``."""
    if manifest.database == "postgresql":
        _load(data)
    elif connection.vendor == "postgresql":
        raise UsageError("This is a backup of SQLite: unset CALLWITNESS_DATABASE to restore it.")


def _load(data: Path) -> None:
    if connection.vendor != "postgresql":
        raise UsageError(
            "This is a backup of a PostgreSQL database: set CALLWITNESS_DATABASE to an empty one."
        )
    if connection.introspection.table_names():
        raise UsageError("The database has tables already. A backup is restored into an empty one.")
    program = shutil.which("pg_restore")
    if program is None:
        raise UsageError("pg_restore is not installed here; it is needed to restore a PostgreSQL database")
    done = subprocess.run(  # noqa: S603 the program that was found
        [program, "--no-owner", "--exit-on-error", "--single-transaction",
         f"--dbname={connection.settings_dict['NAME']}", str(data / DUMP)],
        env=os.environ | libpq(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BackupFailed(f"pg_restore: {done.stderr.strip()}")
    (data / DUMP).unlink()


def number_on(inbox: Path) -> None:
    """Let a restored inbox of SQLite number above what the ledger has taken.

    The ledger was copied after the inbox and may have taken later letters: their numbers must not be given again, or
    the letters that get them would be taken for those.
    """
    taken = m.Source.objects.aggregate(Max("hook_position"))["hook_position__max"]
    if taken is None or not inbox.exists():
        return
    with closing(sqlite3.connect(inbox)) as opened, opened:
        opened.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'inbox'", (taken,))


def forget_warehouse(now: int) -> None:
    """Every day with calls is to be published again: the warehouse was not in the backup."""
    for workspace in m.Workspace.objects.all():
        calls = m.Call.objects.filter(workspace=workspace).order_by()
        starts = (
            calls.annotate(start=F("started_at") / Value(DAY_MS)).values_list("start", flat=True).distinct()
        )
        mark_unpublished(workspace.id, [int(day) for day in starts], now)
