"""Files of this machine into a workspace: stored as evidence, one after another, nothing moved and nothing deleted."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from callwitness.domain.errors import UsageError
from callwitness.ingest.registry import recognise
from callwitness.ledger import models as m
from callwitness.services.arguments import SourceArgument
from callwitness.services.arrivals.receive import FILE_LIMIT, IMPORT, take
from callwitness.services.arrivals.workspaces import source_for
from callwitness.services.evidence import HEAD_BYTES, leads_out, paths_of
from callwitness.services.reading import Progress

_PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file. evidence: None when it was passed over, why says so. again: it was there already."""

    file: str
    evidence: m.Evidence | None
    again: bool = False
    why: str = ""


def import_files(
    workspace: m.Workspace,
    arguments: Sequence[SourceArgument],
    passwords: Mapping[str, str],
    now: int,
    progress: Progress,
) -> list[Imported]:
    """Store every file that the arguments mean; sources that do not exist are made.

    Raises ``UsageError`` before anything is stored for a path or a source that nobody can mean, ``StoreError``.
    """
    names = list(dict.fromkeys(argument.name for argument in arguments))
    with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
        meant = [
            (argument, *paths_of(argument, Path(folder), passwords.get(argument.name)))
            for argument in arguments
        ]
        by_name = {name: [argument for argument in arguments if argument.name == name] for name in names}
        sources = {name: source_for(workspace, by_name[name]) for name in names}
        return [
            _import_one(sources[argument.name], argument, path, shown, many, now, progress)
            for argument, paths, many in meant
            for path, shown in paths
        ]


def _import_one(
    source: m.Source,
    argument: SourceArgument,
    path: Path,
    shown: str,
    many: bool,
    now: int,
    progress: Progress,
) -> Imported:
    if many and leads_out(path, argument.path):
        return Imported(shown, None, why="a link that leads out of the folder")
    try:
        with path.open("rb") as stream:
            if many and not source.adapter and not readable_by_somebody(stream, path.name):
                return Imported(shown, None, why="not a kind of call record that is known")
            received = take(source, Counted(stream, progress), path.name, IMPORT, now, FILE_LIMIT)
    except OSError as problem:
        if many:
            return Imported(shown, None, why=f"cannot be opened: {problem.strerror}")
        raise UsageError(f"{shown}: cannot be opened: {problem.strerror}") from None
    return Imported(shown, *received)


def readable_by_somebody(stream: IO[bytes], name: str) -> bool:
    """An archive, or a beginning that some adapter knows; the stream stands at its start again."""
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    return head.startswith(_PACKED) or not head.strip() or bool(recognise(head, name))


class Counted:
    """A stream that tells its bytes, in kilobytes, to a progress line."""

    def __init__(self, stream: IO[bytes], progress: Progress) -> None:
        self._stream, self._progress = stream, progress

    def read(self, size: int = -1, /) -> bytes:
        """As of a file."""
        data = self._stream.read(size)
        self._progress("store", len(data) >> 10)
        return data


def failures(imported: Sequence[Imported]) -> Iterator[tuple[str, str]]:
    """File and sentence of what could not be read, as the ledger knows by now."""
    for each in imported:
        if each.evidence is not None:
            each.evidence.refresh_from_db()
            if each.evidence.problem:
                yield each.file, each.evidence.problem
