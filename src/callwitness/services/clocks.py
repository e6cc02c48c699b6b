"""Every time of a result stands in one clock: that of the reference source."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.results import LADDER
from callwitness.services.reading import ReadSource

CALL_TIMES = ("started_at", "signal_answered_at", "queued_at", "agent_answered_at", "ended_at")
LEG_TIMES = ("started_at", "answered_at", "ended_at")


def in_reference_clock(
    frame: pl.DataFrame, reconciliation: Reconciliation, columns: Sequence[str], source: str = "source"
) -> pl.DataFrame:
    """The frame with these columns moved from each source's clock to the reference clock; order kept."""
    if frame.is_empty():
        return frame
    ordered = frame.with_row_index("_order")
    parts = []
    for (name,), part in ordered.group_by([source], maintain_order=True):
        moved = [reconciliation.clock.corrected(part[column], str(name)).alias(column) for column in columns]
        parts.append(part.with_columns(moved))
    return pl.concat(parts).sort("_order").drop("_order")


def legs_of_calls(
    sources: Sequence[ReadSource], calls: pl.DataFrame, judged: pl.DataFrame, reconciliation: Reconciliation
) -> pl.DataFrame:
    """LADDER: every leg of the judged calls with its call, source, proving record and corrected times."""
    ids = calls.select("scall", "group").join(judged.select("group", "call_id"), on="group")
    by_native = (
        calls.select("scall", "source", pl.col("native_ids").alias("native"))
        .explode("native")
        .join(ids.select("scall", "call_id"), on="scall")
        .select("source", "native", "call_id")
        .unique(["source", "native"], maintain_order=True)
    )
    frames = []
    for source in sources:
        legs = source.legs.join(source.records.select("rec", "record_id", "name"), on="rec", how="left")
        legs = legs.with_columns(
            pl.lit(source.name).alias("source"),
            pl.lit(source.role).alias("role"),
            native=pl.coalesce("native_call_id", "name"),
        )
        frames.append(legs.join(by_native, on=["source", "native"]).select(LADDER.names))
    return in_reference_clock(LADDER.concat(frames), reconciliation, LEG_TIMES)
