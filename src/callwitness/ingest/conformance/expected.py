"""Rule: each sample gives what ``expected/<sample>.csv`` says; a person read that file before it was committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from callwitness.ingest.conformance.subject import Outcome, Reading, Subject, opened, read_all

COLUMNS: Final = (
    "row", "sheet", "kind", "event", "native_call_id", "segment", "direction", "caller", "caller_kind", "called", "did", "agent",
    "started_at", "answered_at", "ended_at", "wait_s", "talk_s", "total_s", "result", "human",
)  # fmt: skip
_TIMES: Final = ("started_at", "answered_at", "ended_at")


def check(subject: Subject) -> Iterator[Outcome]:
    """One outcome for each sample that has an expectation, and one that there are such."""
    told = 0
    for path in subject.samples:
        wanted = subject.folder / "expected" / f"{path.name}.csv"
        if wanted.is_file():
            told += 1
            difference = first_difference(wanted.read_text(encoding="utf-8"), expected_text(subject, path))
            yield Outcome("expected", difference is None, f"{path.name}: {difference or 'as expected'}")
    if not told:
        yield Outcome("expected", False, "expected/ has no <sample>.csv")


def expected_text(subject: Subject, path: Path) -> str:
    """What a sample gives, as the text of ``expected/<sample>.csv``: records, then rejected rows, then notes."""
    with opened(path) as files:
        reading = read_all(subject, files)
    return _text(reading)


def _text(reading: Reading) -> str:
    shown = reading.records.select(
        pl.from_epoch(name, time_unit="ms").dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").alias(name) if name in _TIMES else name
        for name in COLUMNS
    )  # fmt: skip
    refused = [
        f"rejected {row}: {reason}\n" for row, reason in reading.rejected.select("row", "reason").iter_rows()
    ]
    notes = [f"note: {note.code}\n" for note in reading.notes]
    return shown.write_csv() + "".join(refused) + "".join(notes)


def first_difference(wanted: str, found: str) -> str | None:
    """The first line that differs, as a sentence."""
    left, right = wanted.splitlines(), found.splitlines()
    for number in range(max(len(left), len(right))):
        want = left[number] if number < len(left) else "nothing"
        have = right[number] if number < len(right) else "nothing"
        if want != have:
            return f"line {number + 1}: expected {want}, found {have}"
    return None
