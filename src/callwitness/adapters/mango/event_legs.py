"""Call events and summaries to legs: one leg per ``call_id`` and place, whatever the order and repetition of events.

The state of a leg is told by its highest ``seq``; the same (call_id, seq) twice is one event, the later copy counts.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.mango.parse_events import DETAIL
from callwitness.adapters.mango.words import HANGUP, ended_unanswered
from callwitness.domain.schema import LEGS

_KEY: Final = ["native_call_id", "native_id", "segment"]
_STATES: Final = ("appeared", "connected", "onhold", "disconnected")


def legs_of_events(records: pl.DataFrame) -> pl.DataFrame:
    """LEGS from records of witness ``events`` (call events and finished recordings)."""
    events = _unpacked(records.filter(pl.col("event").is_in(_STATES)))
    if events.is_empty():
        return LEGS.empty()
    events = events.sort("rec").unique([*_KEY, "seq", "event"], keep="last", maintain_order=True)
    events = events.sort("native_call_id", "native_id", "seq", "started_at", "rec", nulls_last=True)
    legs = _directed(_folded(events))
    told = legs.select(
        "rec", "rec_end", "native_call_id", "native_id", "caller_raw", "caller", "caller_key", "caller_kind", "did", "did_key",
        "queue", "started_at", "answered_at", "ended_at", "hold_s", "cause", "direction", "segment",
        called=pl.when(pl.col("direction") != "inbound").then("called"),
        extension="own_ext", agent="own_ext",
        witness=pl.lit("events"), precision_ms=pl.lit(1000, pl.Int64()),
        talk_s=(pl.col("ended_at") - pl.col("answered_at")) / 1000,
        total_s=(pl.col("ended_at") - pl.col("started_at")) / 1000,
        hangup_by=pl.col("cause").replace_strict(HANGUP, default=None, return_dtype=pl.String),
        result=_result(), human=_human(),
    )  # fmt: skip
    told = told.with_columns(segment=pl.when(pl.col("human")).then(pl.lit("talk")).otherwise("segment"))
    return LEGS.concat([_with_recordings(told, records), _transfers(events)])


def _unpacked(events: pl.DataFrame) -> pl.DataFrame:
    detail = events["detail"].str.json_decode(pl.Struct(DETAIL)).struct.unnest()
    return events.drop("detail").with_columns(detail.get_columns())


def _folded(events: pl.DataFrame) -> pl.DataFrame:
    """One row per leg: first and last moments, parties of the first event that names them."""
    at = {state: pl.col("started_at").filter(pl.col("event") == state) for state in _STATES}
    first = [pl.col(name).drop_nulls().first() for name in (
        "caller_raw", "caller", "called", "did", "queue", "extension", "from_ext", "from_number", "to_number", "taken",
    )]  # fmt: skip
    keyed = pl.col("caller_kind") != "withheld"
    held = events.with_columns(
        held=pl.when(pl.col("event") == "onhold").then(
            pl.col("started_at").shift(-1).over(_KEY) - pl.col("started_at")
        )
    )
    return held.group_by(_KEY, maintain_order=True).agg(
        pl.col("rec").first(),
        *first,
        rec_end=pl.col("rec").last(),
        caller_key=pl.col("caller_key").filter(keyed).first(),
        caller_kind=pl.coalesce(pl.col("caller_kind").filter(keyed).first(), pl.col("caller_kind").first()),
        did_key=pl.col("did_key").filter(pl.col("did").is_not_null()).first(),
        started_at=pl.coalesce(at["appeared"].min(), pl.col("started_at").min()),
        answered_at=at["connected"].min(),
        ended_at=at["disconnected"].max(),
        cause=pl.col("cause").filter(pl.col("event") == "disconnected").last(),
        hold_s=pl.col("held").sum() / 1000,
    ).with_columns(pl.col("caller_key", "did_key").fill_null(0))  # fmt: skip


def _directed(legs: pl.DataFrame) -> pl.DataFrame:
    """Adds ``direction``, ``own_ext`` (the employee) and ``rings_own`` (the first leg of a callback rings us)."""
    parent = legs.select(
        "native_call_id", taken="native_id", parent_ext="extension", parent_from="from_number"
    ).unique(["native_call_id", "taken"], maintain_order=True)
    legs = legs.join(parent, on=["native_call_id", "taken"], how="left", maintain_order="left")
    goes_on = (pl.col("parent_ext") == pl.col("from_ext")) & (pl.col("to_number") == pl.col("parent_from"))
    legs = legs.with_columns(callback_call=goes_on.fill_null(value=False))
    callbacks = legs.filter("callback_call").select(
        "native_call_id", native_id="taken", rings_own=pl.lit(value=True)
    )
    legs = legs.join(
        callbacks.unique(), on=["native_call_id", "native_id"], how="left", maintain_order="left"
    )
    from_us, to_us = pl.col("from_ext").is_not_null(), pl.col("extension").is_not_null()
    own = (
        pl.when(pl.col("rings_own") | pl.col("callback_call")).then(pl.lit("outbound"))
        .when(pl.col("taken").is_not_null()).then(None)
        .when(~from_us).then(pl.lit("inbound"))
        .when(to_us).then(pl.lit("internal"))
        .otherwise(pl.lit("outbound"))
    )  # fmt: skip
    legs = legs.with_columns(direction=own, rings_own=pl.col("rings_own").fill_null(value=False))
    known = pl.col("direction").drop_nulls().first().over("native_call_id")
    legs = legs.with_columns(direction=pl.coalesce("direction", known, pl.lit("inbound")))
    # the leg of a callback that rings the employee shows the client as caller: it states no caller of the call
    swapped = {
        "caller_kind": pl.when(pl.col("rings_own")).then(None).otherwise("caller_kind"),
        "called": pl.when(pl.col("rings_own")).then("caller").otherwise("called"),
        "own_ext": pl.when((pl.col("direction") == "outbound") & ~pl.col("rings_own"))
        .then("from_ext")
        .otherwise("extension"),
        "segment": pl.when(pl.col("rings_own")).then(pl.lit("signal")).otherwise("segment"),
    }
    return legs.with_columns(**swapped)


def _result() -> pl.Expr:
    picked = pl.col("answered_at").is_not_null()
    return (
        pl.when(pl.col("rings_own")).then(None)
        .when(picked).then(pl.lit("answered"))
        .otherwise(ended_unanswered(pl.col("cause"), pl.col("segment")))
    )  # fmt: skip


def _human() -> pl.Expr:
    """A subscriber's leg that was connected is a person; an IVR is none; a queue leg cannot tell."""
    return (
        pl.when(pl.col("rings_own")).then(None)
        .when(pl.col("segment") == "ring").then(pl.col("answered_at").is_not_null())
        .when((pl.col("segment") == "ivr") | (_result() == "abandoned")).then(False)
    )  # fmt: skip


