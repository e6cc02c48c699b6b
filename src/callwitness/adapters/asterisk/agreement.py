"""What channel events say of the very channels that CDR rows name: who was bridged, since when, what a dial ended with.

A CDR row of a caller who chose in a menu to be put through may carry the number that was dialled before the menu, and
the moment the menu answered. Its far channel is known to CEL, which tells both rightly.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk.legs_cel import FAILED_CAUSES

_APART_MS: Final = 2_000  # whole seconds of the one witness against milliseconds of the other


def agreed(cdr: pl.DataFrame, cel: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """CDR legs (with ``dstchannel``) corrected by CEL legs and the CEL events they were read from."""
    if not (cdr.height and events.height):
        return cdr
    return _with_dial_causes(_with_parties(cdr, cel, events), cel)


def _with_parties(cdr: pl.DataFrame, cel: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """No person whose channel never was in a bridge; the name and moment of a talk as its bridge tells them."""
    if "bridge_enter" not in events["event"]:
        return cdr
    lives = (
        events.drop_nulls(["native_id", "channel"])
        .group_by("native_id", "channel", maintain_order=True)
        .agg(
            pl.col("started_at").min().alias("born"),
            pl.col("started_at").max().alias("died"),
            (pl.col("event") == "bridge_enter").any().alias("bridged"),
        )
    )
    talked = cel.filter(segment="talk").select(
        "native_id", pl.col("extension").alias("bridged_as"), pl.col("answered_at").alias("bridged_at")
    )
    lives = lives.join(talked, on="native_id", how="left", maintain_order="left").drop("native_id")
    known = (
        cdr.filter((pl.col("segment") == "talk") & pl.col("human"))
        .select("rec", "dstchannel", "started_at", "ended_at")
        .join(lives, left_on="dstchannel", right_on="channel")
        .filter(
            (pl.col("born") <= pl.col("ended_at") + _APART_MS)
            & (pl.col("died") >= pl.col("started_at") - _APART_MS)
        )
        .sort("rec", "born")
        .unique("rec", keep="last", maintain_order=True)
        .select("rec", "bridged", "bridged_as", "bridged_at")
    )
    legs = cdr.join(known, on="rec", how="left", maintain_order="left")
    person = (pl.col("segment") == "talk") & pl.col("human").fill_null(value=False)
    machine_first = person & (pl.col("bridged_at") - pl.col("answered_at") >= _APART_MS)
    return legs.with_columns(
        pl.when(person & ~pl.col("bridged")).then(pl.lit(False)).otherwise("human").alias("human"),
        pl.when(person & pl.col("bridged_as").is_not_null())
        .then("bridged_as")
        .otherwise("extension")
        .alias("extension"),
        pl.when(machine_first).then("bridged_at").otherwise("answered_at").alias("answered_at"),
        pl.when(machine_first)
        .then(((pl.col("ended_at") - pl.col("bridged_at")) / 1000).clip(lower_bound=0.0))
        .otherwise("talk_s")
        .alias("talk_s"),
    ).drop("bridged", "bridged_as", "bridged_at")


def _with_dial_causes(cdr: pl.DataFrame, cel: pl.DataFrame) -> pl.DataFrame:
    """The code with which the exchange gave up, behind what it could not dial: ``VIRTUAL/700 66``."""
    given_up = (
        cel.filter(pl.col("segment").is_in(["call", "signal"]) & pl.col("cause").is_in(FAILED_CAUSES))
        .select("native_call_id", pl.col("cause").alias("code"))
        .unique("native_call_id", keep="first", maintain_order=True)
    )
    in_vain = (pl.col("segment") == "ring") & pl.col("cause").str.contains("/")
    return (
        cdr.join(given_up, on="native_call_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(in_vain)
            .then(pl.concat_str("cause", "code", separator=" ", ignore_nulls=True))
            .otherwise("cause")
            .alias("cause")
        )
        .drop("code")
    )
