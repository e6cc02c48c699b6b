"""Where untouched bytes are kept, once each, under their SHA-256: a folder, or a bucket of S3.

Nothing is kept by halves: bytes get their name when they are whole and on the disk, or not at all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Protocol

from callwitness.domain.errors import CallwitnessError

_CHUNK: Final = 1 << 20
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}


class StoreError(CallwitnessError):
    """Bytes could not be kept or fetched; the message says why. What was kept before is untouched."""


class StoreFull(StoreError):
    """There is no room left."""


class TooLarge(StoreError):
    """More bytes came than may be kept."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"is larger than {_size(limit)}, the most that is taken at once; nothing of it was kept"
        )


class Missing(StoreError):
    """The store has no such bytes."""

    def __init__(self, sha256: str) -> None:
        super().__init__(
            f"the store has no bytes with the hash {sha256[:12]}…; they were deleted or never came"
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """What was kept. size in bytes; sha256 in hex."""

    sha256: str
    size: int


class Readable(Protocol):
    """Whatever bytes can be read from, to its end."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, ``size`` at most; none at the end."""
        ...


class EvidenceStore(Protocol):
    """Keeps bytes under their hash. Every method raises ``StoreError`` with a sentence when it cannot."""

    def put(self, stream: Readable, limit: int) -> Stored:
        """Keep a stream to its end; the same bytes are kept once. Raises ``TooLarge``, ``StoreFull``."""
        ...

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes from the start. Raises ``Missing``."""
        ...

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        """The bytes as a local file while the block runs; not to be written to. Raises ``Missing``."""
        ...

    def exists(self, sha256: str) -> bool:
        """Whether the bytes are kept."""
        ...

    def delete(self, sha256: str) -> None:
        """Forget the bytes; nothing happens where there are none."""
        ...


class FolderStore:
    """Files ``ab/abcdef…`` below a folder, readable by their owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, stream: Readable, limit: int) -> Stored:
        with _told(self._folder):
            incoming = self._folder / "incoming"
            incoming.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=incoming)
            written = Path(name)
            try:
                with os.fdopen(handle, "wb") as target:
                    stored = copy_bounded(stream, target, limit)
                    target.flush()
                    os.fsync(handle)
                self._name(written, stored.sha256)
            finally:
                written.unlink(missing_ok=True)
        return stored

    def _name(self, written: Path, sha256: str) -> None:
        final = self._at(sha256)
        if final.exists():
            return
        final.parent.mkdir(exist_ok=True, mode=0o700)
        written.replace(final)
        sync_folder(final.parent)
        sync_folder(self._folder)

    def open(self, sha256: str) -> IO[bytes]:
        try:
            return self._at(sha256).open("rb")
        except FileNotFoundError:
            raise Missing(sha256) from None
        except OSError as problem:
            raise StoreError(f"the evidence store cannot be read: {problem.strerror}") from None

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        if not self.exists(sha256):
            raise Missing(sha256)
        yield self._at(sha256)

    def exists(self, sha256: str) -> bool:
        return self._at(sha256).is_file()

    def delete(self, sha256: str) -> None:
        with _told(self._folder):
            self._at(sha256).unlink(missing_ok=True)

    def discard_unfinished(self, before_s: float) -> None:
        """Remove what interrupted arrivals left, last written before this moment (seconds since 1970)."""
        for path in (self._folder / "incoming").glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < before_s:
                    path.unlink()

    def _at(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256


def copy_bounded(stream: Readable, target: IO[bytes], limit: int) -> Stored:
    """Copy a stream to its end and hash it. Raises ``TooLarge``."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            raise TooLarge(limit)
        digest.update(chunk)
        target.write(chunk)
    return Stored(digest.hexdigest(), size)


def sync_folder(folder: Path) -> None:
    """Names of files that were put into a folder are on the disk too."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Errors of the disk as sentences."""
    try:
        yield
    except OSError as problem:
        if problem.errno in _NO_ROOM:
            raise StoreFull(
                f"there is no room left in {folder}; nothing of this file was kept, what was kept before is untouched"
            ) from None
        raise StoreError(f"the evidence store {folder} cannot be written: {problem.strerror}") from None


def _size(size: int) -> str:
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size} bytes"


def store_of(where: str) -> EvidenceStore:
    """The store a setting means: a folder, or ``s3://bucket/prefix``. Raises ``StoreError``."""
    if where.startswith("s3://"):
        from callwitness.ledger.store_s3 import S3Store  # noqa: PLC0415 needs the extra s3

        bucket, _, prefix = where.removeprefix("s3://").partition("/")
        return S3Store(bucket, prefix.strip("/"))
    return FolderStore(Path(where))
