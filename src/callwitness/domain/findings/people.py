"""Who answered, and when: answer_disputed, wait_understated."""

from __future__ import annotations

import polars as pl

from callwitness.domain.findings.sides import Told, kind, left, right
from callwitness.domain.reasons import reason_json
from callwitness.domain.rules import Rules


def findings(told: Told, rules: Rules) -> list[pl.DataFrame]:
    """FINDINGS rows of claims that better witnesses deny."""
    return [_disputed(told), _understated(told, rules)]


def _claims(told: Told) -> pl.DataFrame:
    """Claims that a person answered, by sources with an interest (a provider means its equipment)."""
    claims = pl.col("human").fill_null(value=False) & (pl.col("role") != "provider")
    return told.calls.filter(claims & (pl.col("match") != "duplicate"))


def _records_of(told: Told, column: str) -> pl.DataFrame:
    """The record that proves one source's side of a call: ``call_id, by, right_record``."""
    records = told.calls.select("call_id", by="source", right_record=pl.coalesce(column, "record_id"))
    return records.unique(["call_id", "by"], keep="first", maintain_order=True)


def _disputed(told: Told) -> pl.DataFrame:
    """An interested source claims an answer; the witnesses that decided the verdict deny it."""
    denied = told.judged.filter(~pl.col("answered")).select(
        "call_id", "verdict", by=pl.when("interested_alone").then("neutral_denier").otherwise("denier")
    )
    rows = _claims(told).join(denied, on="call_id").filter(pl.col("by") != pl.col("source"))
    rows = rows.join(
        _records_of(told, "record_answer"), on=["call_id", "by"], how="left", maintain_order="left"
    )
    return rows.select(
        *kind("answer_disputed", pl.col("role"), reason_json("overruled", source="source", by="by")),
        *left(pl.lit("answered")),
        *right("by", pl.col("verdict"), "right_record"),
    )


def _understated(told: Told, rules: Rules) -> pl.DataFrame:
    """A claimed wait shorter than the best known one, counted from the queue where there was one."""
    begun = pl.coalesce("queued_at", "started_at")
    best = told.judged.filter(pl.col("answered") & pl.col("agent_answered_at").is_not_null()).select(
        "call_id",
        best=((pl.col("agent_answered_at") - begun) / 1000.0).round(1),
        by="claimer",
        witness="human_witness",
    )
    rows = _claims(told).filter((pl.col("role") == "contractor") & pl.col("wait_s").is_not_null())
    rows = rows.join(best, on="call_id").filter(pl.col("by") != pl.col("source"))
    rows = rows.join(
        _records_of(told, "record_answer"), on=["call_id", "by"], how="left", maintain_order="left"
    )
    missing = pl.col("best") - pl.col("wait_s")
    rows = rows.filter(
        (missing > rules.wait_tolerance_s) & (missing > rules.wait_tolerance_share * pl.col("best"))
    ).with_columns(claimed=pl.col("wait_s").round(1))
    reason = reason_json("wait_claimed", source="source", claimed="claimed", best="best", witness="witness")
    return rows.select(
        *kind("wait_understated", pl.col("role"), reason),
        *left(pl.col("claimed").cast(pl.String)),
        *right("by", pl.col("best").cast(pl.String), "right_record"),
    )
