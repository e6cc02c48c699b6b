"""CEL events to legs. The only witness that proves who talked with whom: who was in a bridge together, and when."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk.bridges import talks
from callwitness.adapters.asterisk.channels import DIALLED

_APPS: Final = {
    "background": "ivr",
    "waitexten": "ivr",
    "read": "ivr",
    "agi": "ivr",
    "playback": "announcement",
    "controlplayback": "announcement",
    "voicemail": "voicemail",
    "queue": "queue",
}
# Q.850 causes by which a phone or trunk that rang went away.
_RING_RESULTS: Final = {"17": "busy", "26": "cancelled"} | dict.fromkeys(
    "1 2 3 5 6 20 22 27 28 29 34 38 41 42 44 50 58 63 65 66 69 79 88 102 111".split(), "failed"
)
FAILED_CAUSES: Final = sorted(cause for cause, result in _RING_RESULTS.items() if result == "failed")
_MENU: Final = r"^ivr-\d+$"  # what FreePBX calls the contexts of its menus
_REFUSED: Final = "21"
_LEFT_MS: Final = 500  # the queue ended because the caller's channel did


def cel_legs(events: pl.DataFrame) -> pl.DataFrame:
    """Legs of CEL records with detail, sides and the direction of their call joined."""
    if not events.height:
        return pl.DataFrame()
    events = events.sort("started_at", "rec", maintain_order=True)
    channels = _channels(events)
    talked = _talk_legs(talks(events, channels))
    parts = [
        _whole_calls(channels, talked, bridges_logged="bridge_enter" in events["event"]),
        talked,
        _ring_legs(channels, talked),
        _app_legs(events, channels, talked),
        _menu_legs(channels),
        _transfer_legs(events),
    ]
    return pl.concat([part for part in parts if part.width], how="diagonal")


def _channels(events: pl.DataFrame) -> pl.DataFrame:
    """One row a channel of a call: birth, answer, death, number and side, and whether the call began with it."""
    event = pl.col("event")
    rows = events.filter(pl.col("native_id").is_not_null() & pl.col("channel").is_not_null())

    def first(name: str, kind: str) -> pl.Expr:
        return pl.col(name).filter(event == kind).first()

    channels = rows.group_by("native_id", maintain_order=True).agg(
        pl.col("native_call_id", "direction", "a_local", "a_side", "a_peer", "channel").first(),
        pl.col("rec").first(),
        pl.col("rec").filter(event.is_in(["hangup", "chan_end"])).last().alias("rec_end"),
        pl.col("started_at").first(),
        first("started_at", "answer").alias("answered_at"),
        pl.coalesce(first("started_at", "chan_end"), first("started_at", "hangup")).alias("ended_at"),
        pl.col("precision_ms").max(),
        first("cause", "hangup").alias("cause"),
        first("other", "hangup").alias("hangup_source"),
        pl.col("caller_raw")
        .filter(event.is_in(["answer", "bridge_enter", "hangup"]))
        .first()
        .alias("own_number"),
        pl.col("context").drop_nulls().last().alias("last_context"),
        (event == "chan_start").any().alias("born"),
    )
    dialled = rows.group_by("native_call_id").agg(
        pl.col("appdata")
        .filter(pl.col("app") == "Dial")
        .str.extract(DIALLED)
        .drop_nulls()
        .last()
        .alias("dialled")
    )
    channels = channels.join(dialled, on="native_call_id", how="left", maintain_order="left")
    order = pl.col("started_at").rank("ordinal").over("native_call_id")
    own = pl.col("started_at").filter(~pl.col("a_local")).min().over("native_call_id")
    return channels.with_columns(
        (
            (pl.col("native_id") == pl.col("native_call_id")) | ((order == 1) & (pl.col("started_at") == own))
        ).alias("origin"),
        _extension().alias("extension"),
    )


def _extension() -> pl.Expr:
    """Who stands at the end of a channel: the peer inside, the number behind a trunk."""
    return pl.when(pl.col("a_side") == "trunk").then(pl.coalesce("dialled", "own_number")).otherwise("a_peer")


def _talk_legs(pairs: pl.DataFrame) -> pl.DataFrame:
    """One talk leg for each of our parties that shared a bridge with another one."""
    inward = pl.col("direction").fill_null("inbound") != "outbound"
    ours = pl.when(inward).then(~pl.col("origin")).otherwise(pl.col("a_side") != "trunk")
    return (
        pairs.filter(ours)
        .group_by("native_call_id", "native_id", maintain_order=True)
        .agg(
            pl.col("rec", "extension", "started_at", "precision_ms").first(),
            pl.col("rec_exit").last().alias("rec_end"),
            pl.col("talk_from").min().alias("answered_at"),
            pl.col("talk_to").max().alias("ended_at"),
            ((pl.col("talk_to") - pl.col("talk_from")).sum() / 1000).round(3).alias("talk_s"),
            pl.lit("talk").alias("segment"),
            pl.lit("answered").alias("result"),
            pl.lit(True).alias("human"),
        )
    )


def _ring_legs(channels: pl.DataFrame, talked: pl.DataFrame) -> pl.DataFrame:
    """Channels that the exchange called and that never came to talk."""
    rang = channels.filter(
        ~pl.col("origin") & ~pl.col("a_local") & pl.col("answered_at").is_null() & pl.col("born")
    )
    if talked.height:
        rang = rang.join(talked.select("native_id"), on="native_id", how="anti")
    return rang.select(
        "native_call_id",
        "native_id",
        "rec",
        "rec_end",
        pl.when(pl.col("direction").fill_null("") != "outbound").then("extension").alias("extension"),
        "started_at",
        "ended_at",
        "precision_ms",
        "cause",
        pl.lit("ring").alias("segment"),
        pl.col("cause")
        .replace_strict(_RING_RESULTS, default="no_answer", return_dtype=pl.String)
        .alias("result"),
        pl.lit(False).alias("human"),
    )


def _whole_calls(channels: pl.DataFrame, talked: pl.DataFrame, bridges_logged: bool) -> pl.DataFrame:
    """One leg a call: when the exchange took the caller's channel, answered it, and let it go.

    Its segment is ``call``, which denies a person where nobody was bridged; ``signal`` where the call was refused.
    """
    ids = [
        "native_call_id",
        "native_id",
        "rec",
        "rec_end",
        "started_at",
        "answered_at",
        "ended_at",
        "precision_ms",
        "cause",
    ]
    refused = (pl.col("cause") == _REFUSED) & pl.col("answered_at").is_null()
    alone = pl.len().over("native_call_id") == 1
    by_caller = pl.col("hangup_source") == pl.col("channel")
    by_dialplan = pl.col("hangup_source").str.starts_with("dialplan")
    result = (
        pl.when(refused & pl.col("alone"))
        .then(pl.lit("rejected"))
        .when(pl.col("answered_at").is_not_null())
        .then(pl.lit("answered"))
        .otherwise(pl.col("cause").replace_strict(_RING_RESULTS, default="no_answer", return_dtype=pl.String))
    )
    met = pl.col("native_call_id").is_in(talked["native_call_id"].unique().implode())
    return (
        channels.with_columns(alone.alias("alone"))
        .with_columns(result.alias("result"))
        .filter("origin")
        .select(
            *ids,
            "last_context",
            "result",
            pl.when(pl.col("result").is_in(["busy", "failed"]))
            .then(pl.lit("signal"))
            .otherwise(pl.lit("call"))
            .alias("segment"),
            pl.when(~met & pl.lit(bridges_logged)).then(pl.lit(False)).alias("human"),
            pl.when(by_caller)
            .then(pl.lit("caller"))
            .when(by_dialplan)
            .then(pl.lit("system"))
            .when(pl.col("hangup_source").str.contains("/"))
            .then(pl.lit("callee"))
            .alias("hangup_by"),
        )
    )


def _app_legs(events: pl.DataFrame, channels: pl.DataFrame, talked: pl.DataFrame) -> pl.DataFrame:
    """Menus, announcements, mailboxes and queues on the caller's channel, where CEL is set to tell of them."""
    app = pl.col("app").str.to_lowercase().replace_strict(_APPS, default=None, return_dtype=pl.String)
    rows = events.filter(pl.col("event").is_in(["app_start", "app_end"])).with_columns(app.alias("segment"))
    rows = rows.filter(pl.col("segment").is_not_null())
    if not rows.height:
        return pl.DataFrame()
    visit = (pl.col("event") == "app_start").cast(pl.Int64).cum_sum().over("native_id", "segment")
    ends = channels.select("native_id", pl.col("ended_at").alias("channel_end"))
    legs = (
        rows.with_columns(visit.alias("visit"))
        .group_by("native_id", "segment", "visit", maintain_order=True)
        .agg(
            pl.col("native_call_id", "rec", "queue", "precision_ms", "started_at").first(),
            pl.col("context").first().alias("last_context"),
            pl.col("rec").last().alias("rec_end"),
            pl.col("started_at").filter(pl.col("event") == "app_end").first().alias("app_end"),
        )
        .join(ends, on="native_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce("app_end", "channel_end").alias("ended_at"))
        .with_row_index("leg")
    )
    legs = legs.join(_first_talk(legs, talked), on="leg", how="left", maintain_order="left")
    return _app_results(legs).drop("leg", "visit", "app_end", "channel_end")


def _menu_legs(channels: pl.DataFrame) -> pl.DataFrame:
    """The menu that the caller's channel died in, by the name of the context."""
    died_there = pl.col("last_context").str.contains(_MENU) & pl.col("answered_at").is_not_null()
    return channels.filter(pl.col("origin") & died_there).select(
        "native_call_id",
        "native_id",
        "rec",
        pl.col("answered_at").alias("started_at"),
        "answered_at",
        "ended_at",
        "precision_ms",
        pl.lit("ivr").alias("segment"),
        pl.lit("answered").alias("result"),
        pl.lit(False).alias("human"),
    )


def _first_talk(legs: pl.DataFrame, talked: pl.DataFrame) -> pl.DataFrame:
    """``leg``, ``answered_at`` of the queue visits in which somebody came to talk."""
    talked = talked.select("native_call_id", "answered_at")
    waits = legs.filter(pl.col("segment") == "queue").select(
        "leg", "native_call_id", "started_at", "ended_at"
    )
    return (
        waits.join(talked, on="native_call_id")
        .filter(pl.col("answered_at").is_between("started_at", "ended_at"))
        .group_by("leg")
        .agg(pl.col("answered_at").min())
    )


def _app_results(legs: pl.DataFrame) -> pl.DataFrame:
    """What became of a wait: somebody talked before it ended, the caller left, or the dialplan went on."""
    is_queue, met = pl.col("segment") == "queue", pl.col("answered_at").is_not_null()
    left = (pl.col("channel_end") - pl.col("ended_at")).abs() < _LEFT_MS
    return legs.with_columns(
        pl.when(pl.col("segment") == "voicemail")
        .then(pl.lit("voicemail"))
        .when(~is_queue | met)
        .then(pl.lit("answered"))
        .when(left)
        .then(pl.lit("abandoned"))
        .otherwise(pl.lit("timeout"))
        .alias("result"),
        pl.coalesce("answered_at", "ended_at").alias("ended_at"),
        pl.when(~met).then(pl.lit(False)).alias("human"),
    )


def _transfer_legs(events: pl.DataFrame) -> pl.DataFrame:
    moved = events.filter(pl.col("event").is_in(["blindtransfer", "attendedtransfer"]))
    return moved.select(
        "native_call_id",
        "native_id",
        "rec",
        pl.col("a_peer").alias("extension"),
        "started_at",
        pl.col("started_at").alias("ended_at"),
        "precision_ms",
        pl.lit("transfer").alias("segment"),
        pl.lit("transferred").alias("result"),
        pl.col("event").alias("cause"),
    )
