"""Did the call reach both? never_arrived, unknown_to_provider, duplicate_record."""

from __future__ import annotations

import polars as pl

from callwitness.domain.findings.sides import Told, kind, left, right
from callwitness.domain.reasons import reason_json
from callwitness.domain.schema import REPEATED_ID


def findings(told: Told) -> list[pl.DataFrame]:
    """FINDINGS rows of calls that one side does not know or tells twice."""
    return [_unmatched(told, "provider"), _unmatched(told, "office"), _told_twice(told)]


def _unmatched(told: Told, role: str) -> pl.DataFrame:
    """An inbound call of ``role`` that the other side, covering its line and time, should know and does not."""
    other = "office" if role == "provider" else "provider"
    missing = told.missing.filter(pl.col("missing_role") == other).sort("group", "missing_source")
    missing = missing.unique("group", keep="first", maintain_order=True)
    side = told.calls.filter(
        (pl.col("role") == role)
        & (pl.col("direction") == "inbound")
        & pl.col("match").is_in(["unmatched", "matched"])
    )
    side = side.sort("group", "source", "scall").unique("group", keep="first", maintain_order=True)
    known = told.calls.filter(pl.col("role") == other).select("group")
    alone = side.join(missing, on="group").join(known, on="group", how="anti")
    if role == "provider":
        name, reason = "never_arrived", reason_json("never_arrived", source="source", office="missing_source")
    else:
        name, reason = "unknown_to_provider", reason_json("only_witness", source="source")
    value = pl.coalesce(pl.col("caller"), pl.col("caller_kind"))
    return alone.select(
        *kind(name, pl.lit(other), reason), *left(value), pl.col("missing_source").alias("right_source")
    )


def _told_twice(told: Told) -> pl.DataFrame:
    """The same source telling the same call again."""
    first = told.calls.select(
        pair_scall="scall", first_source="source", first_id="native_call_id", first_record="record_id",
        first_at="started_at",
    )  # fmt: skip
    again = told.calls.filter(pl.col("match") == "duplicate").join(first, on="pair_scall", how="left")
    again = again.with_columns(seconds=((pl.col("started_at") - pl.col("first_at")) / 1000.0).abs())
    return again.select(
        *kind(
            "duplicate_record", pl.col("role"), reason_json("told_twice", source="source", seconds="seconds")
        ),
        *left(pl.col("native_call_id").str.replace(REPEATED_ID, "")),
        *right("first_source", pl.col("first_id"), "first_record"),
    )
