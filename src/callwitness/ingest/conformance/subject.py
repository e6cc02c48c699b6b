"""The adapter under check: its folder, manifest and samples, read the way ``check`` reads them."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from callwitness.domain.schema import LEGS, RECORDS
from callwitness.ingest.contract import REJECTED, Adapter, EvidenceFile, Note, NumberPlan, ReadOptions
from callwitness.ingest.kit.archives import open_evidence
from callwitness.ingest.registry import adapter_packages, load_adapter


@dataclass(frozen=True, slots=True)
class Outcome:
    """One rule of the conformance suite for one adapter."""

    rule: str
    passed: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything an adapter made of one file: RECORDS, REJECTED, LEGS, notes."""

    records: pl.DataFrame
    rejected: pl.DataFrame
    legs: pl.DataFrame
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """An adapter and its folder."""

    name: str
    folder: Path
    manifest: dict[str, Any]
    adapter: Adapter

    @classmethod
    def of(cls, name: str) -> Subject:
        """The installed adapter of that name."""
        adapter = load_adapter(name)
        folder = Path(str(resources.files(adapter_packages()[name])))
        try:
            manifest = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
            manifest = {}
        return cls(name, folder, manifest, adapter)

    @property
    def options(self) -> ReadOptions:
        """How the samples are read: zone and country of ``[samples]`` in the manifest."""
        samples = self.manifest.get("samples", {})
        return ReadOptions(zone=samples.get("zone"), numbers=NumberPlan(samples.get("country")))

    @property
    def samples(self) -> list[Path]:
        """Sample files in order of name."""
        folder = self.folder / "samples"
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


@contextmanager
def opened(path: Path) -> Iterator[list[EvidenceFile]]:
    """The readable pieces of a file, as long as the context lasts."""
    with tempfile.TemporaryDirectory() as workdir:
        yield open_evidence(path, Path(workdir), path.name)[0]


def read_all(subject: Subject, files: list[EvidenceFile]) -> Reading:
    """Some files as one source. Raises what the adapter raises."""
    records: list[pl.DataFrame] = []
    rejected: list[pl.DataFrame] = []
    notes: list[Note] = []
    for file in files:
        for batch in subject.adapter.read(file, subject.options):
            records.append(RECORDS.conform(batch.records))
            rejected.append(REJECTED.conform(batch.rejected))
            notes += batch.notes
    whole = RECORDS.concat(records)
    whole = whole.with_columns(rec=pl.int_range(whole.height, dtype=pl.Int64))
    settled, told = subject.adapter.settle(whole, subject.options)
    legs = LEGS.conform(subject.adapter.legs(settled, subject.options)) if whole.height else LEGS.empty()
    return Reading(settled, REJECTED.concat(rejected), legs, (*notes, *told))
