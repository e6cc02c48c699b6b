"""Events to legs: for each call one leg that tells the whole, one for each person who talked, one for each who only rang.

Repeats (one event_id), disorder and gaps are normal: an event counts once, by its own time and then by the order of
arrival; what an event that is missing would have said is taken from the fields of those that are there.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.webhook.parse import DETAIL
from callwitness.adapters.webhook.words import UNANSWERED
from callwitness.domain.schema import LEGS

_CALL: Final = "native_call_id"
_RANG: Final = ("no_answer", "busy", "failed", "cancelled", "rejected")


def legs_of_events(records: pl.DataFrame) -> pl.DataFrame:
    """LEGS from the records of this adapter."""
    events = _in_order(records)
    calls = _whole(events)
    if calls.is_empty():
        return LEGS.empty()
    talks = _talks(events, calls)
    told_by_legs = talks.filter(_named()).select(_CALL, by_legs=pl.lit(value=True)).unique()
    calls = calls.join(told_by_legs, on=_CALL, how="left", maintain_order="left")
    shown = calls.with_columns(
        pl.when(pl.col("by_legs").is_null() & (_outbound() | pl.col("human").fill_null(value=False))).then(
            name
        )
        for name in ("agent", "extension")
    )
    return LEGS.concat([shown.select(_of_legs(shown)), talks, _rings(events, shown, talks)])


def _in_order(records: pl.DataFrame) -> pl.DataFrame:
    """Each event once, its ``detail`` as columns, by its own time."""
    events = records.filter(pl.col("kind") == "event")
    detail = events["detail"].str.json_decode(pl.Struct(DETAIL)).struct.unnest()
    events = events.with_columns(detail.get_columns()).sort(
        _CALL, "started_at", "seq", "rec", nulls_last=True
    )
    again = pl.col("event_id").is_not_null() & ~pl.struct(_CALL, "event", "event_id").is_first_distinct()
    return events.filter(~again)


def _whole(events: pl.DataFrame) -> pl.DataFrame:
    """One row per call. Recordings alone are no call."""
    at = pl.col("started_at")
    started, picked, ended = (pl.col("event") == f"call.{word}" for word in ("started", "answered", "ended"))
    of_calls = events.filter((pl.col("event") != "recording.ready").any().over(_CALL))
    has_caller = pl.col("caller_kind").is_not_null()
    calls = of_calls.group_by(_CALL, maintain_order=True).agg(
        pl.col("rec").first(),
        rec_end=pl.col("rec").filter(ended).last(),
        precision_ms=pl.col("precision_ms").filter(pl.col("event") != "recording.ready").max(),
        begun=pl.coalesce(pl.col("begun_at").drop_nulls().first(), at.filter(started).min()),
        picked=pl.coalesce(at.filter(picked).min(), pl.col("picked_at").drop_nulls().first()),
        ended_at=pl.coalesce(pl.col("over_at").drop_nulls().last(), at.filter(ended).max()),
        first=at.filter(pl.col("event") != "recording.ready").min(),
        stated=pl.col("result").filter(ended).drop_nulls().last(),
        by_human=pl.col("by_human").filter(picked | ended).max(),
        person_named=_named().filter(picked | (ended & (pl.col("result") == "answered"))).any(),
        **{name: pl.col(name).drop_nulls().first() for name in ("direction", "called", "trunk")},
        **{name: pl.col(name).filter(has_caller).first() for name in ("caller_raw", "caller", "caller_key", "caller_kind")},
        did=pl.col("did").drop_nulls().first(),
        did_key=pl.col("did_key").filter(pl.col("did").is_not_null()).first().fill_null(0),
        **{name: pl.col(name).drop_nulls().last() for name in (
            "queue", "agent", "extension", "wait_s", "talk_s", "total_s", "cause", "hangup_by", "recording",
        )},
    )  # fmt: skip
    return _judged(calls)


def _judged(calls: pl.DataFrame) -> pl.DataFrame:
    """Adds start, answer, ``result`` and ``human`` as the call's events together tell them."""
    long = pl.col("ended_at") - (pl.col("total_s") * 1000).cast(pl.Int64)
    denied = pl.col("stated").is_in(UNANSWERED)
    claimed = pl.col("picked").is_not_null() | (pl.col("stated") == "answered") | (pl.col("talk_s") > 0)
    calls = calls.with_columns(
        caller_key=pl.col("caller_key").fill_null(0),
        started_at=pl.coalesce("begun", pl.when(long < pl.col("first")).then(long), "first"),
        claimed=claimed.fill_null(value=False)
        & ~(denied & pl.col("picked").is_null()).fill_null(value=False),
        person=pl.coalesce("by_human", pl.when("person_named").then(True)),
    )
    calls = calls.with_columns(  # clocks of two machines of one sender may be some milliseconds apart
        picked=pl.when(pl.col("picked").is_not_null()).then(pl.max_horizontal("picked", "started_at")),
        ended_at=pl.when(pl.col("ended_at").is_not_null()).then(
            pl.max_horizontal("ended_at", "picked", "started_at")
        ),
    )
    answered_at = pl.coalesce("picked", pl.col("ended_at") - (pl.col("talk_s") * 1000).cast(pl.Int64))
    return calls.with_columns(
        called=pl.when(pl.col("direction").is_in(["outbound", "internal"])).then("called")
        .when(pl.col("did").is_null()).then("called"),
        answered_at=pl.when("claimed").then(answered_at),
        talk_s=pl.coalesce("talk_s", pl.when("claimed", "person").then((pl.col("ended_at") - answered_at) / 1000)),
        result=pl.when(pl.col("claimed") & pl.col("stated").is_in(["answered", "unknown"]).fill_null(value=True))
        .then(pl.lit("answered")).otherwise("stated"),
        human=pl.when("claimed").then("person").when(denied | (pl.col("talk_s") == 0)).then(False),
    )  # fmt: skip


