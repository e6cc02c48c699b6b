"""What the recordings of a call say together: somebody of the answering side spoke, nobody did, or it is left open."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.recordings.begin import SURE_S
from callwitness.domain.recordings.tables import VOICES

VOICE_SURE: Final = 0.6
"""A voice less sure than this is for a person to judge."""
NOBODY_SURE: Final = 0.8
"""That nobody spoke must be surer: it denies what somebody claims."""
MOST_LIVE_S: Final = 5.0
"""Whoever talks longer than this talks with somebody, though he be inaudible: a telephone's sound gets lost as well."""


def voices(ties: pl.DataFrame) -> pl.DataFrame:
    """VOICES, one row for each call with a recording that was listened to. ties: TIES."""
    told = ties.with_columns(says=_says(), placed=pl.col("uncertainty_s") <= SURE_S)
    told = told.with_columns(
        voice_at=pl.when((pl.col("says") == "voice") & pl.col("placed")).then(
            pl.col("begun_at") + (pl.col("human_voice_s") * 1000).round().cast(pl.Int64)
        )
    )
    ordered = told.filter(pl.col("says").is_not_null()).sort(
        "group", _rank(), "voice_at", -pl.col("duration_s").fill_null(0.0), "recording", nulls_last=True
    )
    nobody = (pl.col("says") == "nobody").first()
    begun, length = pl.col("begun_at").first(), pl.col("duration_s").first()
    found = ordered.group_by("group", maintain_order=True).agg(
        heard=pl.col("says").first(),
        voice_at=pl.col("voice_at").first(),
        voice_confidence=pl.col("confidence").first(),
        voice_apart=_apart().first(),
        voice_uncertainty_s=pl.col("uncertainty_s").first(),
        voice_recording=pl.col("recording").first(),
        silent_side=pl.col("silence").drop_nulls().first(),
        listened_from=pl.when(nobody & pl.col("placed").first()).then(begun),
        listened_until=pl.when(nobody & pl.col("placed").first()).then(
            begun + (length * 1000).cast(pl.Int64)
        ),
        listened_s=pl.when(nobody).then(length),
    )
    return VOICES.conform(found)


def _says() -> pl.Expr:
    """voice | faulty | doubtful | nobody; null where nobody listened or nothing could be heard.

    A side that is digital silence throughout is a fault of the recording: it never says nobody. A voice that a person
    heard all the same counts.
    """
    status, sure = pl.col("status"), pl.col("confidence").fill_null(0.0)
    alone = pl.col("live_s").fill_null(0.0) <= MOST_LIVE_S
    by_ear = pl.col("method").eq("person").fill_null(value=False)
    voice = (status == "answered") & (sure >= VOICE_SURE) & pl.col("human_voice_s").is_not_null()
    return (
        pl.when(status.is_null() | (status == "unreadable"))
        .then(None)
        .when(pl.col("silence").is_in(["far", "all"]) & ~(voice & by_ear))
        .then(pl.lit("faulty"))
        .when(voice)
        .then(pl.lit("voice"))
        .when((status == "nobody") & (sure >= NOBODY_SURE) & (alone | by_ear))
        .then(pl.lit("nobody"))
        .otherwise(pl.lit("doubtful"))
    )


def _apart() -> pl.Expr:
    """In one channel a machine may take the agent for an announcement, or the caller for both."""
    return (pl.col("channels").eq("stereo") | pl.col("method").eq("person")).fill_null(value=False)


def _rank() -> pl.Expr:
    """One voice is enough; nobody is said only where every recording says so."""
    order = {"voice": 0, "faulty": 1, "doubtful": 2, "nobody": 3}
    return pl.col("says").replace_strict(order, return_dtype=pl.Int8)
