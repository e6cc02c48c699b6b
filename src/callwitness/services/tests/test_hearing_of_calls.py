"""Recordings of a check: what could not be read is told in a sentence, progress counts recordings stage by stage."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from callwitness.domain.recordings import tie
from callwitness.domain.schema import SOURCE_CALLS
from callwitness.services.hearing_of_calls import FolderOfRecordings
from callwitness.simulate.recordings import recording


def test_what_cannot_be_read_is_told_and_progress_counts_recordings(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.wav").write_bytes(recording([("announcement", 3.0), ("speech", 3.0)], name))
    (tmp_path / "c.wav").write_text("no recording", encoding="utf-8")
    told: dict[str, int] = {}

    def progress(stage: str, done: int) -> None:
        told[stage] = told.get(stage, 0) + done

    calls = SOURCE_CALLS.empty().with_columns(group=pl.lit(None, pl.Int64))
    folder = FolderOfRecordings(tmp_path, progress)
    folder(calls, lambda given: tie.tie(given, calls, pl.DataFrame(schema=tie.NAMED), {}))
    assert [note.params for note in folder.notes] == [
        {"file": "c.wav", "why": "A sound recording was expected, this is text"}
    ]
    assert told == {"listen": 3, "learn": 2, "decide": 2}
