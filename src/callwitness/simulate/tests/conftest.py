"""Worlds that several tests read: a month of a small Ukrainian company, a single day, one with a wrong zone."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from callwitness.simulate.world import Summary, WorldOptions, simulate


@dataclass(frozen=True)
class World:
    """A written world."""

    folder: Path
    options: WorldOptions
    summary: Summary

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8-sig")

    def truth(self) -> list[dict[str, str]]:
        return list(csv.DictReader(self.text("truth.csv").splitlines()))

    def rows(self, name: str) -> list[list[str]]:
        delimiter = ";" if name == "provider.csv" else ","
        return list(csv.reader(self.text(name).splitlines(), delimiter=delimiter))

    def queue_log(self) -> list[list[str]]:
        return [line.split("|") for line in self.text("queue_log").splitlines()]

    def bytes(self) -> dict[str, bytes]:
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in files}


def make(folder: Path, options: WorldOptions) -> World:
    return World(folder, options, simulate(options, folder))


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Thirty days over the autumn night in which Kyiv puts its clocks back, with a clock step (seed 3)."""
    options = WorldOptions(days=30, calls_per_day=60, seed=3, country="UA")
    return make(tmp_path_factory.mktemp("month"), options)


@pytest.fixture(scope="session")
def skewed(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Three days whose zone is stated wrong and whose exchange runs 100 s ahead."""
    options = WorldOptions(days=3, calls_per_day=60, seed=1, wrong_zone=True, office_offset_s=100.0)
    return make(tmp_path_factory.mktemp("skewed"), options)