def _transfers(events: pl.DataFrame) -> pl.DataFrame:
    """A leg of no length where an event says that the call was handed on."""
    moved = events.filter(pl.col("transfer").is_not_null()).unique(
        "native_call_id", keep="first", maintain_order=True
    )
    return LEGS.conform(moved.select(
        "rec", "native_call_id", "native_id", "started_at", ended_at="started_at", segment=pl.lit("transfer"),
        result=pl.lit("transferred"), witness=pl.lit("events"), precision_ms=pl.lit(1000, pl.Int64()),
    ))  # fmt: skip


def _with_recordings(legs: pl.DataFrame, records: pl.DataFrame) -> pl.DataFrame:
    """The finished recording of a leg; without a call_id that of the entry, on its last talk."""
    done = records.filter((pl.col("witness") == "events") & pl.col("recording").is_not_null())
    by_leg = (
        done.filter(pl.col("native_id").is_not_null()).group_by("native_id").agg(pl.col("recording").first())
    )
    by_call = (
        done.filter(pl.col("native_id").is_null())
        .group_by("native_call_id")
        .agg(pl.col("recording").first().alias("of_call"))
    )
    legs = legs.join(by_leg, on="native_id", how="left", maintain_order="left").join(
        by_call, on="native_call_id", how="left", maintain_order="left"
    )
    return legs.with_columns(recording=pl.coalesce("recording", "of_call")).drop("of_call")