def _talks(events: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """One leg for each person of ours who took an incoming or internal call, until the next one did."""
    facts = calls.select(_CALL, "direction", "human", over="ended_at", end_rec="rec_end")
    picked = events.filter(
        (pl.col("event") == "call.answered") & _named() & pl.col("by_human").fill_null(value=True)
    )
    picked = picked.drop("direction", "human", "rec_end", strict=False).join(
        facts, on=_CALL, maintain_order="left"
    )
    picked = picked.filter(pl.col("human").fill_null(value=False) & ~_outbound())
    who = pl.coalesce("agent", "extension")
    picked = picked.filter((who != who.shift(1).over(_CALL)).fill_null(value=True))
    begun = pl.coalesce("picked_at", "started_at")
    ended = pl.coalesce(begun.shift(-1).over(_CALL), "over")
    return LEGS.conform(picked.select(
        _CALL, "rec", "direction", "queue", "extension", "precision_ms", agent=who, rec_end="end_rec",
        witness=pl.lit("events"), segment=pl.lit("talk"), started_at=begun, answered_at=begun, ended_at=ended,
        talk_s=pl.when(ended >= begun).then((ended - begun) / 1000), result=pl.lit("answered"), human=pl.lit(value=True),
    ))  # fmt: skip


def _rings(events: pl.DataFrame, calls: pl.DataFrame, talks: pl.DataFrame) -> pl.DataFrame:
    """One leg for each person of ours whom an incoming call rang and who did not take it."""
    facts = calls.select(_CALL, "direction", "result", "rec_end", begun_call="started_at", taken_at="answered_at",
                         over="ended_at")  # fmt: skip
    rung = events.filter(pl.col("event").is_in(["call.started", "call.ended"]) & _named())
    rung = rung.select(_CALL, "rec", "event", "queue", "extension", "precision_ms", "started_at",
                       agent=pl.coalesce("agent", "extension"))  # fmt: skip
    rung = rung.unique([_CALL, "agent"], keep="first", maintain_order=True)
    took = pl.concat([talks.select(_CALL, "agent"), calls.select(_CALL, pl.coalesce("agent", "extension"))])
    rung = rung.join(took, on=[_CALL, "agent"], how="anti", maintain_order="left")
    rung = rung.join(facts, on=_CALL, maintain_order="left").filter(~_outbound())
    # named only at the end of a call that was answered: the one who answered, as the whole leg says
    last = pl.col("event") == "call.ended"
    rung = rung.filter(~(last & pl.col("taken_at").is_not_null()))
    begun = pl.when(last).then("begun_call").otherwise("started_at")
    taken = pl.col("taken_at").is_not_null()
    return LEGS.conform(rung.select(
        _CALL, "rec", "rec_end", "direction", "queue", "agent", "extension", "precision_ms", witness=pl.lit("events"),
        segment=pl.lit("ring"), started_at=begun, ended_at=pl.coalesce("taken_at", "over"),
        result=pl.when(taken).then(pl.lit("cancelled")).when(pl.col("result").is_in(_RANG)).then("result")
        .when(pl.col("over").is_not_null()).then(pl.lit("no_answer")),
        human=pl.when(taken | pl.col("over").is_not_null()).then(False),
    ))  # fmt: skip


def _of_legs(calls: pl.DataFrame) -> list[pl.Expr]:
    """The whole leg of each call, without what assembling it needed."""
    ours = {"witness": pl.lit("events"), "segment": pl.lit("call"), "total_s": pl.coalesce(
        "total_s", (pl.col("ended_at") - pl.col("started_at")) / 1000)}  # fmt: skip
    kept = [pl.col(name) for name in LEGS.names if name in calls.columns and name not in ours]
    return [*kept, *(value.alias(name) for name, value in ours.items())]


def _named() -> pl.Expr:
    return pl.coalesce("agent", "extension").is_not_null()


def _outbound() -> pl.Expr:
    return (pl.col("direction") == "outbound").fill_null(value=False)
