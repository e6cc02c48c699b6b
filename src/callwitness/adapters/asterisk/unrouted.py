"""Calls for which the exchange had no route: FreePBX answers them, says that the number is not in service, hangs up.

Its CDR says ANSWERED with the destination ``s``, still in the context that calls from outside start in. The words
``ss-noservice`` and the number read out tell by themselves; a bare wait or hang-up only where channel events show that
the caller dialled something else and never came into another context.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk.channels import TRUNK, context_side
from callwitness.ingest.contract import ReadOptions

NO_ROUTE: Final = "no_route"
_CATCH_ALL: Final = "s"
_SAYS_SO: Final = "ss-noservice"
_PLAIN: Final = "Answer Wait Hangup Congestion Ringing".split()


def unrouted_calls(cdr: pl.DataFrame, events: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """``native_call_id`` of calls without a route. cdr, events: CDR and CEL records with detail."""
    outside = (context_side(pl.col("context"), options) == TRUNK).fill_null(value=False)
    stayed = events.group_by("native_call_id").agg(
        (
            (pl.col("native_id").n_unique() == 1)
            & outside.all()
            & (pl.col("exten").filter(pl.col("event") == "chan_start").first() != _CATCH_ALL)
        ).alias("stayed")
    )
    app = pl.col("lastapp")
    told = (app == "SayAlpha") | ((app == "Playback") & (pl.col("target") == _SAYS_SO))
    rows = cdr.rename({"dcontext": "context"}).join(stayed, on="native_call_id", how="left")
    no_route = (
        outside
        & (pl.col("called_raw") == _CATCH_ALL)
        & pl.col("dstchannel").is_null()
        & (
            (told & pl.col("stayed").fill_null(value=True))
            | (app.is_in(_PLAIN) & pl.col("stayed").fill_null(value=False))
        )
    )
    calls = rows.group_by("native_call_id").agg(no_route.fill_null(value=False).all().alias("unrouted"))
    return calls.filter("unrouted").select("native_call_id")


def as_unrouted(legs: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """Legs of CDR or CEL with those of ``calls`` told as failed for want of a route."""
    if not (legs.height and calls.height):
        return legs
    chosen = pl.col("native_call_id").is_in(calls["native_call_id"].implode())
    whole = chosen & (pl.col("segment") == "call")
    return legs.with_columns(
        pl.when(chosen).then(pl.lit("failed")).otherwise("result").alias("result"),
        pl.when(chosen & ~whole).then(pl.lit("signal")).otherwise("segment").alias("segment"),
        pl.when(chosen & ~whole).then(pl.lit(NO_ROUTE)).otherwise("cause").alias("cause"),
    )
