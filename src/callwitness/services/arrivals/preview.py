"""How a file would be read, tried on its beginning, before anything is kept for good."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from callwitness.domain.errors import CallwitnessError, UnreadableEvidence
from callwitness.ingest.contract import Guess, Note, ReadOptions
from callwitness.ingest.registry import recognise
from callwitness.services.arguments import SourceArgument
from callwitness.services.arrivals.evidence_records import CHOOSE, frames_of
from callwitness.services.country import guess_country
from callwitness.services.evidence import HEAD_BYTES, SourceEvidence, add_opened

ROWS: Final = 20
_HEAD: Final = 1 << 20
_WHOLE: Final = 24 << 20
_UNPACKED: Final = 256 << 20
_PACKED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")
_COLUMNS: Final = (
    "row", "started_at", "direction", "caller_raw", "caller", "called", "did", "queue", "agent", "extension", "result",
    "total_s", "talk_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preview:
    """What came out. guesses: who could read the file. rows: the first records, columns of RECORDS; rejected: row, reason, raw.

    whole: the whole file was tried, not its beginning alone. problem: why nothing can be read, '' otherwise.
    """

    guesses: tuple[Guess, ...]
    rows: tuple[dict[str, Any], ...] = ()
    records: int = 0
    rejected_count: int = 0
    rejected: tuple[dict[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    adapters: tuple[str, ...] = ()
    first_at: int | None = None
    last_at: int | None = None
    whole: bool = True
    problem: str = ""

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """What was noted, as codes with parameters."""
        return [
            {"code": note.code, "params": note.params} for note in self.notes if note.code != "table_read"
        ]


def preview(path: Path, name: str, role: str, adapter: str, options: ReadOptions) -> Preview:
    """Try to read a file. adapter: '' = by its content. Never raises for what the file holds."""
    known: tuple[Guess, ...] = ()
    try:
        with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
            part, whole = _beginning(path, Path(folder))
            known = guesses(part, name)
            source = SourceEvidence("source", role, naming=CHOOSE)
            argument = SourceArgument(role, "source", adapter or None, name, {}, name)
            add_opened(source, argument, part, name, Path(folder), many=False, most=_UNPACKED)
            if not source.files:
                raise UnreadableEvidence(name, "no call records that can be read")
            return _told(source, options, known, whole=whole)
    except CallwitnessError as problem:
        return Preview(known, problem=str(problem))
    except (pl.exceptions.PolarsError, ValueError, ArithmeticError, LookupError, TypeError) as problem:
        return Preview(
            known,
            problem=f"could not be read because of a bug ({type(problem).__name__}); nothing was changed",
        )


def _told(source: SourceEvidence, options: ReadOptions, known: tuple[Guess, ...], *, whole: bool) -> Preview:
    if options.numbers.country is None:
        options = replace(options, numbers=replace(options.numbers, country=guess_country([source])))
    found = frames_of(source, options, lambda _stage, _done: None)
    span = found.shown.select(
        pl.col("started_at").min().alias("first"), pl.max_horizontal("started_at", "ended_at").max()
    )
    first, last = span.row(0)
    return Preview(
        known,
        tuple(found.shown.head(ROWS).select(_COLUMNS).to_dicts()),
        found.shown.height,
        found.rejected.height,
        tuple(found.rejected.head(ROWS).select("row", "reason", "raw").to_dicts()),
        found.notes,
        found.adapters,
        first,
        last,
        whole=whole,
    )


def _beginning(path: Path, folder: Path) -> tuple[Path, bool]:
    """The file itself when it is small or cannot be cut; else its first megabyte, up to a whole line."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    packed = head.startswith(_PACKED)
    if size <= len(head):
        return path, True
    if packed and size > _WHOLE:
        raise UnreadableEvidence(
            "this file",
            f"archives and workbooks of more than {_WHOLE >> 20} MB are not tried beforehand; save it to have it read",
        )
    end = head.rfind(b"\n")
    if packed or end < 0:
        return path, True
    part = folder / "beginning"
    part.write_bytes(head[: end + 1])
    return part, False


def guesses(path: Path, name: str) -> tuple[Guess, ...]:
    """Who could read a file that begins like this one."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return tuple(recognise(head, name)) if head.strip() else ()
