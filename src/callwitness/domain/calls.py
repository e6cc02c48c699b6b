"""Small pieces that assembling and judging share: grouping legs, the order of witnesses, lists of flags."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

WITNESS_TRUST: Final = {
    "queue_log": 0, "cel": 0, "events": 1, "summary": 1, "cdr": 2, "statistics": 2, "report": 3, "list": 3,
}  # fmt: skip
"""Who picked up and when: queue log and channel events, then the agent's leg in a CDR, then reports."""

VERDICTS: Final = (
    "answered", "voicemail", "deflected", "rejected", "closed", "abandoned_in_queue", "self_served",
    "abandoned_in_ivr", "busy", "no_answer", "failed", "never_arrived", "unknown",
)  # fmt: skip
"""Verdicts of an inbound call; the first that holds is the verdict."""


def trust() -> pl.Expr:
    """Rank of the row's witness, 0 = best."""
    return pl.col("witness").replace_strict(WITNESS_TRUST, default=9, return_dtype=pl.Int8)


def flag_list(**flags: pl.Expr) -> pl.Expr:
    """A list column with the names of the flags that are set, in the order given."""
    return pl.concat_list(
        pl.when(flag).then(pl.lit(name)).otherwise(pl.lit(None, dtype=pl.String))
        for name, flag in flags.items()
    ).list.drop_nulls()


def group_legs(legs: pl.DataFrame) -> pl.Series:
    """A number per leg; equal = one call. By ``native_call_id``, ``joins``, and alone where there is no id."""
    alone = pl.format("\x00{}", pl.col("rec"))
    key = legs.select(pl.coalesce("native_call_id", alone).alias("key"))["key"]
    numbers = key.rank("dense").cast(pl.Int64)
    edges = legs.select(left=key, right="joins").drop_nulls().unique()
    if edges.is_empty():
        return numbers
    known = pl.DataFrame({"key": key, "number": numbers}).unique("key")
    pairs = edges.join(known, left_on="left", right_on="key").join(
        known, left_on="right", right_on="key", suffix="_right"
    )
    return _merged(numbers, pairs["number"].to_numpy(), pairs["number_right"].to_numpy())


def _merged(numbers: pl.Series, left: np.ndarray, right: np.ndarray) -> pl.Series:
    """Numbers with every pair (left, right) given one number: the smallest of its family."""
    parent = {int(n): int(n) for n in np.unique(np.concatenate([left, right]))}

    def root(n: int) -> int:
        while parent[n] != n:
            parent[n] = parent[parent[n]]
            n = parent[n]
        return n

    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        one, other = sorted((root(a), root(b)))
        parent[other] = one
    return numbers.replace({n: root(n) for n in parent})
