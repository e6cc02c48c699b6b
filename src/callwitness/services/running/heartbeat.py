"""What the worker tells about itself: a small file in the data folder, written every few seconds."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

EVERY_S: Final = 2.0
LATE_S: Final = 15.0
"""A heartbeat older than this means that no worker runs."""


@dataclass(slots=True)
class JobState:
    """One job's own figures since the worker started. seconds, cpu_s: of all runs that did something.

    problem: the type of the error of the last run, '' when it went well; failures: in a row.
    """

    runs: int = 0
    worked: int = 0
    errors: int = 0
    failures: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    last_cpu_s: float = 0.0
    last_at: int | None = None
    problem: str = ""


@dataclass(slots=True)
class Heartbeat:
    """at, started_at, since: ms UTC. job: what is being done now, '' = waiting, since when. waiting: for the lock."""

    at: int
    started_at: int
    pid: int
    waiting: bool = False
    job: str = ""
    since: int = 0
    jobs: dict[str, JobState] = field(default_factory=dict)


def path_in(data: Path) -> Path:
    """The file."""
    return data / "worker.json"


def write(data: Path, beat: Heartbeat) -> None:
    """Replace the file. Raises ``OSError``."""
    target = path_in(data)
    written = target.with_suffix(f".{os.getpid()}.tmp")
    written.write_text(json.dumps(asdict(beat)), encoding="utf-8")
    written.replace(target)


def read(data: Path) -> Heartbeat | None:
    """The last heartbeat; None when there never was one, or it cannot be read."""
    try:
        told: Mapping[str, object] = json.loads(path_in(data).read_text(encoding="utf-8"))
        jobs = told.pop("jobs", {})  # type: ignore[attr-defined]
        return Heartbeat(**told, jobs={name: JobState(**state) for name, state in jobs.items()})  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError):
        return None
