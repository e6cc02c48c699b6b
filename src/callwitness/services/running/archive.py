"""The file of a backup: a tar with a manifest of everything in it. Knows nothing of the ledger."""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, Literal

from callwitness.domain.errors import CallwitnessError, UsageError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
How = Literal["", "gz"]
ENDINGS: Final[Mapping[str, How]] = {".tar": "", ".tar.gz": "gz", ".tgz": "gz"}
"""Endings of a backup's name, and tarfile's word for them."""
LEDGER, INBOX, DUMP, SECRET = "ledger.sqlite3", "inbox.sqlite3", "ledger.pgdump", "secret"
"""Members that are no copies of folders."""
_CHUNK: Final = 1 << 20


class BackupFailed(CallwitnessError):
    """A copy was not made or cannot be used; what is kept is untouched."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. made_at: ms UTC. evidence: ``folder``, or the bucket that was not copied.

    files: name to size in bytes and SHA-256.
    """

    version: str
    made_at: int
    database: str
    evidence: str
    format: int = FORMAT
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def compression(path: Path) -> How:
    """tarfile's word for a backup's name. Raises ``UsageError``."""
    for ending, how in ENDINGS.items():
        if path.name.endswith(ending):
            return how
    raise UsageError(f"{path}: expected a name that ends with {' or '.join(ENDINGS)}")


def read_back(path: Path, how: How) -> Manifest:
    """The manifest, after every file was read and compared with it. Raises ``BackupFailed``."""
    found: dict[str, tuple[int, str]] = {}
    manifest: Manifest | None = None
    try:
        with tarfile.open(path, "r|gz" if how else "r|") as tar:
            for member in tar:
                file = tar.extractfile(member)
                if file is None:
                    continue
                if member.name == MANIFEST:
                    manifest = _manifest(file.read())
                else:
                    found[member.name] = _digest(file)
    except (tarfile.TarError, EOFError, OSError) as problem:
        raise BackupFailed(f"{path}: not a whole backup: {problem}") from None
    if manifest is None:
        raise BackupFailed(f"{path}: no backup of Callwitness, or not a whole one: it has no manifest")
    wanted = {name: tuple(told) for name, told in manifest.files.items()}
    if found != wanted:
        wrong = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
        raise BackupFailed(
            f"{path}: {len(wrong)} files are missing or not as they were written, e.g. {wrong[0]}"
        )
    return manifest


def unpack(backup: Path, data: Path) -> Manifest:
    """Check a backup and write its files into a folder that holds nothing yet. Raises ``CallwitnessError``.

    A dump of PostgreSQL lies in the folder afterwards; services.running.restore takes it into the database.
    """
    if not backup.is_file():
        raise UsageError(f"{backup}: no such file")
    if data.exists() and any(data.iterdir()):
        raise UsageError(f"{data} is not empty. A backup is restored into a new folder: --data")
    how = compression(backup)
    manifest = read_back(backup, how)
    with _all_or_nothing(data), tarfile.open(backup, "r|gz" if how else "r|") as tar:
        for member in tar:
            if member.name != MANIFEST:
                member.mode = 0o600
                _write(tar, member, data)
    return manifest


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, data: Path) -> None:
    try:
        tar.extract(member, data, filter="data")
    except tarfile.FilterError as problem:
        raise BackupFailed(f"The backup is refused: {problem}") from None
    except OSError as problem:
        raise BackupFailed(f"{data}: {problem.strerror}; nothing of the backup was written") from None


@contextmanager
def _all_or_nothing(data: Path) -> Iterator[None]:
    """A folder that was not filled whole is emptied again."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield
    except BaseException:
        shutil.rmtree(data, ignore_errors=True)
        raise


def _digest(file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    return size, digest.hexdigest()


def _manifest(text: bytes) -> Manifest:
    try:
        told = json.loads(text)
        files = {name: (int(size), str(digest)) for name, (size, digest) in told.pop("files").items()}
        manifest = Manifest(files=files, **told)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise BackupFailed("The backup's manifest cannot be read.") from None
    if manifest.format != FORMAT:
        raise BackupFailed(f"The backup has format {manifest.format}; this version reads {FORMAT}.")
    return manifest
