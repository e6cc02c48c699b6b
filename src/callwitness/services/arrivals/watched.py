"""Watched folders: a file that came to rest in one is received, once. Nothing is moved, nothing deleted.

A folder is named relative to ``folders`` in the data folder, where the server's keeper makes or links it; who keeps
the server may also name an absolute path. What was seen is remembered in a small file beside, so that a sweep reads
names and sizes only. A file that was received and has grown is received again, at most once an hour.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from callwitness.ledger import models as m
from callwitness.ledger.store import StoreError, TooLarge
from callwitness.services.arrivals.receive import FILE_LIMIT, FOLDER, take

_REST_MS: Final = 10_000
_GROWN_AGAIN_MS: Final = 3_600_000
_MOST_FILES: Final = 100_000
_AT_ONCE: Final = 200
_UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".lock", "~")


@dataclass(slots=True)
class Seen:
    """What a sweep remembers of a folder. files: path -> [size, mtime in ns, received at (ms UTC) or 0]."""

    files: dict[str, list[int]] = field(default_factory=dict)
    problem: str = ""


def folders_root() -> Path:
    """Where the server's keeper puts the folders that may be watched."""
    return Path(settings.SERVER.data) / "folders"


def folder_of(source: m.Source) -> Path:
    """The folder a source is fed from."""
    return folders_root() / source.folder


def choices() -> list[str]:
    """Names of folders that may be chosen, in order."""
    root = folders_root()
    found = root.iterdir() if root.is_dir() else ()
    return sorted(path.name for path in found if path.is_dir() and not path.name.startswith("."))


def problem(source: m.Source) -> str:
    """Why the last sweep of the source's folder failed, '' when it did not."""
    return _remembered(source).problem


def sweep(now: int) -> int:
    """Receive what came to rest in watched folders since the last sweep; how many files. now: ms UTC."""
    watched = m.Source.objects.filter(enabled=True).exclude(folder="")
    return sum(_sweep(source, now) for source in watched)


def _sweep(source: m.Source, now: int) -> int:
    seen = _remembered(source)
    before = json.dumps([seen.files, seen.problem])
    seen.problem, received = "", 0
    try:
        received = _receive(source, seen, now)
    except OSError as problem:
        seen.problem = f"the folder cannot be read: {problem.strerror or problem}"
    except StoreError as problem:
        seen.problem = str(problem)
    if json.dumps([seen.files, seen.problem]) != before:
        _remember(source, seen)
    return received


def _receive(source: m.Source, seen: Seen, now: int) -> int:
    root = folder_of(source).resolve(strict=True)
    there, received = set(), 0
    for path in _files(root):
        name = str(path.relative_to(root))
        there.add(name)
        try:
            if received < _AT_ONCE and _came_to_rest(path, name, seen, now):
                _take(source, path, now)
                seen.files[name][2] = now
                received += 1
        except FileNotFoundError:  # gone meanwhile
            there.discard(name)
        except OSError as problem:
            seen.problem = f"{name} cannot be read: {problem.strerror or problem}"
    seen.files = {name: known for name, known in seen.files.items() if name in there}
    return received


def _came_to_rest(path: Path, name: str, seen: Seen, now: int) -> bool:
    """Whether a file is to be received now; remembers how it looked, unless it is a received one that grew too soon."""
    stat = path.stat()
    size, changed, received_at = seen.files.get(name, [-1, -1, 0])
    same = [stat.st_size, stat.st_mtime_ns] == [size, changed]
    if received_at and (same or now - received_at < _GROWN_AGAIN_MS):
        return False
    seen.files[name] = [stat.st_size, stat.st_mtime_ns, 0]
    return same or now - stat.st_mtime_ns // 1_000_000 > _REST_MS


def _take(source: m.Source, path: Path, now: int) -> None:
    with path.open("rb") as stream:
        try:
            take(source, stream, path.name, FOLDER, now, FILE_LIMIT)
        except TooLarge as problem:
            raise StoreError(f"{path.name} {problem}") from None


def _files(root: Path) -> Iterator[Path]:
    """Files below a folder that are meant for others: not hidden, not unfinished, no links that lead out."""
    count = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            count += 1
            if count > _MOST_FILES:
                raise StoreError(f"the folder has more than {_MOST_FILES:,} files; move old ones away")
            if _meant(path, root):
                yield path


def _meant(path: Path, root: Path) -> bool:
    name = path.name.lower()
    if name.startswith((".", "~$")) or name.endswith(_UNFINISHED):
        return False
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # gone meanwhile; a link that leads nowhere, or round in a circle
        return False
    return target.is_file() and target.is_relative_to(root)


def _memory(source: m.Source) -> Path:
    return Path(settings.SERVER.data) / "watched" / f"{source.pk}.json"


def _remembered(source: m.Source) -> Seen:
    try:
        told: dict[str, Any] = json.loads(_memory(source).read_text(encoding="utf-8"))
        if told["folder"] == source.folder:
            return Seen(told["files"], told["problem"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return Seen()


def _remember(source: m.Source, seen: Seen) -> None:
    path = _memory(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_suffix(".tmp")
    told = {"folder": source.folder, "files": seen.files, "problem": seen.problem}
    written.write_text(json.dumps(told), encoding="utf-8")
    written.replace(path)
