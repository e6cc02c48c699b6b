"""Records of a whole exchange to legs: what CDR, CEL and queue_log say, each for itself, about calls they share."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk import detail
from callwitness.adapters.asterisk.agents import member_extensions, named
from callwitness.adapters.asterisk.agreement import agreed
from callwitness.adapters.asterisk.channels import INTERNAL, context_side, peer_sides, with_sides
from callwitness.adapters.asterisk.facts import FACTS, call_facts
from callwitness.adapters.asterisk.families import roots
from callwitness.adapters.asterisk.legs_cdr import cdr_legs
from callwitness.adapters.asterisk.legs_cel import cel_legs
from callwitness.adapters.asterisk.legs_queue import queue_legs
from callwitness.adapters.asterisk.unrouted import as_unrouted, unrouted_calls
from callwitness.domain.schema import LEGS
from callwitness.ingest.contract import ReadOptions

_PATH: Final = (
    "rec witness native_call_id started_at caller_raw caller caller_key caller_kind called called_raw did did_key "
    "a_local a_peer a_side b_peer b_side context"
).split()
_OWN_NUMBER: Final = r"^(ext-local|ext-group|ext-queues|ext-findmefollow|followme-check|from-did-direct)$"
_CLOSED: Final = r"(?i)^(app-)?(closed|after-?hours|out-?of-?hours|night|holiday|non-?work)"
_REJECTED: Final = r"(?i)^(app-)?(black-?list|blocked|banned|reject)"


def exchange_legs(records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
    """LEGS of settled records."""
    records = records.filter(pl.col("native_call_id").is_not_null() | (pl.col("kind") == "state"))
    sides = peer_sides(records, options)
    cdr = _with_both_sides(_of(records, "cdr", detail.CDR), sides, "dstchannel")
    cel = _with_both_sides(_of(records, "cel", detail.CEL), sides, None)
    queue_log = _of(records, "queue_log", detail.QUEUE_LOG)
    joins = roots(records)
    facts = _facts(cdr, cel, queue_log, joins, sides, options)
    cdr, cel = _with_direction(cdr, facts), _with_direction(cel, facts)
    unrouted = unrouted_calls(cdr, cel, options)
    by_events = as_unrouted(cel_legs(cel), unrouted)
    by_rows = as_unrouted(agreed(cdr_legs(cdr), by_events, cel), unrouted)
    parts = [
        by_rows.with_columns(pl.lit("cdr").alias("witness"), pl.col("dcontext").alias("last_context")),
        by_events,
        queue_legs(queue_log),
    ]
    parts[1:] = [
        part.with_columns(pl.lit(name).alias("witness"))
        for part, name in zip(parts[1:], ("cel", "queue_log"), strict=True)
        if part.width
    ]
    legs = (
        pl.concat([part for part in parts if part.height], how="diagonal_relaxed")
        if any(part.height for part in parts)
        else LEGS.empty()
    )
    return _finished(legs, facts, joins, records)


def _of(records: pl.DataFrame, witness: str, names: tuple[str, ...]) -> pl.DataFrame:
    return detail.unpack(records.filter(pl.col("witness") == witness), names)


def _with_direction(rows: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    known = facts.select("native_call_id", "direction")
    return rows.drop("direction").join(known, on="native_call_id", how="left", maintain_order="left")


def _with_both_sides(rows: pl.DataFrame, sides: pl.DataFrame, far: str | None) -> pl.DataFrame:
    rows = with_sides(rows, sides, "channel", "a")
    if far:
        return with_sides(rows, sides, far, "b")
    return rows.with_columns(
        pl.lit(None, pl.String).alias("b_peer"),
        pl.lit(None, pl.String).alias("b_side"),
        pl.lit(False).alias("b_local"),
    )


def _facts(
    cdr: pl.DataFrame,
    cel: pl.DataFrame,
    queue_log: pl.DataFrame,
    joins: pl.DataFrame,
    sides: pl.DataFrame,
    options: ReadOptions,
) -> pl.DataFrame:
    """Facts of each call, joined calls sharing the facts of the oldest."""
    born = cel.filter(pl.col("event") == "chan_start")
    first = pl.col("native_id") == pl.col("native_call_id")
    births = born.with_columns(
        # Later channels of the call are its far ends: seen from the caller, the side they stand on is the called one.
        pl.when(~first).then("a_peer").alias("b_peer"),
        pl.when(~first).then("a_side").alias("b_side"),
        *(
            pl.when(first).then(name).alias(name)
            for name in (
                "a_peer",
                "a_side",
                "caller_raw",
                "caller",
                "caller_kind",
                "called",
                "called_raw",
                "context",
            )
        ),
        (pl.col("a_local") | ~first).alias("a_local"),
    )
    entered = queue_log.filter(pl.col("event") == "enterqueue").with_columns(
        *(
            pl.lit(None, pl.String).alias(name)
            for name in ("a_peer", "a_side", "b_peer", "b_side", "context")
        ),
        pl.lit(True).alias("a_local"),
    )
    paths = pl.concat(
        rows.select(*_PATH)
        for rows in (births, cdr.with_columns(pl.col("dcontext").alias("context")), entered)
    )
    rank = pl.col("witness").replace_strict({"cel": 0, "cdr": 1, "queue_log": 2}, return_dtype=pl.Int64)
    paths = (
        paths.join(joins, on="native_call_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("root", "native_call_id").alias("native_call_id"))
        .join(
            _called_sides(cdr, sides),
            on="called_raw",
            how="left",
            maintain_order="left",
        )
        .with_columns((context_side(pl.col("context"), options) == "trunk").alias("started_outside"))
        .sort(rank, "started_at", "rec", maintain_order=True)
    )
    facts = call_facts(paths, options.numbers)
    others = joins.join(facts, left_on="root", right_on="native_call_id").drop("root")
    return pl.concat([facts, others.select(facts.columns)]).unique(
        "native_call_id", keep="first", maintain_order=True
    )


def _called_sides(cdr: pl.DataFrame, sides: pl.DataFrame) -> pl.DataFrame:
    """``called_raw``, ``called_side``: peers, and numbers of any length that the exchange keeps for its own."""
    own = cdr.filter(pl.col("dcontext").str.contains(_OWN_NUMBER)).select(
        pl.col("called_raw").alias("peer"), pl.lit(INTERNAL).alias("side")
    )
    return (
        pl.concat([sides, own])
        .drop_nulls()
        .unique("peer", keep="first", maintain_order=True)
        .rename({"peer": "called_raw", "side": "called_side"})
    )


def _finished(
    legs: pl.DataFrame, facts: pl.DataFrame, joins: pl.DataFrame, records: pl.DataFrame
) -> pl.DataFrame:
    if not legs.height:
        return LEGS.empty()
    wanted = {**LEGS.schema, "agent_channel": pl.String(), "last_context": pl.String()}
    legs = legs.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in wanted.items() if name not in legs.columns
    )
    members = member_extensions(legs, records)
    legs = named(legs.drop(*FACTS, "joins"), members)
    legs = legs.join(facts, on="native_call_id", how="left", maintain_order="left").join(
        joins.rename({"root": "joins"}), on="native_call_id", how="left", maintain_order="left"
    )
    machine = pl.col("segment").is_in(["call", "signal", "announcement", "ivr"])
    legs = legs.with_columns(
        pl.when(machine & pl.col("last_context").str.contains(_REJECTED))
        .then(pl.lit("rejected"))
        .when(machine & pl.col("last_context").str.contains(_CLOSED))
        .then(pl.lit("closed"))
        .otherwise("result")
        .alias("result"),
        ((pl.col("ended_at") - pl.col("started_at")) / 1000).alias("total_s"),
    )
    ordered = legs.sort("started_at", "rec", "segment", nulls_last=True, maintain_order=True)
    return LEGS.conform(ordered.select(name for name in LEGS.names if name in ordered.columns))
