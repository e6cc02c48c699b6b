"""CDR rows to legs. One row is one path from a caller to one party; many rows make a call.

ANSWERED says that something answered the caller's channel. A person only where a second channel stands in the row,
it is no half of a Local pair, and the application is one that connects people.
"""

from __future__ import annotations

from typing import Final

import polars as pl

_CONNECTS: Final = (
    "Dial",
    "Queue",
    "AppDial",
    "AppQueue",
    "FollowMe",
    "Bridge",
    "Pickup",
    "ParkedCall",
    "Page",
)
_MACHINES: Final = {
    "VoiceMail": "voicemail",
    "VoiceMailMain": "voicemail",
    "Voicemail": "voicemail",
    "BackGround": "ivr",
    "Background": "ivr",
    "BackgroundDetect": "ivr",
    "WaitExten": "ivr",
    "Read": "ivr",
    "AGI": "ivr",
    "Directory": "ivr",
    "Playback": "announcement",
    "ControlPlayback": "announcement",
    "SayDigits": "announcement",
    "SayNumber": "announcement",
    "Milliwatt": "announcement",
    "MusicOnHold": "announcement",
    "StartMusicOnHold": "announcement",
}
_SIGNALS: Final = (
    "Hangup Congestion Busy Echo Goto GotoIf Macro Gosub NoOp Set Answer Wait Ringing Progress Return".split()
)


def cdr_legs(rows: pl.DataFrame) -> pl.DataFrame:
    """Legs of CDR records with detail, sides and facts of their call joined (``legs.py`` names the columns)."""
    two = pl.col("dstchannel").is_not_null()
    answered = pl.col("result") == "answered"
    app = pl.col("lastapp")
    machine = app.replace_strict(_MACHINES, default=None, return_dtype=pl.String)
    is_machine = machine.is_not_null() | app.is_in(_SIGNALS)
    talk = two & answered & ~is_machine
    # Dial with no far channel in a channel answered before: there was nothing to ring.
    nothing_rang = ~two & answered & (app == "Dial")
    segment = (
        pl.when(talk)
        .then(pl.lit("talk"))
        .when((two & ~answered) | nothing_rang)
        .then(pl.lit("ring"))
        .when(app == "Queue")
        .then(pl.lit("queue"))
        .when(answered)
        .then(machine.fill_null("signal"))
        .otherwise(pl.lit("signal"))
    )
    human = (
        pl.when(~talk)
        .then(pl.lit(False))
        .when(pl.col("b_local"))
        .then(None)
        .when(app.is_in(_CONNECTS))
        .then(pl.lit(True))
    )
    result = (
        pl.when(~two & (app == "Queue"))
        .then(pl.lit("abandoned"))
        .when(nothing_rang)
        .then(pl.lit("failed"))
        .when(segment == "voicemail")
        .then(pl.lit("voicemail"))
        .otherwise("result")
    )
    legs = rows.with_columns(
        segment.alias("segment"),
        human.alias("human"),
        result.alias("result"),
        pl.when(nothing_rang).then(pl.coalesce("target", "cause")).otherwise("cause").alias("cause"),
        pl.when(talk).then("talk_s").alias("talk_s"),
        pl.when(talk | (segment == "ring")).then(_party()).alias("extension"),
        pl.col("native_id").str.split("#").list.first().alias("native_id"),
    )
    legs = _connected_later(legs)
    return pl.concat([legs, _queue_visits(legs)], how="diagonal").drop("wait_s")


def _connected_later(legs: pl.DataFrame) -> pl.DataFrame:
    """A queue that answered before ringing has the machine's answer in the agent's row too.

    The other members' phones stopped ringing when the agent took the call, or before: the last of them is nearer.
    """
    by_visit = ["native_call_id", "channel", "queue"]
    rang = legs.filter((pl.col("segment") == "ring") & (pl.col("lastapp") == "Queue")).select(
        *by_visit, pl.col("ended_at").alias("stopped")
    )
    talk = legs.filter((pl.col("segment") == "talk") & (pl.col("lastapp") == "Queue")).select(
        *by_visit, "rec", "answered_at", "ended_at"
    )
    later = (
        talk.join(rang, on=by_visit)
        .filter(pl.col("stopped").is_between("answered_at", "ended_at"))
        .group_by("rec")
        .agg(pl.col("stopped").max())
    )
    return (
        legs.join(later, on="rec", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("stopped", "answered_at").alias("answered_at"),
            pl.when(pl.col("stopped").is_not_null())
            .then((pl.col("ended_at") - pl.col("stopped")) / 1000)
            .otherwise("talk_s")
            .alias("talk_s"),
        )
        .drop("stopped")
    )


def _party() -> pl.Expr:
    """Our person on the path: the called side, and the calling side where the path leaves by a trunk."""
    outside = (pl.col("b_side") == "trunk").fill_null(False)
    inbound = pl.col("direction").fill_null("inbound") == "inbound"
    first_caller = pl.col("a_peer").filter(~pl.col("a_local")).first().over("native_call_id")
    return (
        pl.when(outside & inbound)
        .then(pl.coalesce("dialled", "called_raw"))
        .when(outside & (pl.col("result") != "answered"))
        .then(None)
        .when(outside)
        .then(pl.coalesce("extension", pl.when(~pl.col("a_local")).then("a_peer"), first_caller))
        .otherwise(pl.coalesce("b_peer", "called_raw"))
    )


def _queue_visits(legs: pl.DataFrame) -> pl.DataFrame:
    """One queue leg for the paths that one caller's Queue() opened and some member's phone took part in."""
    paths = legs.filter((pl.col("lastapp") == "Queue") & pl.col("dstchannel").is_not_null())
    took = pl.col("segment") == "talk"
    by_caller = ["native_call_id", "channel", "queue"]
    waited = legs.filter(pl.col("segment") == "queue").select(by_caller).unique()
    return (
        paths.join(waited, on=by_caller, how="anti", nulls_equal=True)
        .sort("started_at", "rec")
        .group_by(by_caller, maintain_order=True)
        .agg(
            pl.exclude(
                "segment", "result", "human", "answered_at", "ended_at", "extension", "talk_s"
            ).first(),
            pl.lit("queue").alias("segment"),
            pl.when(~took.any()).then(pl.lit(False)).alias("human"),
            pl.when(took.any()).then(pl.lit("answered")).otherwise(pl.lit("abandoned")).alias("result"),
            pl.col("answered_at").filter(took).min().alias("answered_at"),
            pl.coalesce(pl.col("answered_at").filter(took).min(), pl.col("ended_at").max()).alias("ended_at"),
        )
    )
