"""queue_log events to legs: visits of callers to queues, who rang, who answered, how it ended.

A visit is ENTERQUEUE to the next one of the same caller. It may never close (restart, crash): then its end is the
next start of the queues, and its result unknown.
"""

from __future__ import annotations

from typing import Final

import polars as pl

_ENDS: Final = "abandon exitwithtimeout exitempty exitwithkey withdraw joinempty leaveempty full closed agentdump syscompat".split()
_TALK_ENDS: Final = "completeagent completecaller blindtransfer attendedtransfer transfer".split()
_RINGS: Final = ("ringnoanswer", "ringcanceled")
_TRANSFERS: Final = ("blindtransfer", "attendedtransfer", "transfer")
_OF_THE_EVENT: Final = ("native_id", "native_call_id", "queue", "rec", "precision_ms", "agent")
_SAME: Final = ("native_id", "queue", "agent", "event", "started_at", "detail")


def queue_legs(events: pl.DataFrame) -> pl.DataFrame:
    """Legs of queue_log records (with ``rec``); ``extension`` stays to be read from the agent's name."""
    starts = (
        events.filter(pl.col("event") == "queuestart")
        .select(pl.col("started_at").alias("restart"))
        .sort("restart")
    )
    rows = (
        events.filter(pl.col("kind") == "event")
        .unique(_SAME, keep="first", maintain_order=True)  # copytruncate writes lines twice
        .sort("started_at", "rec", maintain_order=True)
        .with_columns((pl.col("event") == "enterqueue").cum_sum().over("native_id").alias("visit"))
    )
    if not rows.height:
        return pl.DataFrame()
    talks = _talks(rows)
    return pl.concat([_visits(rows, starts), talks, _rings(rows), _transfers(rows)], how="diagonal")


def _visits(rows: pl.DataFrame, restarts: pl.DataFrame) -> pl.DataFrame:
    event = pl.col("event")
    end = event.is_in(_ENDS)
    answer = event == "connect"
    waited = pl.coalesce(pl.col("wait_s").filter(answer | end).first(), pl.col("wait_s").first())
    visits = rows.group_by("native_id", "queue", "visit", maintain_order=True).agg(
        pl.col("native_call_id", "rec", "precision_ms").first(),
        pl.col("caller_raw", "caller", "caller_key", "caller_kind").filter(event == "enterqueue").first(),
        pl.col("rec").filter(answer | end).first().alias("rec_end"),
        pl.col("started_at").filter(event == "enterqueue").first().alias("entered"),
        pl.col("started_at").filter(answer).first().alias("answered_at"),
        pl.col("started_at").filter(answer | end).first().alias("closed_at"),
        pl.col("started_at").first().alias("seen_at"),
        pl.col("result").filter(answer | end).first(),
        pl.col("cause").filter(answer | end).first(),
        pl.col("hangup_by").filter(end).first(),
        waited.alias("wait_s"),
        event.is_in([*_ENDS, "connect", "enterqueue"]).any().alias("is_visit"),
    )
    known = visits.filter("is_visit").with_columns(
        pl.coalesce(
            "entered", pl.col("closed_at") - (pl.col("wait_s").fill_null(0) * 1000).cast(pl.Int64), "seen_at"
        ).alias("started_at")
    )
    known = known.sort("started_at").join_asof(
        restarts.rename({"restart": "ended_by_restart"}),
        left_on="started_at",
        right_on="ended_by_restart",
        strategy="forward",
    )
    return known.select(
        pl.exclude("entered", "closed_at", "seen_at", "is_visit", "visit", "ended_by_restart", "result"),
        pl.coalesce("closed_at", "ended_by_restart").alias("ended_at"),
        pl.col("result").fill_null("unknown"),
        pl.lit("queue").alias("segment"),
        pl.when(pl.col("answered_at").is_null() & pl.col("closed_at").is_not_null())
        .then(pl.lit(False))
        .alias("human"),
    )


def _talks(rows: pl.DataFrame) -> pl.DataFrame:
    """CONNECT to the event that ends the talk."""
    event = pl.col("event")
    own = rows.filter(event.is_in(["connect", *_TALK_ENDS])).with_columns(
        (event == "connect").cum_sum().over("native_id", "visit").alias("talk")
    )
    ended = event.is_in(_TALK_ENDS)
    talks = own.group_by("native_id", "visit", "talk", maintain_order=True).agg(
        pl.col("native_call_id", "queue", "rec", "precision_ms", "agent").first(),
        pl.col("rec").filter(ended).first().alias("rec_end"),
        pl.col("started_at").filter(event == "connect").first().alias("answered_at"),
        pl.col("started_at").filter(ended).first().alias("ended_at"),
        pl.col("wait_s").drop_nulls().first(),
        pl.col("ring_s").filter(event == "connect").first(),
        pl.col("talk_s").filter(ended).first(),
        pl.col("hangup_by").filter(ended).first(),
        pl.col("cause").last(),
        pl.col("p2").filter(event == "connect").first().alias("agent_channel"),
    )
    # Without CONNECT (the file begins later) the end of the talk and its length tell when it began.
    began = pl.coalesce(
        "answered_at", pl.col("ended_at") - (pl.col("talk_s").fill_null(0) * 1000).cast(pl.Int64)
    )
    return talks.with_columns(began.alias("answered_at")).select(
        pl.exclude("visit", "talk", "ring_s"),
        (pl.col("answered_at") - (pl.col("ring_s").fill_null(0) * 1000).cast(pl.Int64)).alias("started_at"),
        pl.lit("talk").alias("segment"),
        pl.lit("answered").alias("result"),
        pl.lit(True).alias("human"),
    )


def _rings(rows: pl.DataFrame) -> pl.DataFrame:
    rang = rows.filter(pl.col("event").is_in(_RINGS))
    return rang.select(
        *_OF_THE_EVENT,
        "result",
        "cause",
        pl.col("started_at").alias("ended_at"),
        (pl.col("started_at") - (pl.col("ring_s").fill_null(0) * 1000).cast(pl.Int64)).alias("started_at"),
        pl.lit("ring").alias("segment"),
        pl.lit(False).alias("human"),
    )


def _transfers(rows: pl.DataFrame) -> pl.DataFrame:
    moved = rows.filter(pl.col("event").is_in(_TRANSFERS))
    return moved.select(
        *_OF_THE_EVENT,
        "cause",
        "started_at",
        pl.col("started_at").alias("ended_at"),
        pl.lit("transfer").alias("segment"),
        pl.lit("transferred").alias("result"),
    )
