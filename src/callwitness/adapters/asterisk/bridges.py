"""Who was in a bridge with whom, and when. Bridges that a Local pair joins count as one."""

from __future__ import annotations

import polars as pl


def talks(events: pl.DataFrame, channels: pl.DataFrame) -> pl.DataFrame:
    """One row for each stay of a real channel in a bridge during which another real one was there.

    Columns of ``channels``, and ``talk_from``, ``talk_to`` (ms), ``rec_exit``. events: in order of time.
    """
    stays = _stays(events, channels)
    clusters = _clusters(stays)
    real = stays.filter(~pl.col("a_local")).join(clusters, on="bridge", how="left", maintain_order="left")
    real = real.with_columns(pl.coalesce("cluster", "bridge").alias("cluster")).with_row_index("stay")
    other = real.select(
        "cluster",
        pl.col("stay").alias("other_stay"),
        pl.col("native_id").alias("other_id"),
        pl.col("entered").alias("other_entered"),
        pl.col("left").alias("other_left"),
    )
    together = (
        real.join(other, on="cluster")
        .filter(pl.col("native_id") != pl.col("other_id"))
        .with_columns(
            pl.max_horizontal("entered", "other_entered").alias("talk_from"),
            pl.min_horizontal("left", "other_left").alias("talk_to"),
        )
        .filter(pl.col("talk_to") > pl.col("talk_from"))
        .group_by("stay")
        .agg(pl.col("talk_from").min(), pl.col("talk_to").max())
    )
    found = real.join(together, on="stay").sort("stay")
    return found.select(*channels.columns, "talk_from", "talk_to", "rec_exit")


def _stays(events: pl.DataFrame, channels: pl.DataFrame) -> pl.DataFrame:
    """Columns of ``channels`` with ``bridge``, ``entered``, ``left``, ``rec_exit``: each time a channel was in a bridge."""
    moves = events.filter(
        pl.col("event").is_in(["bridge_enter", "bridge_exit"]) & pl.col("bridge").is_not_null()
    )
    enters = pl.col("event") == "bridge_enter"
    stays = (
        moves.select("native_id", "bridge", "event", "started_at", "rec")
        .with_columns(enters.cast(pl.Int64).cum_sum().over("native_id", "bridge").alias("visit"))
        .group_by("native_id", "bridge", "visit", maintain_order=True)
        .agg(
            pl.col("started_at").filter(enters).first().alias("entered"),
            pl.col("started_at").filter(~enters).first().alias("left"),
            pl.col("rec").last().alias("rec_exit"),
        )
        .drop_nulls("entered")
    )
    # A stay that the log does not close lasts until the channel ends.
    return stays.join(channels, on="native_id", maintain_order="left").with_columns(
        pl.coalesce("left", "ended_at", "entered").alias("left")
    )


def _clusters(stays: pl.DataFrame) -> pl.DataFrame:
    """``bridge``, ``cluster`` for bridges that the two halves of a Local pair connect."""
    pair = pl.col("channel").str.head(-2)
    halves = stays.filter("a_local").select(pair.alias("pair"), "bridge", "native_call_id").unique()
    edges = halves.select("bridge", pl.concat_str("pair", "native_call_id", separator=" ").alias("pair"))
    label = edges.select("bridge").unique().with_columns(pl.col("bridge").alias("cluster"))
    while True:
        by_pair = edges.join(label, on="bridge").group_by("pair").agg(pl.col("cluster").min())
        better = (
            edges.join(by_pair, on="pair").group_by("bridge").agg(pl.col("cluster").min().alias("better"))
        )
        merged = label.join(better, on="bridge")
        label = merged.select("bridge", pl.col("better").alias("cluster"))
        if not (merged["cluster"] != merged["better"]).any():
            return label
