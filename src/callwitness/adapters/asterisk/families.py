"""Which rows belong to one call, where no linked id says so, and which linked ids are one call after all.

Rows belong together when they share a channel during its life. Channel names start anew when the exchange restarts,
so sharing a name counts only while the rows follow each other closely.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk import detail

_APART_MS: Final = 5_000


def with_call_ids(records: pl.DataFrame) -> pl.DataFrame:
    """``native_call_id`` filled: CDR rows without linked id by their channels, queue_log by the caller's channel."""
    return _queue_log_ids(_cdr_ids(records))


def roots(records: pl.DataFrame) -> pl.DataFrame:
    """``native_call_id``, ``root``: for ids that are one call with another, the id that its oldest record has."""
    shared = pl.concat([_cdr_lives(records, pl.col("native_call_id")), _cel_lives(records)])
    return _components(shared).filter(pl.col("root") != pl.col("native_call_id"))


def unique_id() -> pl.Expr:
    """The channel's unique id in ``native_id``."""
    return pl.col("native_id").str.split("#").list.first()


def _cdr_ids(records: pl.DataFrame) -> pl.DataFrame:
    unlinked = (pl.col("witness") == "cdr") & pl.col("native_call_id").is_null()
    rows = records.filter(unlinked)
    if not rows.height:
        return records
    own = pl.coalesce(
        pl.when(unique_id() != "").then(unique_id()),
        pl.format(
            "{}@{}",
            pl.col("channel").fill_null(pl.col("file") + "," + pl.col("row").cast(pl.String)),
            "started_at",
        ),
    )
    known = _components(_cdr_lives(rows, own))
    return (
        records.with_columns(pl.when(unlinked).then(own).alias("own"))
        .join(known.rename({"native_call_id": "own"}), on="own", how="left", maintain_order="left")
        .with_columns(pl.coalesce("native_call_id", "root", "own").alias("native_call_id"))
        .drop("own", "root")
    )


def _queue_log_ids(records: pl.DataFrame) -> pl.DataFrame:
    """The caller's channel in queue_log is the unique id of a row in CDR or CEL, which knows the call."""
    if "queue_log" not in records["witness"]:
        return records
    others = records.filter(pl.col("witness").is_in(["cdr", "cel"]) & pl.col("native_call_id").is_not_null())
    known = (
        others.select(unique_id().alias("id"), "native_call_id", "started_at")
        .sort("started_at", "native_call_id")
        .unique("id", keep="first", maintain_order=True)
        .select("id", pl.col("native_call_id").alias("known"))
    )
    is_queue = pl.col("witness") == "queue_log"
    return (
        records.join(known, left_on="native_id", right_on="id", how="left", maintain_order="left")
        .with_columns(
            pl.when(is_queue)
            .then(pl.coalesce("known", "native_call_id"))
            .otherwise("native_call_id")
            .alias("native_call_id")
        )
        .drop("known")
    )


def _cdr_lives(records: pl.DataFrame, node: pl.Expr) -> pl.DataFrame:
    """``native_call_id``, ``life``, ``started_at``: calls and the lives of channels that their CDR rows show."""
    rows = detail.unpack(records.filter(pl.col("witness") == "cdr"), detail.CDR).with_columns(
        node.alias("node")
    )
    seen = pl.concat(
        rows.select(
            "node",
            "started_at",
            "ended_at",
            pl.col(name).str.strip_suffix(";1").str.strip_suffix(";2").alias("name"),
        )
        for name in ("channel", "dstchannel")
    ).drop_nulls("name")
    seen = seen.sort("name", "started_at", "node")
    # A running maximum inside each name, without a window for each of a million names: the name's number leads.
    name = (pl.col("name") != pl.col("name").shift(1)).fill_null(value=True).cum_sum().cast(pl.Int64)
    since = pl.col("started_at").min()
    span = pl.max_horizontal(pl.col("ended_at").max(), pl.col("started_at").max()) - since + 2 * _APART_MS
    lasts = name * span + pl.coalesce("ended_at", "started_at") - since
    until = lasts.cum_max().shift(1) - name * span + since
    fresh = until.is_null() | (pl.col("started_at") > until + _APART_MS)
    return seen.select(
        pl.col("node").alias("native_call_id"),
        pl.format("channel {}", fresh.cum_sum()).alias("life"),
        "started_at",
    )


def _cel_lives(records: pl.DataFrame) -> pl.DataFrame:
    rows = records.filter((pl.col("witness") == "cel") & pl.col("native_call_id").is_not_null())
    return rows.select("native_call_id", unique_id().alias("life"), "started_at").drop_nulls("life")


def _components(shared: pl.DataFrame) -> pl.DataFrame:
    """``native_call_id``, ``root`` of calls that share a life with another one."""
    firsts = (
        shared.group_by("native_call_id").agg(pl.col("started_at").min()).sort("started_at", "native_call_id")
    )
    ranks = firsts.select("native_call_id", pl.int_range(pl.len(), dtype=pl.Int64).alias("rank"))
    pairs = shared.select("native_call_id", "life").unique()
    crowded = pairs.group_by("life").len().filter(pl.col("len") > 1).select("life")
    edges = pairs.join(crowded, on="life", how="semi").join(ranks, on="native_call_id")
    best = edges.group_by("native_call_id").agg(pl.col("rank").min())
    while True:
        by_life = (
            edges.drop("rank").join(best, on="native_call_id").group_by("life").agg(pl.col("rank").min())
        )
        better = (
            edges.drop("rank").join(by_life, on="life").group_by("native_call_id").agg(pl.col("rank").min())
        )
        joined = best.join(better, on="native_call_id", suffix="_new")
        best = better
        if not (joined["rank"] != joined["rank_new"]).any():
            break
    names = ranks.select("rank", pl.col("native_call_id").alias("root"))
    return best.join(names, on="rank").select("native_call_id", "root").sort("native_call_id")
