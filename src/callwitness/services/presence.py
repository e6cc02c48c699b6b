"""What agents were doing: talks from the legs, pauses and logins from the states that queue logs tell."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from callwitness.domain.missed_because import Presence
from callwitness.domain.reconcile import Reconciliation
from callwitness.services.clocks import in_reference_clock
from callwitness.services.reading import ReadSource

WHO = pl.coalesce("agent", "extension")


def presence(legs: pl.DataFrame, sources: Sequence[ReadSource], reconciliation: Reconciliation) -> Presence:
    """Presence on the reference clock. legs: LADDER."""
    talks = legs.filter(pl.col("human").fill_null(value=False) & WHO.is_not_null())
    states = pl.concat(_states(source) for source in sources)
    states = in_reference_clock(states, reconciliation, ("started_at",)).drop("source")
    added = states.filter(pl.col("event") == "addmember").select("queue", "agent")
    return Presence(
        talks.select(WHO.alias("agent"), "call_id", "answered_at", "ended_at"),
        states,
        pl.concat([_members(legs), added]),
    )


def _members(legs: pl.DataFrame) -> pl.DataFrame:
    """Who rang or talked for a queue; a queue log names its members only, other logs also whom they hand on to."""
    logged = legs.filter(pl.col("witness") == "queue_log")
    served = (legs if logged.is_empty() else logged).filter(pl.col("queue").is_not_null() & WHO.is_not_null())
    return served.select("queue", WHO.alias("agent"))


def _states(source: ReadSource) -> pl.DataFrame:
    """``source, agent, queue, event, started_at``, agents under the names their legs carry."""
    named = source.legs.select("rec", leg_agent=WHO).drop_nulls()
    told = source.records.select("rec", raw="agent").drop_nulls().join(named, on="rec")
    names = (
        told.group_by("raw", "leg_agent")
        .len()
        .sort("raw", "len", "leg_agent", descending=[False, True, False])
    )
    names = names.unique("raw", keep="first", maintain_order=True).select("raw", "leg_agent")
    states = source.records.filter(pl.col("kind") == "state").select(
        "agent", "extension", "queue", "event", "started_at"
    )
    states = states.join(names, left_on="agent", right_on="raw", how="left", maintain_order="left")
    return states.select(
        pl.lit(source.name).alias("source"),
        pl.coalesce("leg_agent", WHO).alias("agent"),
        "queue",
        "event",
        "started_at",
    )
