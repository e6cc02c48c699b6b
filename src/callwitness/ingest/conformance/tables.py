"""Rule: every sample is recognised, and what comes out of it keeps the words and sums of the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from callwitness.domain.schema import CALLER_KINDS, DIRECTIONS, RESULTS, SEGMENTS, WITNESSES
from callwitness.ingest.conformance.subject import Outcome, Reading, Subject, opened, read_all

KINDS: Final = ("leg", "event", "call", "state")
_WORDS: Final = {
    "kind": KINDS, "witness": WITNESSES, "direction": DIRECTIONS, "caller_kind": CALLER_KINDS, "segment": SEGMENTS,
    "result": RESULTS,
}  # fmt: skip


def check(subject: Subject) -> Iterator[Outcome]:
    """Two outcomes: recognised, and in order."""
    strangers = [path.name for path in subject.samples if not _recognised(subject, path)]
    yield Outcome(
        "recognises_own_samples",
        not strangers,
        f"not recognised: {', '.join(strangers)}" if strangers else "all recognised",
    )
    for path in subject.samples:
        with opened(path) as files:
            problem = problem_of(read_all(subject, files))
        if problem:
            yield Outcome("tables", False, f"{path.name}: {problem}")
            return
    yield Outcome("tables", True, "records, rejected rows and legs keep the contract")


def _recognised(subject: Subject, path: Path) -> bool:
    with opened(path) as files:
        for file in files:
            with file.open() as stream:
                head = stream.read(65_536)
            if subject.adapter.recognise(head, file.name) is None:
                return False
    return True


def problem_of(reading: Reading) -> str | None:
    """What in a reading breaks the contract, as a sentence; None when nothing does."""
    records, legs = reading.records, reading.legs
    for table, frame in (("records", records), ("legs", legs)):
        for name, words in _WORDS.items():
            if name in frame.columns:
                strange = frame.filter(pl.col(name).is_not_null() & ~pl.col(name).is_in(words))[name]
                if len(strange):
                    return f"{table}.{name} has {strange[0]!r}, which is no word of the contract"
    for name in ("kind", "file", "row", "evidence", "witness"):
        if records[name].has_nulls():
            return f"records.{name} is empty somewhere"
    if records.filter(pl.col("kind").is_in(["call", "leg"]) & pl.col("started_at").is_null()).height:
        return "a call or leg without a start is a row to reject"
    if records.filter(pl.col("row") < 1).height:
        return "rows count from 1"
    if reading.rejected["reason"].has_nulls() or reading.rejected["row"].has_nulls():
        return "a rejected row wants its number and a sentence"
    stray = legs.filter(~pl.col("rec").is_in(records["rec"].implode()))
    return f"{stray.height} legs point at no record" if stray.height else None
