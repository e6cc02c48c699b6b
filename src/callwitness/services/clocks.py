"""Every time of a result stands in one clock: that of the reference source."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.results import LADDER
from callwitness.domain.schema import LEG_TIMES
from callwitness.services.reading import ReadSource


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


def by_native_id(calls: pl.DataFrame) -> pl.DataFrame:
    """``source, native, call_id, fold_ms``: the call of every id a source has. calls: SOURCE_CALLS with ``call_id``."""
    ids = calls.select("source", "call_id", "fold_ms", native="native_ids").explode("native")
    return ids.unique(["source", "native"], keep="first", maintain_order=True)


def moved_with_their_calls(frame: pl.DataFrame) -> pl.DataFrame:
    """Legs or records joined with ``fold_ms``: those of a call of the repeated hour go where the call went."""
    move = pl.col("fold_ms").fill_null(0)
    return frame.with_columns(pl.col(column) + move for column in LEG_TIMES)


def legs_of_calls(
    sources: Sequence[ReadSource], calls: pl.DataFrame, judged: pl.DataFrame, reconciliation: Reconciliation
) -> pl.DataFrame:
    """LADDER: every leg of the judged calls with its call, source, proving record and corrected times."""
    natives = by_native_id(calls.join(judged.select("group", "call_id"), on="group", maintain_order="left"))
    frames = []
    for source in sources:
        legs = source.legs.join(source.records.select("rec", "record_id", "name"), on="rec", how="left")
        legs = legs.with_columns(
            pl.lit(source.name).alias("source"),
            pl.lit(source.role).alias("role"),
            native=pl.coalesce("native_call_id", "name"),
        )
        legs = moved_with_their_calls(legs.join(natives, on=["source", "native"]))
        frames.append(legs.select(LADDER.names))
    return in_reference_clock(LADDER.concat(frames), reconciliation, LEG_TIMES)
