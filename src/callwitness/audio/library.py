"""The library of a line: its prompts, announcements and tunes as they are learned, on disk, for a person to name.

A folder a line: ``library.json`` (the pieces and what people said of them), ``prints.npz`` (fingerprints of the pieces and of
recent recordings), ``clips/`` (how each piece sounds). A recording is kept as a teacher for ninety days, at most 200 of them;
a piece that nobody named ages out when the line has not played it for ninety days.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

from callwitness.audio.clips import OURS, write_clip
from callwitness.audio.features import FRAMES_PER_SECOND
from callwitness.audio.pieces import Found, PieceKind, piece_at
from callwitness.audio.recurring import Print
from callwitness.audio.trace import Trace, print_arrays, print_of
from callwitness.domain.errors import CallwitnessError

if TYPE_CHECKING:
    from callwitness.audio.line import Line

KEPT_DAYS: Final = 90
MOST_TEACHERS: Final = 200
_VERSION: Final = 1
_BOOK: Final = "library.json"
_NONE: Final = "this is no library of a line that can be read"
_NOTHING_SAID: Final = ("", False, False)
_DAMAGED: Final = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    zipfile.BadZipFile,
    zlib.error,
)


class LibraryProblem(CallwitnessError):
    """The library cannot be read or written, or does not have the piece asked for."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Something the line plays. heard_in: recordings; first_heard, last_heard: days (ISO)."""

    id: str
    name: str
    kind: PieceKind
    duration_s: float
    heard_in: int
    first_heard: str
    last_heard: str
    counts_as_answer: bool = False
    forgotten: bool = False


