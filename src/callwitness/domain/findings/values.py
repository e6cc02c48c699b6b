"""Matched, but not alike: duration_mismatch, caller_mismatch."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.findings.sides import Told, kind, left, right
from callwitness.domain.reasons import reason_json
from callwitness.domain.rules import Rules

BY_ALL_BUT_CALLER: Final = "all_but_caller"
"""Rule of a pair that was matched by everything but the caller (``reconcile.match``)."""


def findings(told: Told, rules: Rules) -> list[pl.DataFrame]:
    """FINDINGS rows of matched pairs whose lengths or callers differ."""
    return [_totals(told.pairs, rules), _talks(told.pairs, rules), _callers(told.pairs)]


def _totals(pairs: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """A contractor tells waits and talks, and its total is their sum: no measurement of its own."""
    measured = (pl.col("role") != "contractor") & (pl.col("role_right") != "contractor")
    return _durations(pairs.filter(measured), "total_s", rules)


def _talks(pairs: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """A provider's talk begins when equipment answers, so it is never compared with a person's talk."""
    people = (pl.col("role") != "provider") & (pl.col("role_right") != "provider")
    told_twice = (pl.col("role") == "contractor") | (pl.col("role_right") == "contractor")
    return _durations(pairs.filter(people & told_twice), "talk_s", rules)


def _durations(pairs: pl.DataFrame, column: str, rules: Rules) -> pl.DataFrame:
    """Like with like, after the pair of sources' median difference, beyond tolerance and both precisions."""
    difference = pl.col(column) - pl.col(f"{column}_right")
    usual = difference.median().over("source", "source_right")
    grid = (pl.max_horizontal("precision_ms", "precision_ms_right") / 1000.0 - 1.0).clip(lower_bound=0.0)
    beyond = pairs.filter(difference.is_not_null()).with_columns(
        beyond=(difference - usual).abs(), tolerance=grid + rules.duration_tolerance_s
    )
    return _differing(beyond.filter(pl.col("beyond") > pl.col("tolerance")), "duration_mismatch", column)


def _callers(pairs: pl.DataFrame) -> pl.DataFrame:
    """Two real numbers, and not the same."""
    real = (pl.col("caller_kind") == "number") & (pl.col("caller_kind_right") == "number")
    other = pl.col("caller_key") != pl.col("caller_key_right")
    rows = pairs.filter(real & other & (pl.col("pair_rule") == BY_ALL_BUT_CALLER))
    return _differing(
        rows.with_columns(tolerance=pl.lit(None, dtype=pl.Float64)), "caller_mismatch", "caller"
    )


def _differing(rows: pl.DataFrame, name: str, column: str) -> pl.DataFrame:
    """A two-sided finding about one column, borne by nobody until somebody looks."""
    values = {"own": pl.col(column), "other": pl.col(f"{column}_right")}
    if column.endswith("_s"):
        values = {side: value.round(1).cast(pl.String) for side, value in values.items()}
    rows = rows.with_columns(field=pl.lit(column.removesuffix("_s")), **values)
    reason = reason_json("differs", field="field", left="own", right="other", tolerance="tolerance")
    return rows.select(
        *kind(name, pl.lit("nobody"), reason),
        *left(pl.col("own")),
        *right("source_right", pl.col("other"), "record_id_right"),
    )
