"""``check --recordings``: the recordings of a folder are heard, those of one line together."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from callwitness.audio.heard import Heard
from callwitness.domain.recordings.tables import RECORDINGS, live_seconds
from callwitness.ingest.contract import Note
from callwitness.services.listening import run
from callwitness.services.listening.gather import gather
from callwitness.services.reading import Progress
from callwitness.services.recorded import Tie


class FolderOfRecordings:
    """A folder of recordings that can be listened to once the calls are known. Raises ``UsageError`` if it holds none.

    heard: facts by the recording's name, afterwards. notes: what could not be read.
    """

    def __init__(self, folder: Path, progress: Progress) -> None:
        given = gather([folder])
        self._inputs, self._progress = given.inputs, progress
        self._stage, self._through = "", 0
        self.heard: dict[str, Heard] = {}
        self.notes = [_passed_over(str(folder), note) for note in given.notes]

    def __call__(self, calls: pl.DataFrame, tie: Tie) -> pl.DataFrame:
        """RECORDINGS. What a line plays again and again is learned from all recordings of that line's calls."""
        names = [one.file for one in self._inputs]
        known = RECORDINGS.conform(
            pl.DataFrame(
                {"recording": names, "name": names}, schema={"recording": pl.String, "name": pl.String}
            )
        )
        lines = lines_of(known, calls, tie)
        self._progress("listen", 0)
        for heard in run.listen(self._inputs, lines, progress=self._tell):
            self.heard[heard.file] = heard
            if heard.status == "unreadable":
                self.notes.append(_passed_over(heard.file, heard.problem or ""))
        return facts(self.heard)

    def _tell(self, progress: run.Progress) -> None:
        if progress.stage != self._stage:
            self._stage, self._through = progress.stage, 0
        self._progress(progress.stage, max(0, progress.recordings - self._through))
        self._through = progress.recordings


def _passed_over(file: str, why: str) -> Note:
    """why: a sentence; the note ends it itself."""
    return Note("member_passed_over", {"file": file, "why": why.removesuffix(".")})


def lines_of(recordings: pl.DataFrame, calls: pl.DataFrame, tie: Tie) -> dict[str, str]:
    """The line of each recording: the number that was dialled, as any source tells it, else the queue or the direction.

    Recordings of no call are a line of their own, named ''.
    """
    tied, _ = tie(recordings)
    inbound = pl.col("direction") == "inbound"
    told = (
        calls.sort("group", "source", "scall")
        .group_by("group")
        .agg(
            line=pl.coalesce(
                pl.col("did").filter(inbound).drop_nulls().first(),
                pl.col("queue").drop_nulls().first(),
                pl.col("direction").drop_nulls().first(),
            )
        )
    )
    lines = dict(tied.join(told, on="group").select("recording", pl.col("line").fill_null("")).iter_rows())
    return {name: lines.get(name, "") for name in recordings["recording"].to_list()}


def facts(heard: dict[str, Heard]) -> pl.DataFrame:
    """RECORDINGS of what was heard, by name."""
    rows = [
        {
            "recording": name,
            "name": name,
            "status": one.status,
            "human_voice_s": one.human_voice_s,
            "confidence": one.confidence,
            "method": one.method,
            "duration_s": one.duration_s if one.status != "unreadable" else None,
            "live_s": live_seconds([(span.start_s, span.end_s, span.kind) for span in one.spans]),
            "channels": one.channels,
            "silence": one.silence,
            "problem": one.problem,
        }
        for name, one in sorted(heard.items())
    ]
    schema = {
        name: dtype for name, dtype in RECORDINGS.schema.items() if name not in ("source", "native_call_id")
    }
    return RECORDINGS.conform(pl.DataFrame(rows, schema=schema))
