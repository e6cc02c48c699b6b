"""Are the recordings whole? recording_missing, recording_truncated, recording_orphan."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.findings.sides import Told, kind, left, right
from callwitness.domain.reasons import reason_json
from callwitness.domain.recordings.tables import SOURCE as RECORDING
from callwitness.domain.recordings.tables import Recorded

SHORTEST_TALK_S: Final = 10.0
"""Talks shorter than this need no recording."""
USUAL: Final = 0.5
"""A source records calls of a direction if more than this share of its answered ones has a recording."""
FEWEST: Final = 5
"""Of fewer answered calls nobody can tell what is usual."""
CUT_S: Final = 5.0
CUT_SHARE: Final = 0.05
"""A recording is cut when it lacks more than both of these of the talk."""


def findings(told: Told, recorded: Recorded) -> list[pl.DataFrame]:
    """FINDINGS rows of calls without their recording, of recordings without their call, and of those cut short."""
    talks = _talks(told)
    return [
        _missing(talks, recorded.ties),
        *_truncated(talks, recorded.ties),
        _orphans(told, recorded.loose),
    ]


def _talks(told: Told) -> pl.DataFrame:
    """Source calls in which the source itself tells of a talk long enough, and which the verdict leaves answered."""
    answered = told.judged.filter("answered").select("call_id")
    claims = pl.col("human").fill_null(value=False) & (pl.col("talk_s") >= SHORTEST_TALK_S)
    return told.calls.filter(claims & (pl.col("match") != "duplicate")).join(
        answered, on="call_id", how="semi"
    )


def _missing(talks: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Between a source's first and last recorded call, the talks that nobody recorded, if most of that direction were.

    Exchanges often record what comes in and not what is said inside.
    """
    habits = ["source", "direction"]
    talks = talks.with_columns(
        mine=pl.col("scall").is_in(ties["scall"].unique().implode()),
        any=pl.col("group").is_in(ties["group"].unique().implode()),
    )
    own = pl.col("started_at").filter(pl.col("mine"))
    spans = talks.group_by("source").agg(first=own.min(), last=own.max())
    inside = talks.join(spans, on="source").filter(pl.col("started_at").is_between("first", "last"))
    habit = inside.group_by(habits).agg(n=pl.len(), share=pl.col("mine").mean().round(3))
    habit = habit.filter((pl.col("n") >= FEWEST) & (pl.col("share") > USUAL))
    gone = inside.join(habit, on=habits).filter(~pl.col("any"))
    gone = gone.sort("group", "share", "source", descending=[False, True, False])
    gone = gone.unique("group", keep="first", maintain_order=True)
    named = pl.when(pl.col("recording").is_not_null()).then(
        reason_json("recording_named", recording="recording")
    )
    usual = reason_json("recording_usual", source="source", share="share")
    return gone.select(
        *kind("recording_missing", pl.col("role"), named, usual),
        *left(pl.col("talk_s").round(1).cast(pl.String)),
    )


def _truncated(talks: pl.DataFrame, ties: pl.DataFrame) -> list[pl.DataFrame]:
    """All recordings of a call together are shorter than its talk, or one side of them is digital silence."""
    known = ties.filter(
        pl.col("duration_s").is_not_null() & (pl.col("status") != "unreadable").fill_null(value=True)
    )
    held = (
        known.sort("group", "recording")
        .group_by("group", maintain_order=True)
        .agg(
            held=pl.col("duration_s").sum(),
            file=pl.col("recording").first(),
            side=pl.col("silence").drop_nulls().first(),
            whole=pl.col("silence").is_null().any(),
            scall=pl.col("scall").first(),
        )
    )
    rows = talks.drop("recording").join(held.drop("scall"), on="group")
    rows = rows.join(held.select("scall"), on="scall", how="semi")
    lacking = pl.col("talk_s") - pl.col("held")
    cut = rows.filter((lacking > CUT_S) & (lacking > CUT_SHARE * pl.col("talk_s"))).with_columns(
        seconds=pl.col("held").round(1), talk=pl.col("talk_s").round(1)
    )
    silent = rows.filter(pl.col("side").is_not_null() & ~pl.col("whole")).join(cut, on="group", how="anti")
    shorter = reason_json("recording_shorter", recording="file", seconds="seconds", talk="talk")
    mute = reason_json("recording_side_silent", recording="file", side="side")
    return [
        _against_its_call(cut, shorter, pl.col("seconds").cast(pl.String)),
        _against_its_call(silent, mute, pl.col("held").round(1).cast(pl.String)),
    ]


def _against_its_call(rows: pl.DataFrame, reason: pl.Expr, value: pl.Expr) -> pl.DataFrame:
    """The recording on the left, the talk of its call on the right; whoever recorded bears it."""
    own = pl.col("talk_s").round(1).cast(pl.String)
    return rows.select(
        *kind("recording_truncated", pl.col("role"), reason),
        pl.col("call_id"),
        pl.col("started_at").alias("from"),
        pl.col("ended_at").alias("to"),
        pl.lit(RECORDING).alias("left_source"),
        value.alias("left_value"),
        pl.col("file").alias("left_record"),
        *right("source", own, "record_id"),
    )


def _orphans(told: Told, loose: pl.DataFrame) -> pl.DataFrame:
    """Recordings of no call, or of one of several: which, stands in the reason."""
    ids = told.calls.select("group", id=pl.format("{} {}", "source", "native_call_id")).unique()
    ids = ids.sort("group", "id").unique("group", keep="first", maintain_order=True)
    several = loose.explode("groups").drop_nulls("groups").join(ids, left_on="groups", right_on="group")
    calls = (
        several.sort("recording", "id").group_by("recording").agg(calls=pl.col("id").head(6).str.join(", "))
    )
    rows = loose.join(calls, on="recording", how="left", maintain_order="left")
    none = reason_json("recording_no_call", recording="recording")
    some = reason_json("recording_several_calls", recording="recording", calls="calls")
    return rows.select(
        *kind(
            "recording_orphan",
            pl.lit("nobody"),
            pl.when(pl.col("groups").list.len() == 0).then(none).otherwise(some),
        ),
        pl.lit(RECORDING).alias("left_source"),
        pl.col("name").alias("left_value"),
        pl.col("recording").alias("left_record"),
    )
