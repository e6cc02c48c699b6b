"""Tables in which one row is one call: their records are their legs."""

from __future__ import annotations

import polars as pl

from callwitness.domain.schema import LEGS, RECORDS


def legs_of_rows(records: pl.DataFrame) -> pl.DataFrame:
    """RECORDS of kind ``call`` to LEGS, one leg a record.

    A call id told a second time is not the same call seen twice but the same row twice: it gets a key of its own
    (``id#2``), so that the repetition can be found.
    """
    calls = records.filter(pl.col("kind") == "call").sort("rec")
    again = pl.col("rec").cum_count().over("native_call_id")
    key = (
        pl.when(again > 1)
        .then(pl.col("native_call_id") + "#" + again.cast(pl.String))
        .otherwise("native_call_id")
    )
    shared = [name for name in LEGS.names if name in RECORDS.schema and name != "native_call_id"]
    return LEGS.conform(calls.select(
        *(name for name in shared if name != "agent"), key.alias("native_call_id"),
        pl.coalesce("agent", "extension").alias("agent"),
    ))  # fmt: skip
