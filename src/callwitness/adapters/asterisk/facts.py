"""What holds for a whole call of the exchange: direction, caller, own number, trunk, number called."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk.channels import INTERNAL, TRUNK
from callwitness.adapters.asterisk.numbering import with_did
from callwitness.ingest.contract import NumberPlan

_NUMBER: Final = r"^(\+|\d{7})"  # more than an extension or a service number

FACTS: Final = (
    "direction",
    "caller_raw",
    "caller",
    "caller_key",
    "caller_kind",
    "called",
    "did",
    "did_key",
    "trunk",
)


def call_facts(paths: pl.DataFrame, plan: NumberPlan) -> pl.DataFrame:
    """One row a call: ``native_call_id`` and ``FACTS``.

    paths: rows in order of time with ``witness``, ``native_call_id``, ``a_peer``, ``a_side`` (None for Local halves), ``a_local``,
    ``b_peer``, ``b_side``, ``called_side``, the number columns of RECORDS, ``dialled`` (number called as +E164 or digits),
    ``dialled_key`` and ``started_outside`` (the context says it came from outside).
    """
    number_called = pl.col("called").str.contains(_NUMBER).fill_null(False)
    told = pl.col("caller_raw").is_not_null()
    # An endpoint of our own calls under its own name, which may be a word, or as long as a number of the city.
    as_itself = (pl.col("a_side") == INTERNAL) & (pl.col("a_peer") == pl.col("caller_raw"))
    calls = (
        paths.group_by("native_call_id", maintain_order=True)
        .agg(
            _direction(number_called).alias("direction"),
            *(
                pl.col(name).filter(told).first()
                for name in ("caller_raw", "caller", "caller_key", "caller_kind")
            ),
            as_itself.filter(told).first().fill_null(value=False).alias("as_itself"),
            pl.col("called").drop_nulls().first().alias("called"),
            pl.col("did").drop_nulls().first().alias("did"),
            pl.col("called").filter(number_called).first().alias("number"),
            pl.coalesce(
                pl.col("a_peer").filter(pl.col("a_side") == TRUNK).first(),
                pl.col("b_peer").filter(pl.col("b_side") == TRUNK).first(),
            ).alias("trunk"),
        )
        .with_columns(
            # The number dialled from outside, where the source has no column for it.
            pl.when(pl.col("direction") == "inbound")
            .then(pl.coalesce("did", "number"))
            .otherwise("did")
            .alias("did"),
            pl.when(pl.col("direction") == "inbound").then(None).otherwise("called").alias("called"),
            pl.when("as_itself").then("caller_raw").otherwise("caller").alias("caller"),
            pl.when("as_itself")
            .then(pl.lit("extension"))
            .otherwise("caller_kind")
            .fill_null("withheld")
            .alias("caller_kind"),
            pl.col("caller_key").fill_null(0),
        )
    )
    return with_did(calls, plan, "did").select("native_call_id", *FACTS)


def _direction(number_called: pl.Expr) -> pl.Expr:
    """Where a call began tells its direction; failing that, what it went out by, and the kind of its caller."""
    own = ~pl.col("a_local")
    origin = pl.col("a_side").filter(own).first()
    to_trunk = (pl.col("b_side") == TRUNK).any()
    to_inside = ((pl.col("b_side") == INTERNAL) | (pl.col("called_side") == INTERNAL)).any()
    outside = pl.col("started_outside").any() | pl.col("did").is_not_null().any()
    first_kind = pl.col("caller_kind").drop_nulls().first()
    only_queue = (pl.col("witness") == "queue_log").all()
    return (
        pl.when(origin == TRUNK)
        .then(pl.lit("inbound"))
        .when((origin == INTERNAL) & (to_trunk | (number_called.first() & ~to_inside)))
        .then(pl.lit("outbound"))
        .when(origin == INTERNAL)
        .then(pl.lit("internal"))
        .when(outside)
        .then(pl.lit("inbound"))
        .when(to_trunk)
        .then(pl.lit("outbound"))
        .when((first_kind == "extension") & number_called.first())
        .then(pl.lit("outbound"))
        .when(only_queue)  # who waits in a queue rang us, from outside or from a desk
        .then(pl.when(first_kind == "extension").then(pl.lit("internal")).otherwise(pl.lit("inbound")))
    )
