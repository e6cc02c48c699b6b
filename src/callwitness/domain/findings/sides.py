"""What both sides of a finding are made of: source calls with their verdicts, and matched pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.rules import SourceInfo

ORDER: Final = {"provider": 0, "office": 1, "contractor": 2}


class Told:
    """Everything the witnesses told about the judged calls.

    calls: SOURCE_CALLS with ``call_id, record_id, record_answer`` and ``match, pair_scall, rule``.
    judged: one row per call. pairs: matched source calls side by side, the right side as ``*_right``.
    missing: ``group, missing_source, missing_role``: sources that cover a call and do not tell it.
    """

    def __init__(
        self,
        judged: pl.DataFrame,
        calls: pl.DataFrame,
        reconciliation: Reconciliation,
        sources: Sequence[SourceInfo],
    ) -> None:
        self.judged = judged
        told = calls.join(judged.select("group", "call_id"), on="group", maintain_order="left")
        self.calls = told.join(
            reconciliation.matches.select("scall", "match", "pair_scall", "rule"),
            on="scall",
            maintain_order="left",
        )
        roles = {source.name: source.role for source in sources}
        self.missing = reconciliation.missing.select(
            "group",
            missing_source="source",
            missing_role=pl.col("source").replace_strict(roles, return_dtype=pl.String, default=None),
        )
        self.pairs = _pairs(self.calls)


def _pairs(told: pl.DataFrame) -> pl.DataFrame:
    """Matched pairs, each once: provider left of office left of contractor, then by name."""
    rank = pl.col("role").replace_strict(ORDER, return_dtype=pl.Int8)
    sides = told.select("scall", side=pl.concat_str(rank, "source"))
    edges = told.filter((pl.col("match") == "matched") & pl.col("pair_scall").is_not_null())
    edges = edges.select("scall", "pair_scall", "rule").join(sides, on="scall")
    edges = edges.join(sides, left_on="pair_scall", right_on="scall", suffix="_pair")
    straight = pl.col("side") <= pl.col("side_pair")
    edges = edges.select(
        pl.col("rule").alias("pair_rule"),
        scall=pl.when(straight).then("scall").otherwise("pair_scall"),
        scall_right=pl.when(straight).then("pair_scall").otherwise("scall"),
    ).unique(["scall", "scall_right"], maintain_order=True)
    right = told.select(pl.all().name.suffix("_right"))
    return edges.join(told, on="scall").join(right, on="scall_right")


def left(value: pl.Expr) -> list[pl.Expr]:
    """The call, its time and the left side of a finding, from a row of ``Told.calls`` or ``Told.pairs``."""
    return [
        pl.col("call_id"),
        pl.col("started_at").alias("from"),
        pl.col("ended_at").alias("to"),
        pl.col("source").alias("left_source"),
        value.alias("left_value"),
        pl.col("record_id").alias("left_record"),
    ]


def right(source: str, value: pl.Expr, record: str) -> list[pl.Expr]:
    """The right side, from columns of the same row."""
    return [
        pl.col(source).alias("right_source"),
        value.alias("right_value"),
        pl.col(record).alias("right_record"),
    ]


def kind(name: str, bears: pl.Expr, *reasons: pl.Expr) -> list[pl.Expr]:
    """Kind, who bears it, and the reasons as a JSON array, null ones left out."""
    every = pl.concat_str(*reasons, separator=",", ignore_nulls=True)
    return [pl.lit(name).alias("kind"), bears.alias("bears"), pl.format("[{}]", every).alias("reasons")]
