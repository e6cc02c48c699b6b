"""What an adapter is: a folder that turns one kind of evidence into records and legs.

An adapter never sees another source, the clock on the wall or a database of ours. It reads one file at a time,
in batches, keeps rows it cannot read, and afterwards reads the records of the whole source into legs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol, runtime_checkable

import polars as pl

from callwitness.domain.schema import Column, Table

REJECTED = Table(
    "rejected",
    (
        Column("file", pl.String(), "file as given; archive!member inside archives"),
        Column("sheet", pl.String(), "sheet of a workbook, else null"),
        Column("row", pl.Int64(), "physical first line, from 1"),
        Column("reason", pl.String(), "a sentence: what was expected, what stood there"),
        Column("raw", pl.String(), "the row, cut at 500 characters"),
    ),
)


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How numbers of this workspace are read (``ingest.kit.numbers``).

    country: ISO 3166 alpha-2 region for national numbers, or None when unknown.
    extension_digits: shortest and longest internal number.
    """

    country: str | None = None
    extension_digits: tuple[int, int] = (2, 5)


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user said about a source: zone, numbers, and the adapter's own options from the argument."""

    zone: str | None = None
    numbers: NumberPlan = field(default_factory=NumberPlan)
    own_numbers: frozenset[str] = frozenset()
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One readable piece of evidence: a plain file, or one member of an archive already unpacked under bounds.

    name: as shown to people (relative path, ``archive!member``). sha256: of the untouched file on disk.
    """

    name: str
    path: Path
    sha256: str
    size: int

    def open(self) -> IO[bytes]:
        """The bytes, from the start."""
        return self.path.open("rb")


@dataclass(frozen=True, slots=True)
class Guess:
    """An adapter recognises a file: the layout and how sure it is, 0..1."""

    adapter: str
    layout: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one file. rows = len(records) + len(rejected), always.

    records has RECORDS columns (``rec`` null, filled by the caller; missing columns allowed); rejected REJECTED.
    """

    records: pl.DataFrame
    rejected: pl.DataFrame
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader of the result should know: a code (``reasons`` of the kit) with parameters."""

    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)


@runtime_checkable
class Adapter(Protocol):
    """The interface of ``adapters/<name>/adapter.py``: a class named ``Adapter`` without arguments."""

    name: str

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """Judge the first 64 KiB of a file. None: not mine."""
        ...

    def read(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
        """Read one file in batches. Raises ``UnreadableEvidence`` when nothing in it can be read."""
        ...

    def settle(self, records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
        """Look at all records of the source together and correct what one file could not know (zone, fold)."""
        ...

    def legs(self, records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """Records of the whole source, all files, to LEGS."""
        ...

    def originals(
        self, file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
    ) -> dict[tuple[str | None, int], str]:
        """The original text of some (sheet, row) of a file, for people to look at.

        ``file.name`` is what the records carry, also that of a piece inside (``mail.eml!report.csv``).
        """
        ...
