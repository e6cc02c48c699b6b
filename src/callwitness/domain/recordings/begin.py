"""When each recording began, on the time axis of its call.

A recorder starts at one of a few moments (the call begins, something answers, the queue takes the call, a person picks
up) and stops when somebody hangs up. So the beginning that counts is the one that, the length added, meets an end. The
moment in the name goes first where it fits about as well: it was written down for this very file. A moment in the name that the length does not
bear out may be that of the queue while sound was kept from the answer on: it stands with all the doubt there is.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.recordings.tables import TIES

SURE_S: Final = 5.0
"""A beginning that may be further off than this tells no moments."""

LEGS: Final = {
    "source": pl.String(),
    "native": pl.String(),
    "segment": pl.String(),
    "answered_at": pl.Int64(),
    "ended_at": pl.Int64(),
}
"""Legs as ``begin`` takes them, each in its source's own clock."""

_FIT_MS: Final = 3_000
_WITHIN_MS: Final = 500
"""Names tell the second that had begun; the recording began somewhere in it."""
_RIVAL_MS: Final = 1_000
"""Beginnings that meet an end this much worse than the best are as likely."""
_GRID_MS: Final = 1_000
_COARSE_MS: Final = 10_000
_OFTEN: Final = ("name", "answer", "start", "queue", "signal")
"""Moments at which recorders begin; of equally good ones the first counts."""


def begin(
    ties: pl.DataFrame, recordings: pl.DataFrame, calls: pl.DataFrame, legs: pl.DataFrame
) -> pl.DataFrame:
    """TIES, ``begun_at`` in the clock of its source.

    ties: of ``tie.tie``; recordings: RECORDINGS; calls: SOURCE_CALLS in their own clocks; legs: LEGS.
    """
    facts = recordings.drop("source", "native_call_id")
    told = ties.join(facts, on="recording", how="left", maintain_order="left")
    mine = calls.join(told.select("scall").unique(), on="scall", how="semi")
    of_legs = legs.join(_natives(mine), on=["source", "native"])
    begins, ends = _begins(mine, of_legs), _ends(mine, of_legs)
    placed = pl.concat([_fitting(told, begins, ends), _by_name_alone(told, mine, ends)])
    placed = placed.unique("recording", keep="first", maintain_order=True)
    coarse = mine.select("scall", grid_s=pl.col("precision_ms").fill_null(1000) / 1000.0)
    placed = (
        placed.join(told.select("recording", "scall"), on="recording")
        .join(coarse, on="scall")
        .with_columns(
            uncertainty_s=pl.col("uncertainty_s")
            + pl.when(pl.col("grid_s") >= _COARSE_MS / 1000).then("grid_s").otherwise(0.0)
        )
    )
    placed = placed.select("recording", "begun_at", "begun_by", "uncertainty_s")
    return TIES.conform(told.join(placed, on="recording", how="left", maintain_order="left"))


def _natives(calls: pl.DataFrame) -> pl.DataFrame:
    ids = calls.select("scall", "source", native=pl.concat_list("native_call_id", "native_ids"))
    return ids.explode("native").unique(maintain_order=True)


def _moment(frame: pl.DataFrame, how: str, column: str) -> pl.DataFrame:
    return frame.select("scall", how=pl.lit(how), at=column).drop_nulls("at")


def _begins(calls: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """``scall, how, at`` of every moment at which a recording of the call may have begun; names apart."""
    talks = legs.filter(pl.col("segment").is_in(["talk", "call"]))
    return pl.concat(
        [
            _moment(calls, "answer", "agent_answered_at"),
            _moment(talks, "answer", "answered_at"),
            _moment(calls, "start", "started_at"),
            _moment(calls, "queue", "queued_at"),
            _moment(calls, "signal", "signal_answered_at"),
        ]
    ).unique(["scall", "at"], keep="first", maintain_order=True)


def _ends(calls: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """``scall, end``: moments at which it may have stopped."""
    talks = legs.filter(pl.col("segment").is_in(["talk", "call", "voicemail"]))
    ends = pl.concat([_moment(calls, "end", "ended_at"), _moment(talks, "end", "ended_at")])
    return ends.select("scall", end="at").unique(maintain_order=True)


def _fitting(told: pl.DataFrame, begins: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """``recording, begun_at, begun_by, uncertainty_s`` where a beginning and the length meet an end."""
    named = told.select("recording", "scall", "duration_s", how=pl.lit("name"), at="named_at").drop_nulls(
        "at"
    )
    others = told.select("recording", "scall", "duration_s").join(begins, on="scall").select(named.columns)
    pairs = pl.concat([named, others]).drop_nulls("duration_s").join(ends, on="scall")
    length = (pl.col("duration_s") * 1000).cast(pl.Int64)
    fits = pairs.with_columns(miss=(pl.col("at") + length - pl.col("end")).abs()).filter(
        pl.col("miss") <= _FIT_MS
    )
    rank = pl.col("how").replace_strict(
        {how: place for place, how in enumerate(_OFTEN)}, return_dtype=pl.Int8
    )
    # The name was written for this file: it need not fit best, only about as well.
    worse = pl.col("miss") + pl.when(rank > 0).then(_RIVAL_MS).otherwise(0)
    fits = fits.with_columns(rank=rank, worse=worse).sort("recording", "worse", "rank", "at")
    best = {name: pl.col(name).first().over("recording") for name in ("at", "how", "miss")}
    rivals = fits.filter((best["how"] != "name") & (pl.col("miss") <= best["miss"] + _RIVAL_MS))
    spread = rivals.group_by("recording").agg(spread=(pl.col("at") - pl.col("at").first()).abs().max())
    chosen = fits.unique("recording", keep="first", maintain_order=True).join(
        spread, on="recording", how="left"
    )
    return chosen.select(
        "recording",
        begun_at="at",
        begun_by="how",
        uncertainty_s=pl.max_horizontal(pl.lit(_GRID_MS), "miss", "spread") / 1000.0,
    )


def _by_name_alone(told: pl.DataFrame, calls: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """The moment in the name where it lies in the call; as uncertain as the length leaves it."""
    last = ends.group_by("scall").agg(pl.col("end").max())
    named = told.drop_nulls(["named_at", "duration_s"]).join(last, on="scall")
    named = named.join(calls.select("scall", "started_at"), on="scall")
    inside = pl.col("named_at").is_between(pl.col("started_at") - _FIT_MS, "end")
    until = pl.col("named_at") + _WITHIN_MS + (pl.col("duration_s") * 1000).cast(pl.Int64)
    return named.filter(inside).select(
        "recording",
        begun_at=pl.col("named_at") + _WITHIN_MS,
        begun_by=pl.lit("name_alone"),
        uncertainty_s=(pl.col("end") - until).abs() / 1000.0,
    )
