"""A copy of everything that is kept, made while the server runs: one tar file with a manifest, read back at once.

The inbox is copied before the ledger, and the ledger before evidence and records: whatever a copied row speaks of is
in the copy, and a letter that was taken into the ledger in between stands in both and is taken once.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import connection

from callwitness import __version__
from callwitness.domain.errors import UsageError
from callwitness.services.running.archive import (
    DUMP,
    INBOX,
    LEDGER,
    MANIFEST,
    SECRET,
    BackupFailed,
    How,
    Manifest,
    compression,
    read_back,
)

_FOLDERS: Final = ("records", "library")
"""Folders of the data folder that are copied beside evidence; the warehouse is made again from the ledger."""


def write_backup(target: Path) -> Manifest:
    """Copy everything into ``target``, which appears when it is whole and was read back. Raises ``CallwitnessError``."""
    how = compression(target)
    part = target.with_name(f".{target.name}.part")
    try:
        with tempfile.TemporaryDirectory(prefix=".callwitness-", dir=target.parent) as folder:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                manifest = _write(file, how, Path(folder))
                file.flush()
                os.fsync(handle)
        read_back(part, how)
        part.replace(target)
    except OSError as problem:
        raise BackupFailed(f"{target}: {problem.strerror or problem}") from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _write(file: IO[bytes], how: How, work: Path) -> Manifest:
    written: dict[str, tuple[int, str]] = {}
    with tarfile.open(fileobj=file, mode="w|gz" if how else "w|", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _databases(work):
            written[name] = _add(tar, name, path)
            path.unlink()
        for name, path in _files():
            try:
                written[name] = _add(tar, name, path)
            except FileNotFoundError:  # erased or written anew since it was listed
                continue
        manifest = Manifest(
            version=__version__,
            made_at=time.time_ns() // 1_000_000,
            database=connection.vendor,
            evidence="folder" if _folder_of_evidence() else settings.SERVER.evidence,
            files=written,
        )
        text = json.dumps(asdict(manifest)).encode()
        tar.addfile(_member(MANIFEST, len(text)), io.BytesIO(text))
    return manifest


def _databases(work: Path) -> Iterator[tuple[str, Path]]:
    if connection.vendor == "postgresql":
        yield DUMP, _dumped(work / DUMP)
        return
    for name, path in ((INBOX, settings.SERVER.inbox), (LEDGER, settings.SERVER.sqlite)):
        if path.exists():
            yield name, _copied(path, work / name)


def _copied(source: Path, copy: Path) -> Path:
    """A consistent copy of a SQLite file that others may be writing to, looked through."""
    with closing(sqlite3.connect(source, timeout=30)) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)
        said = there.execute("PRAGMA quick_check").fetchone()[0]
    if said != "ok":
        raise BackupFailed(f"{source.name} is damaged: {said}")
    return copy


def _dumped(copy: Path) -> Path:
    """The database as pg_dump writes it. The password goes through the environment, where no list of processes shows it."""
    program = shutil.which("pg_dump")
    if program is None:
        raise UsageError("pg_dump is not installed here; it is needed to copy a PostgreSQL database")
    done = subprocess.run(  # noqa: S603 the program that was found
        [program, "--format=custom", "--no-owner", f"--file={copy}"],
        env=os.environ | libpq(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"pg_dump: {done.stderr.strip()}")
    return copy


def libpq() -> dict[str, str]:
    """The database for the programs of PostgreSQL, as variables."""
    told: Mapping[str, Any] = connection.settings_dict
    named = {"PGDATABASE": told["NAME"], "PGUSER": told["USER"], "PGPASSWORD": told["PASSWORD"],
             "PGHOST": told["HOST"], "PGPORT": told["PORT"]}  # fmt: skip
    return {name: str(value) for name, value in named.items() if value}


def _files() -> Iterator[tuple[str, Path]]:
    """Files outside the database: the secret, evidence, records, libraries of lines."""
    yield SECRET, settings.SERVER.data / SECRET
    folders = {name: settings.SERVER.data / name for name in _FOLDERS}
    if (evidence := _folder_of_evidence()) is not None:
        folders["evidence"] = evidence
    for name, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and path.suffix != ".tmp" and inside.parts[0] != "incoming":
                yield f"{name}/{inside.as_posix()}", path


def _folder_of_evidence() -> Path | None:
    where = str(settings.SERVER.evidence)
    return None if where.startswith("s3://") else Path(where)


def _add(tar: tarfile.TarFile, name: str, path: Path) -> tuple[int, str]:
    """Write a file; size and hash of what was written. What it grows by meanwhile stays out."""
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        counted = _Counted(file)
        tar.addfile(_member(name, size), counted)  # type: ignore[arg-type]  # reads only
    return size, counted.digest.hexdigest()


class _Counted:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(time.time())
    return member
