"""Uploaded files before somebody has said what they are: kept aside for a day, evidence only when saved."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from callwitness.ledger.store import FolderStore, Readable, StoreError
from callwitness.services.arrivals.names import shown_name
from callwitness.services.arrivals.receive import UPLOAD_LIMIT

MOST_FILES: Final = 50
MOST_BYTES: Final = 16 << 30
"""Bytes kept aside of everybody together."""
_KEPT_MS: Final = 86_400_000
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,40}")


@dataclass(frozen=True, slots=True)
class DraftFile:
    """One uploaded file. problem: why it was not kept, '' when it was."""

    name: str
    size: int
    sha256: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """Files that somebody uploaded together. at: ms UTC; source: the one they were uploaded for, if any."""

    token: str
    workspace: int
    user: int
    at: int
    files: tuple[DraftFile, ...]
    source: int | None = None

    @property
    def kept(self) -> tuple[DraftFile, ...]:
        """Those that can go on."""
        return tuple(file for file in self.files if not file.problem)


def make(
    workspace: int, user: int, uploads: Iterable[tuple[str, Readable]], now: int, source: int | None = None
) -> Draft:
    """Keep uploads aside; one that cannot be kept says why. What is older than a day is thrown away."""
    _throw_away_old(now)
    aside = sum(file.size for draft in _all() for file in draft.files)
    files: list[DraftFile] = []
    for name, stream in uploads:
        files.append(_keep(name, stream) if aside < MOST_BYTES else _no_room(name))
        aside += files[-1].size
    draft = Draft(secrets.token_urlsafe(24), workspace, user, now, tuple(files), source)
    path = _folder() / f"{draft.token}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(draft)), encoding="utf-8")
    return draft


def load(token: str, workspace: int, user: int) -> Draft | None:
    """The draft, for whoever made it where it was made; None otherwise."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        told = json.loads((_folder() / f"{token}.json").read_text(encoding="utf-8"))
        draft = Draft(**{**told, "files": tuple(DraftFile(**file) for file in told["files"])})
    except (OSError, ValueError, TypeError):
        return None
    return draft if (draft.workspace, draft.user) == (workspace, user) else None


@contextmanager
def path_of(file: DraftFile) -> Iterator[Path]:
    """The bytes on disk. Raises ``StoreError`` when a day has passed."""
    with _store().path(file.sha256) as path:
        yield path


def drop(draft: Draft) -> None:
    """Throw it away; bytes that another draft holds too stay."""
    (_folder() / f"{draft.token}.json").unlink(missing_ok=True)
    others = {file.sha256 for other in _all() for file in other.files}
    for file in draft.kept:
        if file.sha256 not in others:
            _store().delete(file.sha256)


def _keep(name: str, stream: Readable) -> DraftFile:
    shown = shown_name(name)
    try:
        stored = _store().put(stream, UPLOAD_LIMIT)
    except StoreError as problem:
        return DraftFile(shown, 0, "", str(problem))
    return DraftFile(shown, stored.size, stored.sha256)


def _no_room(name: str) -> DraftFile:
    problem = (
        "too many uploads wait to be looked at; save them or throw them away, then upload this file again"
    )
    return DraftFile(shown_name(name), 0, "", problem)


def _throw_away_old(now: int) -> None:
    for draft in _all():
        if now - draft.at > _KEPT_MS:
            drop(draft)
    _store().discard_unfinished((now - _KEPT_MS) / 1000)


def _all() -> list[Draft]:
    found = []
    for path in _folder().glob("*.json"):
        with suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads(path.read_text(encoding="utf-8"))
            found.append(Draft(**{**told, "files": tuple(DraftFile(**file) for file in told["files"])}))
    return found


def _folder() -> Path:
    return Path(settings.SERVER.data) / "drafts"


def _store() -> FolderStore:
    return FolderStore(_folder() / "bytes")