class Library:
    """The library of one line; ``save`` writes what changed."""

    def __init__(self, folder: Path, line: str) -> None:
        self.folder, self.line = folder, line
        self._pieces: dict[str, Piece] = {}
        self._opened: dict[str, Piece] = {}
        self._prints: dict[str, Print] = {}
        self._teachers: dict[str, str] = {}
        self._new: dict[str, tuple[Path, int, Found]] = {}

    @classmethod
    def open(cls, folder: Path, line: str) -> Self:
        """The library of ``line`` under ``folder``; empty when there is none yet. Raises LibraryProblem."""
        library = cls(folder / slug(line), line)
        book = library.folder / _BOOK
        try:
            if book.exists():
                library._read(_told(book))
        except _DAMAGED as problem:
            raise LibraryProblem(f"{book}: {_NONE}") from problem
        return library

    @property
    def pieces(self) -> list[Piece]:
        """Pieces that are not forgotten, the most heard first."""
        live = (piece for piece in self._pieces.values() if not piece.forgotten)
        return sorted(live, key=lambda piece: (-piece.heard_in, piece.id))

    @property
    def recordings(self) -> int:
        """How many recordings it still learns from."""
        return len(self._teachers)

    def name(self, ident: str, name: str) -> None:
        """Give a piece a name; a named piece does not age out."""
        self._change(ident, name=" ".join(name.split()))

    def forget(self, ident: str) -> None:
        """It is no recorded piece: what sounds like it is live from now on."""
        self._change(ident, forgotten=True, counts_as_answer=False)

    def count_as_answer(self, ident: str, yes: bool) -> None:
        """It is an agent's own greeting: where it begins, the call is answered."""
        self._change(ident, counts_as_answer=yes)

    def clip(self, ident: str) -> Path | None:
        """How it sounds: a FLAC file, when the recording could still be read as it was learned."""
        self._piece(ident)
        path = self.folder / "clips" / f"{ident}.flac"
        return path if path.exists() else None

    def has(self, ident: str) -> bool:
        """Whether this is a piece of it, forgotten ones included."""
        return ident in self._pieces

    def is_live(self, ident: str) -> bool:
        """Whether a person said that it is no waiting audio."""
        piece = self._pieces.get(ident)
        return piece is not None and (piece.forgotten or piece.counts_as_answer)

    def counts_as_answer(self, ident: str) -> bool:
        """Whether it is an agent's greeting."""
        piece = self._pieces.get(ident)
        return piece is not None and piece.counts_as_answer

    def prints(self, without: Iterable[Print]) -> dict[str, Print]:
        """Fingerprints by id: pieces, then recordings other than those given."""
        own = {digest(one) for one in without}
        order = [*sorted(self._pieces), *sorted(self._teachers)]
        return {ident: self._prints[ident] for ident in order if ident not in own}

    def learn(self, traces: Mapping[str, Trace], line: Line, today: date) -> None:
        """Take what the recordings of ``line`` taught. traces: its recordings by name."""
        day = today.isoformat()
        for name, found in line.new_pieces():
            self._add(found, traces[name], day, line.remembered_in(found.ident))
        for name, trace in traces.items():
            known = digest(trace.heard)
            fresh = known not in self._teachers
            self._teachers[known] = day
            self._prints[known] = trace.heard
            for ident in line.heard_in(name):
                piece = self._pieces.get(ident)
                if piece and fresh:
                    self._pieces[ident] = replace(piece, heard_in=piece.heard_in + 1, last_heard=day)
        self._age(today)

    def teach(self, trace: Trace, start_s: float, end_s: float, today: date) -> str | None:
        """A person said that this stretch is recorded: a piece from now on. Its id; None when it is known already."""
        start, end = (round(at * FRAMES_PER_SECOND) for at in (start_s, end_s))
        found = piece_at(trace.heard, start, end)
        if self.has(found.ident):
            return None
        self._add(found, trace, today.isoformat(), 0)
        if digest(trace.heard) in self._teachers:  # learn() has counted this recording already
            self._pieces[found.ident] = replace(self._pieces[found.ident], heard_in=1)
        return found.ident

    def save(self) -> None:
        """Write it: fingerprints before the book that names them, so that breaking off between the two costs only what was
        new. What a person said of a piece while this was open stands. Raises LibraryProblem.
        """
        self._heed_others()
        clips = self.folder / "clips"
        try:
            clips.mkdir(parents=True, exist_ok=True)
            (clips / OURS).touch()
            for ident, (source, channel, found) in self._new.items():
                start_s, seconds = (
                    frames / FRAMES_PER_SECOND for frames in (found.start, len(found.heard.bands))
                )
                write_clip(source, channel, start_s, seconds, clips / f"{ident}.flac")
            self._new.clear()
            for clip in clips.glob("*.flac"):
                if clip.stem not in self._pieces:
                    clip.unlink()
            arrays: dict[str, Any] = {}
            for ident, one in self._prints.items():
                arrays |= print_arrays(one, f"{ident}/")
            _replace(self.folder / "prints.npz", lambda stream: np.savez_compressed(stream, **arrays))
            book = json.dumps(self._written(), ensure_ascii=False, indent=1).encode()
            _replace(self.folder / _BOOK, lambda stream: stream.write(book))
        except OSError as problem:
            raise LibraryProblem(f"{self.folder}: cannot be written: {problem.strerror}") from problem

    def _heed_others(self) -> None:
        """Listening takes minutes: names and marks may have been written meanwhile."""
        book = self.folder / _BOOK
        try:
            written = _pieces(_told(book)) if book.exists() else {}
        except _DAMAGED as problem:
            raise LibraryProblem(f"{book}: {_NONE}") from problem
        for ident, theirs in written.items():
            ours, was = self._pieces.get(ident), self._opened.get(ident)
            if ours and _said_of(ours) == (_said_of(was) if was else _NOTHING_SAID):
                name, answer, forgotten = _said_of(theirs)
                self._pieces[ident] = replace(ours, name=name, counts_as_answer=answer, forgotten=forgotten)
        self._opened = dict(self._pieces)

    def _add(self, found: Found, trace: Trace, day: str, heard_in: int) -> None:
        seconds = round(len(found.heard.bands) / FRAMES_PER_SECOND, 2)
        self._pieces[found.ident] = Piece(found.ident, "", found.kind, seconds, heard_in, day, day)
        self._prints[found.ident] = found.heard
        self._new[found.ident] = (trace.source, trace.far, found)

    def _age(self, today: date) -> None:
        oldest = (today - timedelta(days=KEPT_DAYS)).isoformat()
        newest = sorted(self._teachers.items(), key=lambda one: (one[1], one[0]), reverse=True)
        self._teachers = {ident: day for ident, day in newest[:MOST_TEACHERS] if day >= oldest}
        self._pieces = {
            ident: piece for ident, piece in self._pieces.items()
            if piece.last_heard >= oldest or piece.name or piece.counts_as_answer or piece.forgotten
        }  # fmt: skip
        kept = {*self._pieces, *self._teachers}
        self._prints = {ident: one for ident, one in self._prints.items() if ident in kept}

    def _piece(self, ident: str) -> Piece:
        piece = self._pieces.get(ident)
        if piece is None:
            raise LibraryProblem(f"the library of {self.line!r} has no piece {ident!r}")
        return piece

    def _change(self, ident: str, **changes: Any) -> None:
        self._pieces[ident] = replace(self._piece(ident), **changes)

    def _written(self) -> dict[str, Any]:
        pieces = [asdict(piece) for _, piece in sorted(self._pieces.items())]
        return {"version": _VERSION, "line": self.line, "pieces": pieces, "teachers": self._teachers}

    def _read(self, told: dict[str, Any]) -> None:
        if told["version"] != _VERSION:
            raise ValueError(told["version"])
        self.line = str(told["line"])
        self._pieces = _pieces(told)
        self._teachers = {str(ident): str(day) for ident, day in told["teachers"].items()}
        with (self.folder / "prints.npz").open("rb") as stream, np.load(stream) as arrays:
            # What has no fingerprint aged out in a save that was broken off before the book was written.
            there = {name.partition("/")[0] for name in arrays.files}
            self._pieces = {ident: piece for ident, piece in self._pieces.items() if ident in there}
            self._teachers = {ident: day for ident, day in self._teachers.items() if ident in there}
            self._prints = {
                ident: print_of(arrays, f"{ident}/") for ident in (*self._pieces, *self._teachers)
            }
        self._opened = dict(self._pieces)


def _told(book: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(book.read_text(encoding="utf-8"))
    return told


def _pieces(told: Mapping[str, Any]) -> dict[str, Piece]:
    return {piece["id"]: Piece(**piece) for piece in told["pieces"]}


def _said_of(piece: Piece) -> tuple[str, bool, bool]:
    """What people said: name, counts as answer, forgotten."""
    return piece.name, piece.counts_as_answer, piece.forgotten


def slug(line: str) -> str:
    """A folder name for a line: readable, and never two lines in one folder."""
    readable = re.sub(r"[^\w+.-]+", "_", line).strip("._")[:60]
    return f"{readable}-{hashlib.sha256(line.encode()).hexdigest()[:8]}"


def digest(one: Print) -> str:
    """An id of a recording by what it sounds like."""
    return "r" + hashlib.sha256(one.marks.words.tobytes() + one.bands.tobytes()).hexdigest()[:16]


def lines(folder: Path) -> list[str]:
    """Names of the lines that have a library under ``folder``."""
    found = []
    for book in folder.glob(f"*/{_BOOK}"):
        try:
            found.append(str(_told(book)["line"]))
        except _DAMAGED as problem:
            raise LibraryProblem(f"{book}: {_NONE}") from problem
    return sorted(found)


def _replace(path: Path, write: Any) -> None:
    """A file is the old one or the new one, never half of one."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
