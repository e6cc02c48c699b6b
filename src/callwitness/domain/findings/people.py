"""Who answered, and when: answer_disputed, wait_understated."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.findings.sides import Told, kind, left, right
from callwitness.domain.reasons import reason_json
from callwitness.domain.recordings.tables import SOURCE as RECORDING
from callwitness.domain.rules import Rules

_VOICE: Final = ("heard", "voice_recording", "voice_confidence")


def findings(told: Told, rules: Rules) -> list[pl.DataFrame]:
    """FINDINGS rows of claims that better witnesses deny."""
    return [_disputed(told), _understated(told, rules)]


def _claims(told: Told) -> pl.DataFrame:
    """Claims that a person answered, by sources with an interest (a provider means its equipment)."""
    claims = pl.col("human").fill_null(value=False) & (pl.col("role") != "provider")
    return told.calls.filter(claims & (pl.col("match") != "duplicate"))


def _proved(rows: pl.DataFrame, told: Told) -> pl.DataFrame:
    """Rows with ``call_id, by``: adds ``right_record``, the record or recording that proves what ``by`` says."""
    records = told.calls.select(
        "call_id", by="source", right_record=pl.coalesce("record_answer", "record_id")
    ).unique(["call_id", "by"], keep="first", maintain_order=True)
    rows = rows.join(records, on=["call_id", "by"], how="left", maintain_order="left")
    by_ear = pl.col("by") == RECORDING
    return rows.with_columns(right_record=pl.when(by_ear).then("voice_recording").otherwise("right_record"))


def _disputed(told: Told) -> pl.DataFrame:
    """An interested source claims an answer; the witnesses that decided the verdict, or the recording, deny it."""
    by_ear = pl.col("silent_talk") & ~pl.col("overruled")
    by = pl.when("interested_alone").then("neutral_denier").when(by_ear).then(pl.lit(RECORDING))
    denied = told.judged.filter(~pl.col("answered") | pl.col("silent_talk")).select(
        "call_id", "verdict", *_VOICE, by=by.otherwise("denier")
    )
    rows = _claims(told).join(denied, on="call_id").filter(pl.col("by") != pl.col("source"))
    rows = _proved(rows, told)
    nobody = reason_json("recording_nobody", recording="voice_recording", confidence="voice_confidence")
    silent = pl.when(pl.col("heard") == "nobody").then(nobody)
    return rows.select(
        *kind("answer_disputed", pl.col("role"), reason_json("overruled", source="source", by="by"), silent),
        *left(pl.lit("answered")),
        *right(
            "by",
            pl.when(pl.col("by") == RECORDING).then(pl.lit("nobody")).otherwise("verdict"),
            "right_record",
        ),
    )


def _understated(told: Told, rules: Rules) -> pl.DataFrame:
    """A claimed wait shorter than the best known one, counted from the queue where there was one.

    The first live word in the recording is known best, give or take how surely the recording is placed.
    """
    begun = pl.coalesce("queued_at", "started_at")
    spoken = pl.col("human_voice_at").is_not_null()
    reached = pl.coalesce("human_voice_at", "agent_answered_at")
    best = told.judged.filter(pl.col("answered") & reached.is_not_null()).select(
        "call_id",
        *_VOICE,
        best=((reached - begun) / 1000.0).round(1),
        by=pl.when(spoken).then(pl.lit(RECORDING)).otherwise("claimer"),
        witness=pl.when(spoken).then(pl.lit(RECORDING)).otherwise("human_witness"),
        unsure_s=pl.when(spoken).then(pl.col("voice_uncertainty_s").fill_null(0.0)).otherwise(0.0),
        spoken=spoken,
        voice_s="voice_s",
        voice_off_s="voice_off_s",
    )
    rows = _claims(told).filter((pl.col("role") == "contractor") & pl.col("wait_s").is_not_null())
    rows = rows.join(best, on="call_id").filter(pl.col("by") != pl.col("source"))
    rows = _proved(rows, told)
    missing = pl.col("best") - pl.col("wait_s")
    surely = missing - pl.col("unsure_s")
    rows = rows.filter(
        (surely > rules.wait_tolerance_s) & (surely > rules.wait_tolerance_share * pl.col("best"))
    ).with_columns(claimed=pl.col("wait_s").round(1))
    reason = reason_json("wait_claimed", source="source", claimed="claimed", best="best", witness="witness")
    heard = reason_json(
        "recording_voice",
        recording="voice_recording",
        confidence="voice_confidence",
        seconds="voice_s",
        uncertainty="voice_off_s",
    )
    return rows.select(
        *kind("wait_understated", pl.col("role"), reason, pl.when("spoken").then(heard)),
        *left(pl.col("claimed").cast(pl.String)),
        *right("by", pl.col("best").cast(pl.String), "right_record"),
    )
