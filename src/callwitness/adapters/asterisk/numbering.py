"""Numbers of a row in the common columns: caller, called, own number."""

from __future__ import annotations

import polars as pl

from callwitness.ingest.contract import NumberPlan
from callwitness.ingest.kit.numbers import normalise


def with_caller(frame: pl.DataFrame, plan: NumberPlan) -> pl.DataFrame:
    """``caller``, ``caller_key`` and ``caller_kind`` from ``caller_raw``."""
    read = normalise(frame["caller_raw"], plan)
    kind = (
        pl.when(read["kind"].is_in(["withheld", "extension"]))
        .then(read["kind"])
        .when(read["number"].is_not_null())
        .then(pl.lit("number"))
    )
    return frame.with_columns(
        read["number"].alias("caller"), read["key"].alias("caller_key"), kind.alias("caller_kind")
    )


def with_called(frame: pl.DataFrame, plan: NumberPlan) -> pl.DataFrame:
    """``called`` from ``called_raw``."""
    return frame.with_columns(normalise(frame["called_raw"], plan)["number"].alias("called"))


def with_did(frame: pl.DataFrame, plan: NumberPlan, raw: str) -> pl.DataFrame:
    """``did`` and ``did_key`` from a text column."""
    read = normalise(frame[raw], plan)
    return frame.with_columns(read["number"].alias("did"), read["key"].alias("did_key"))
