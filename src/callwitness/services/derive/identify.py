"""Which derived call is which known one: ids outlive derivations, decisions stay where they were made."""

from __future__ import annotations

from typing import Final

import polars as pl

SAME_ANCHOR, OLD_ANCHOR, NEW_ANCHOR, SHARED = range(4)
"""How well a new call fits an old one, best first: both have the same most trusted source call; the old one's is
anywhere in the new call; the new one's anywhere in the old; they share some source call."""

IDENTITY: Final = {"group": pl.Int64(), "call": pl.Int64()}


def identify(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """``group, call``: new calls that are old ones, one to one, the best fit first, among equals the oldest call.

    new: ``group, source_id, native, anchor`` and old: ``call, source_id, native, anchor``, one row per id that a
    source has for its call; anchor marks those of the most trusted source call.
    """
    pairs = new.join(old, on=["source_id", "native"], suffix="_old")
    fit = (
        pl.when(pl.col("anchor") & pl.col("anchor_old"))
        .then(SAME_ANCHOR)
        .when("anchor_old")
        .then(OLD_ANCHOR)
        .when("anchor")
        .then(NEW_ANCHOR)
        .otherwise(SHARED)
    )
    pairs = pairs.select("group", "call", fit=fit).group_by("group", "call").agg(pl.col("fit").min())
    found = []
    while pairs.height:
        best = pairs.sort("fit", "call", "group").unique("group", keep="first", maintain_order=True)
        best = best.unique("call", keep="first", maintain_order=True).select("group", "call")
        found.append(best)
        pairs = pairs.join(best, on="group", how="anti").join(best, on="call", how="anti")
    return pl.concat(found) if found else pl.DataFrame(schema=IDENTITY)


def exploded(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """``key, source_id, native, anchor``: a row for each id in ``native_ids`` (list of texts)."""
    rows = (
        frame.select(key, "source_id", "anchor", native="native_ids").explode("native").drop_nulls("native")
    )
    return rows.group_by(key, "source_id", "native").agg(pl.col("anchor").any())
