"""Evidence out of plain, gz and zip files, under bounds: how much may come out, how many members, how dense.

Members are unpacked under invented names into a folder that the caller owns; what an archive calls them is only
shown. A workbook is a zip too, and stays whole. An archive inside an archive is opened once, not deeper.
"""

from __future__ import annotations

import gzip
import hashlib
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from callwitness.ingest.contract import EvidenceFile

MAX_UNPACKED: Final = 16 << 30
MAX_MEMBERS: Final = 10_000
MAX_RATIO: Final = 250
_RATIO_FROM: Final = 64 << 20  # small files may be as dense as they like
_CHUNK: Final = 1 << 20
_DEPTH: Final = 2
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_DAMAGE: Final = (
    OSError, EOFError, ValueError, OverflowError, RuntimeError, struct.error, zlib.error,
    lzma.LZMAError, zipfile.BadZipFile,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: its name as shown to people, and a sentence why."""

    name: str
    sentence: str


class _TooMuch(Exception):
    """A bound was passed; the message is the sentence."""


@dataclass
class _Unpacking:
    """One file on disk being opened: where things go and how much came out already."""

    workdir: Path
    sha256: str
    packed: int
    most: int
    out: int = 0
    members: int = 0
    kept: int = 0
    files: list[EvidenceFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def new_path(self) -> Path:
        self.kept += 1
        return self.workdir / f"{self.sha256[:16]}-{self.kept:05d}"

    def keep(self, stream: IO[bytes]) -> Path:
        """Copy a stream into the folder, within the bounds."""
        path = self.new_path()
        with path.open("wb") as target:
            while chunk := stream.read(_CHUNK):
                self.out += len(chunk)
                if self.out > self.most:
                    raise _TooMuch(f"unpacks to more than {_size(self.most)}")
                if self.out > _RATIO_FROM and self.out > MAX_RATIO * self.packed:
                    raise _TooMuch(f"unpacks to more than {MAX_RATIO} times its size, as no call records do")
                target.write(chunk)
        return path


def _size(size: int) -> str:
    return f"{size >> 30} GB" if size >= 1 << 30 else f"{size >> 20} MB"


def open_evidence(
    path: Path, workdir: Path, shown_as: str, most: int | None = None
) -> tuple[list[EvidenceFile], list[Problem]]:
    """The readable pieces of one file on disk, and what could not be read.

    A plain file is given as it is; gz and zip are unpacked into ``workdir``, which must exist and is the caller's to
    remove. Names are ``shown_as`` or ``shown_as!member``; sha256 is always of the file on disk. most: bytes that may
    come out, by default ``MAX_UNPACKED``.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return [], [Problem(shown_as, "expected a file, found something else")]
        work = _Unpacking(workdir, _sha256(path), path.stat().st_size, most or MAX_UNPACKED)
    except OSError as problem:
        return [], [Problem(shown_as, f"cannot be opened: {problem.strerror or problem}")]
    _open(work, path, shown_as, "", 0)
    return work.files, work.problems


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _open(work: _Unpacking, path: Path, shown: str, member: str, depth: int) -> None:
    name = f"{shown}!{member}" if member else shown
    try:
        with path.open("rb") as stream:
            mark = stream.read(4)
        if mark.startswith(_GZIP) and depth < _DEPTH:
            _open_gzip(work, path, shown, member, depth)
        elif mark in (_ZIP, _EMPTY_ZIP) and depth < _DEPTH and not _is_document(path):
            _open_zip(work, path, shown, member, depth)
        else:
            work.files.append(EvidenceFile(name, path, work.sha256, path.stat().st_size))
    except _TooMuch as problem:
        work.problems.append(Problem(name, str(problem)))
    except _DAMAGE as problem:
        work.problems.append(Problem(name, f"the archive is damaged: {problem}"))


def _open_gzip(work: _Unpacking, path: Path, shown: str, member: str, depth: int) -> None:
    inner = Path(member or shown).name.removesuffix(".gz")
    with gzip.open(path) as stream:
        kept = work.keep(stream)  # type: ignore[arg-type]
    _open(work, kept, shown, f"{member}!{inner}" if member else inner, depth + 1)


def _is_document(path: Path) -> bool:
    """Office documents are zip files whose members mean nothing alone."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool({"[Content_Types].xml", "mimetype"} & set(archive.namelist()))
    except _DAMAGE:
        return False


def _open_zip(work: _Unpacking, path: Path, shown: str, member: str, depth: int) -> None:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        work.members += len(entries)
        if work.members > MAX_MEMBERS:
            raise _TooMuch(f"has {work.members} members; at most {MAX_MEMBERS} are opened")
        for inner, entry in _members(entries):
            whole = f"{member}!{inner}" if member else inner
            reason = _refusal(entry)
            if reason:
                work.problems.append(Problem(f"{shown}!{whole}", reason))
                continue
            try:
                with archive.open(entry) as stream:
                    kept = work.keep(stream)
            except _DAMAGE as problem:
                work.problems.append(Problem(f"{shown}!{whole}", f"cannot be unpacked: {problem}"))
                continue
            _open(work, kept, shown, whole, depth + 1)


def _members(entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Members with the name to show, in order of name; folders and what file managers leave are left out."""
    named: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = _member_name(entry)
        hidden = any(
            (part[:1] == "." and part not in (".", "..")) or part == "__MACOSX" for part in name.split("/")
        )
        if entry.is_dir() or hidden:
            continue
        unique, nth = name, 2
        while unique in named:
            unique, nth = f"{name}#{nth}", nth + 1
        named[unique] = entry
    yield from sorted(named.items())


def _member_name(entry: zipfile.ZipInfo) -> str:
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return entry.filename


def _refusal(entry: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link, not a file"
    if entry.flag_bits & 0x1:
        return "locked with a password"
    return None
