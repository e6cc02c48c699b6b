"""Day files: ``calls/<workspace>/<YYYY-MM>/<YYYY-MM-DD>.parquet``, one UTC day of one workspace each.

A day is always written whole: into a file beside it, then put in its place at once. Who reads meanwhile keeps the old
file: days that changed lately are read through a hard link of the reader's own, days that change during the reading
are noticed, and the reading begins again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from uuid import uuid4

import polars as pl

from callwitness.warehouse.contract import DAY_FILE
from callwitness.warehouse.facts import day_file

DAY_MS: Final = 86_400_000
_LATELY_S: Final = 600.0
_FORGOTTEN_S: Final = 3600.0
"""No writing and no reading lasts so long: what is older was left behind by a process that died."""


@dataclass(frozen=True, slots=True)
class DayState:
    """A day file as it stood when looked at. path: the file to read, which may be a link to it."""

    day: date
    path: Path
    state: tuple[int, int, int]


class Warehouse:
    """All day files below a folder. Processes and threads may share it; the last to write a day wins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._calls = self.folder / "calls"
        self._reading = self.folder / "reading"
        for made in (self._calls, self._reading):
            made.mkdir(parents=True, exist_ok=True)
        _sweep(self._reading, "*.parquet")
        _sweep(self._calls, "*/*/.*.tmp")
        _sweep(self.folder / "spill", "*/*")  # the engine's; a file that is open stays readable

    def replace_day(self, workspace: int, day: date, frame: pl.DataFrame) -> None:
        """Make these the calls of a UTC day. frame: CALL_FACTS; without rows the day is removed.

        Raises ``ValueError`` when a call started on another day.
        """
        path = self._path(workspace, day)
        if frame.is_empty():
            path.unlink(missing_ok=True)
            return
        begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
        starts = frame["started_at"]
        if starts.null_count() or not starts.is_between(begin, begin + DAY_MS, closed="left").all():
            raise ValueError(f"calls of another day among those of {day.isoformat()}")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{uuid4().hex}.tmp")
        try:
            with part.open("xb") as file:
                day_file(frame).write_parquet(file, compression="zstd")
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            _sync(path.parent)
        finally:
            part.unlink(missing_ok=True)

    def days(self, workspace: int) -> list[date]:
        """Days that have calls, in order."""
        return [found.day for found in self._states(workspace, date.min, date.max)]

    def drop(self, workspace: int) -> None:
        """Remove every day of a workspace."""
        aside = self._reading / f"{uuid4().hex}.dropped"  # all days vanish at once, then the files
        with suppress(FileNotFoundError):
            (self._calls / str(int(workspace))).replace(aside)
        shutil.rmtree(aside, ignore_errors=True)

    @contextmanager
    def snapshot(self, workspace: int, first: date, last: date) -> Iterator[Snapshot]:
        """The days from first to last that have calls, to be read inside the block."""
        now = time.time()
        states: list[DayState] = []
        links: list[Path] = []
        try:
            for found in self._states(workspace, first, last):
                if now - found.state[1] / 1e9 > _LATELY_S:
                    states.append(found)
                    continue
                link = self._reading / f"{uuid4().hex}.parquet"
                with suppress(FileNotFoundError):  # the day was removed between looking and linking
                    _pin(found.path, link)
                    links.append(link)
                    states.append(DayState(found.day, link, _state(link.stat())))
            yield Snapshot(tuple(states))
        finally:
            for link in links:
                link.unlink(missing_ok=True)

    def _path(self, workspace: int, day: date) -> Path:
        return self._calls / str(int(workspace)) / f"{day:%Y-%m}" / f"{day.isoformat()}.parquet"

    def _states(self, workspace: int, first: date, last: date) -> Iterator[DayState]:
        months = _names(self._calls / str(int(workspace)))
        for month in months:
            if not f"{first.isoformat()}"[:7] <= month <= f"{last.isoformat()}"[:7]:
                continue
            folder = self._calls / str(int(workspace)) / month
            for name in _names(folder):
                day = _day(name)
                if day and first <= day <= last:
                    with suppress(FileNotFoundError):
                        yield DayState(day, folder / name, _state((folder / name).stat()))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Day files that are read together."""

    states: tuple[DayState, ...]

    @property
    def days(self) -> list[date]:
        return [found.day for found in self.states]

    def paths(self) -> list[str]:
        """Files in the order of days, for the engine."""
        return [str(found.path) for found in self.states]

    def unreadable(self) -> tuple[date, ...]:
        """Days whose file cannot be read to its end, or has not the columns of today; slow, for when a question failed."""
        return tuple(found.day for found in self.states if not _readable(found.path))

    def holds(self) -> bool:
        """Whether every file is still the one that was looked at."""
        try:
            return all(_state(found.path.stat()) == found.state for found in self.states)
        except FileNotFoundError:
            return False


def _sync(folder: Path) -> None:
    """The name of a file is on the disk too: the ledger forgets that it has to tell us."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _readable(path: Path) -> bool:
    try:
        return dict(pl.read_parquet(path).schema) == DAY_FILE.schema
    except (pl.exceptions.PolarsError, OSError):
        return False


def _pin(path: Path, link: Path) -> None:
    try:
        link.hardlink_to(path)
    except FileNotFoundError:
        raise
    except OSError:  # a file system without hard links; a file is never changed in place, so a copy is whole
        shutil.copyfile(path, link)


def _state(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _day(name: str) -> date | None:
    stem, dot, ending = name.partition(".")
    if dot and ending == "parquet" and len(stem) == 10:
        with suppress(ValueError):
            return date.fromisoformat(stem)
    return None


def _sweep(folder: Path, pattern: str) -> None:
    """Remove what a process that died left behind."""
    before = time.time() - _FORGOTTEN_S
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):
            if path.stat().st_ctime < before:
                path.unlink()
