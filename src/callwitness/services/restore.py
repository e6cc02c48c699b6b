"""A backup becomes a data folder again: checked first, then written, then the warehouse is told to be made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.models import F
from django.db.models.functions import Floor

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.services.backup import (
    DUMP,
    MANIFEST,
    BackupFailed,
    Manifest,
    compression,
    libpq,
    read_back,
)
from callwitness.services.dirty import mark_unpublished

DAY_MS: Final = 86_400_000


def unpack(backup: Path, data: Path) -> Manifest:
    """Check a backup and write its files into a folder that holds nothing yet. Raises ``CallwitnessError``.

    A dump of PostgreSQL lies in the folder afterwards; ``load_dump`` takes it into the database.
    """
    if not backup.is_file():
        raise UsageError(f"{backup}: no such file")
    if data.exists() and any(data.iterdir()):
        raise UsageError(f"{data} is not empty. A backup is restored into a new folder: --data")
    how = compression(backup)
    manifest = read_back(backup, how)
    with _all_or_nothing(data), tarfile.open(backup, f"r|{how}") as tar:
        for member in tar:
            if member.name != MANIFEST:
                member.mode = 0o600
                tar.extract(member, data, filter="data")
    return manifest


def load_dump(data: Path) -> None:
    """Take the dump in a restored folder into the database, which must have no tables. Raises ``CallwitnessError``."""
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


def forget_warehouse(now: int) -> None:
    """Every day with calls is to be published again: the warehouse was not in the backup."""
    days = m.Call.objects.annotate(day=Floor(F("started_at") / DAY_MS)).order_by()
    by_workspace: dict[int, set[int]] = {}
    for workspace_id, day in days.values_list("workspace_id", "day").distinct():
        by_workspace.setdefault(workspace_id, set()).add(int(day))
    for workspace_id, found in by_workspace.items():
        mark_unpublished(workspace_id, found, now)


@contextmanager
def _all_or_nothing(data: Path) -> Iterator[None]:
    """A folder that was not filled whole is emptied again."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except BaseException:
        shutil.rmtree(data, ignore_errors=True)
        raise
