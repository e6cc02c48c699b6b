"""Legs of one source put together: calls as that source alone knows them.

``assemble(legs, ...)`` takes LEGS and gives SOURCE_CALLS. Legs with one ``native_call_id`` are one call; ``joins``
ties calls that a transfer merged. What a person did is told by the best witness of the source: the queue log and
channel events (cel) before the CDR, because a CDR calls a machine's answer ANSWERED too (FORMATS: Asterisk 1.2).
"""

from __future__ import annotations

import polars as pl

from callwitness.domain.calls import flag_list, group_legs, trust
from callwitness.domain.reasons import Part, reason_frame
from callwitness.domain.rules import SourceInfo
from callwitness.domain.schema import SOURCE_CALLS

CALL = "_call"
"""Column that numbers the calls of the source while they are put together."""

_LEFT_QUEUE = ("abandoned", "timeout", "empty", "key")
_SPREAD = 1_000_000
"""Wider than any two moments that precisions up to ten minutes can confuse, in ms."""


def assemble(legs: pl.DataFrame, names: pl.DataFrame, source: SourceInfo) -> pl.DataFrame:
    """SOURCE_CALLS of one source, sorted by start.

    names: ``rec`` to ``name`` (file:row) and ``record_id``, used for calls without an id and in reasons.
    """
    if legs.is_empty():
        return SOURCE_CALLS.empty()
    named = legs.join(names.select("rec", "name"), on="rec", how="left").with_columns(proof=_proof())
    named = named.join(names.select("record_id", proof="rec"), on="proof", how="left")
    named = named.with_columns(group_legs(named).alias(CALL))
    named = named.sort(CALL, "started_at", "precision_ms", "rec", nulls_last=True)
    named = _with_trusted_humans(named)
    calls = _identity(named)
    for part in (_times(named), _people(named), _outcome(named)):
        calls = calls.join(part, on=CALL, how="left", maintain_order="left")
    calls = calls.with_columns(
        pl.lit(source.name).alias("source"),
        pl.lit(source.role).alias("role"),
        direction=_direction(source.role),
    )
    calls = _durations(calls).with_columns(result=_result())
    reasons = _reasons(named.with_columns(source=pl.lit(source.name)))
    calls = calls.join(reasons, on=CALL, how="left", maintain_order="left").sort(
        "started_at", "native_call_id"
    )
    calls = calls.with_columns(scall=pl.int_range(pl.len(), dtype=pl.Int64))
    return SOURCE_CALLS.conform(calls.select(name for name in SOURCE_CALLS.names if name in calls.columns))


def _proof() -> pl.Expr:
    """The record that proves a leg: how a wait ended stands in its last record, not in its first."""
    left = (pl.col("segment") == "queue") & pl.col("result").is_in(_LEFT_QUEUE)
    return pl.when(left).then(pl.coalesce("rec_end", "rec")).otherwise("rec")


def _with_trusted_humans(legs: pl.DataFrame) -> pl.DataFrame:
    """Adds ``person`` (this leg proves a person) after the better witnesses have been heard."""
    cel = pl.col("witness") == "cel"
    log = pl.col("witness") == "queue_log"
    cdr = pl.col("witness") == "cdr"
    claims = pl.col("human").fill_null(value=False)
    denies = ~pl.col("human").fill_null(value=True)
    cel_denies = (cel & denies & (pl.col("segment") == "call")).any().over(CALL) & ~(cel & claims).any().over(
        CALL
    )
    queue_denies = (
        (log & denies).any().over(CALL) & ~(log & claims).any().over(CALL) & pl.col("queue").is_not_null()
    )
    return legs.with_columns(person=claims & ~(cdr & (cel_denies | queue_denies)))


def _identity(legs: pl.DataFrame) -> pl.DataFrame:
    """Ids, numbers, direction and lines of each call: what its earliest legs say."""
    has_caller = pl.col("caller_kind").is_not_null()
    return legs.group_by(CALL, maintain_order=True).agg(
        pl.coalesce(pl.col("native_call_id"), pl.col("name")).first().alias("native_call_id"),
        pl.coalesce(pl.col("native_call_id"), pl.col("name")).unique(maintain_order=True).alias("native_ids"),
        pl.col("direction").drop_nulls().first(),
        *(
            pl.col(name).filter(has_caller).first()
            for name in ("caller_raw", "caller", "caller_key", "caller_kind")
        ),
        pl.col("called").drop_nulls().first(),
        pl.col("did").drop_nulls().first(),
        pl.col("did_key").filter(pl.col("did").is_not_null()).first(),
        pl.col("queue").drop_nulls().last(),
        pl.col("trunk").drop_nulls().first(),
        pl.col("recording").drop_nulls().last(),
        pl.col("hangup_by").drop_nulls().last(),
        pl.col("rec").first(),
        pl.col("precision_ms").min(),
    )


def _edge(legs: pl.DataFrame, column: str, *, last: bool = False) -> pl.DataFrame:
    """The earliest (latest) moment of each call, from the finest clock that tells nearly the same moment."""
    moment = pl.col(column)
    known = legs.filter(moment.is_not_null()).select(CALL, column, "precision_ms")
    edge = (moment.max() if last else moment.min()).over(CALL)
    apart = (edge - moment) if last else (moment - edge)
    near = apart <= (pl.col("precision_ms").max().over(CALL) * 1.5).cast(pl.Int64)
    finest_first = pl.col("precision_ms") * _SPREAD + apart
    known = known.with_columns(edge=edge, key=pl.when(near).then(finest_first))
    found = known.group_by(CALL).agg(pl.col("edge").first(), pl.col("key").min())
    apart = pl.col("key") % _SPREAD
    return found.select(CALL, (pl.col("edge") - apart if last else pl.col("edge") + apart).alias(column))


def _times(legs: pl.DataFrame) -> pl.DataFrame:
    """Start, end and the moments when equipment answered and the queue began."""
    whole = legs.filter(pl.col("segment") == "call").group_by(CALL, maintain_order=True).first()
    times = legs.group_by(CALL).agg(pl.col("hold_s").sum())
    parts = (
        _edge(legs, "started_at"),
        _edge(legs, "ended_at", last=True),
        _edge(legs, "answered_at").rename({"answered_at": "signal_answered_at"}),
        _edge(_trusted(legs.filter(pl.col("segment") == "queue")), "started_at").rename(
            {"started_at": "queued_at"}
        ),
        whole.select(CALL, stated_total_s="total_s", stated_talk_s="talk_s", stated_wait_s="wait_s"),
    )
    for part in parts:
        times = times.join(part, on=CALL, how="left")
    return times


def _trusted(legs: pl.DataFrame) -> pl.DataFrame:
    """Of each call the legs that its most trusted witness tells."""
    return legs.filter(trust() == trust().min().over(CALL))


def _people(legs: pl.DataFrame) -> pl.DataFrame:
    """Who answered, in order, who only rang, and which witness settles it."""
    people = legs.select(pl.col(CALL).unique(maintain_order=True))
    talked = legs.filter("person")
    silent = legs.filter(pl.col("segment").is_in(["ring", "talk"]) & ~pl.col("person"))
    denied = legs.filter(~pl.col("human").fill_null(value=True) | (pl.col("human") & ~pl.col("person")))
    parts = (
        _edge(_trusted(talked), "answered_at").rename({"answered_at": "agent_answered_at"}),
        _settled(talked).rename({"by": "human_witness", "rec": "rec_answer"}),
        _settled(denied).select(CALL, denied_by="by", rec_denied="rec"),
        _names(talked, "answered_at").rename({"names": "agents"}),
        _last_name(talked),
        _names(silent, "started_at").rename({"names": "rang"}),
    )
    for part in parts:
        people = people.join(part, on=CALL, how="left")
    proved, denied_too = pl.col("human_witness").is_not_null(), pl.col("denied_by").is_not_null()
    empty = pl.lit([], dtype=pl.List(pl.String))
    return people.select(
        CALL,
        "agent_answered_at",
        human=pl.when(proved).then(True).when(denied_too).then(False),
        human_witness=pl.coalesce("human_witness", "denied_by"),
        rec_answer=pl.coalesce("rec_answer", "rec_denied"),
        agents=pl.col("agents").fill_null(empty),
        agent=pl.coalesce("agent", pl.col("agents").list.last()),
        rang=pl.col("rang").fill_null(empty).list.set_difference(pl.col("agents").fill_null(empty)),
    )


def _settled(legs: pl.DataFrame) -> pl.DataFrame:
    """Per call the witness trusted most, ``by``, and its first record, ``rec``."""
    ordered = legs.sort(CALL, trust(), "answered_at", "rec", nulls_last=True)
    return ordered.group_by(CALL, maintain_order=True).agg(
        pl.col("witness").first().alias("by"), pl.col("proof").first().alias("rec")
    )


def _names(legs: pl.DataFrame, order: str) -> pl.DataFrame:
    """Per call the agents (else extensions) of the legs, each once, in order: ``names``."""
    named = legs.select(CALL, order, "rec", name=pl.coalesce("agent", "extension")).drop_nulls("name")
    named = named.sort(CALL, order, "rec", nulls_last=True).unique(
        [CALL, "name"], keep="first", maintain_order=True
    )
    return named.group_by(CALL, maintain_order=True).agg(pl.col("name").alias("names"))


def _last_name(legs: pl.DataFrame) -> pl.DataFrame:
    """``agent``: per call the person who talked last.

    Channel events tell when each talk ended; other witnesses may stretch a talk over what came after a transfer, so
    of theirs the one that began last counts.
    """
    by_events = pl.col("witness") == "cel"
    named = legs.with_columns(agent=pl.coalesce("agent", "extension")).drop_nulls("agent")
    named = named.filter(by_events | ~by_events.any().over(CALL))
    last = pl.when(by_events).then("ended_at").otherwise("answered_at")
    ordered = named.select(CALL, "agent", "answered_at", "rec", last=last)
    ordered = ordered.sort(CALL, "last", "answered_at", "rec", nulls_last=False)
    return ordered.group_by(CALL, maintain_order=True).agg(pl.col("agent").last())


def _outcome(legs: pl.DataFrame) -> pl.DataFrame:
    """Which stages a call went through and how each ended, and the flags."""
    segment, result = pl.col("segment"), pl.col("result")
    rings = segment.is_in(["ring", "talk"]) & ~pl.col("person")
    answered_at = pl.col("answered_at").filter(pl.col("person")).min()
    left_queue = (segment == "queue") & result.is_in(_LEFT_QUEUE)
    humans = pl.coalesce("agent", "extension").filter(pl.col("person")).drop_nulls()
    # A visit that its queue log leaves open ended with the call, if another witness tells how that ended.
    open_visit = (segment == "queue") & (result == "unknown")
    others_end = ((pl.col("witness") != "queue_log") & pl.col("ended_at").is_not_null()).any()
    # What the exchange dialled in vain before or during a menu did not take the caller out of it.
    menu = segment.is_in(["ivr", "announcement"])
    menu_until = pl.col("ended_at").filter(menu).max()
    left_menu = rings & ((result != "failed").fill_null(value=True) | (pl.col("started_at") >= menu_until))
    return (
        legs.group_by(CALL)
        .agg(
            (result == "voicemail").any().alias("voicemail") | (segment == "voicemail").any(),
            (result == "deflected").any().alias("deflected"),
            (result == "rejected").any().alias("rejected"),
            (result == "closed").any().alias("closed"),
            (((segment == "queue") & ~open_visit).any() | (open_visit.any() & others_end)).alias("in_queue"),
            open_visit.any().alias("open_visit"),
            (left_queue | ((segment == "call") & (result == "abandoned"))).any().alias("left_queue"),
            (menu.any() & ~left_menu.fill_null(value=False).any()).alias("left_in_menu"),
            rings.any().alias("rang_somebody"),
            (rings & (result == "busy")).sum().alias("busy_rings"),
            (rings & (result != "busy")).sum().alias("other_rings"),
            result.filter(segment.is_in(["call", "signal"])).drop_nulls().last().alias("call_result"),
            result.filter(rings).drop_nulls().last().alias("ring_result"),
            ((segment == "transfer") & (result == "transferred")).any().alias("transfer_leg"),
            (humans.n_unique() > 1).alias("several_humans"),
            (left_queue & (pl.col("started_at") > answered_at)).any().alias("left_later"),
        )
        .with_columns(
            flags=flag_list(
                transferred=pl.col("transfer_leg") | pl.col("several_humans"),
                abandoned_after_answer=pl.col("left_later").fill_null(value=False),
            )
        )
    )


def _direction(role: str) -> pl.Expr:
    """What the legs say; else what the kinds of numbers say; a provider's or contractor's call comes in."""
    from_inside = pl.col("caller_kind") == "extension"
    if role != "office":
        return pl.coalesce("direction", pl.lit("inbound")).alias("direction")
    to_number = pl.col("called").str.starts_with("+")
    return pl.coalesce(
        "direction",
        pl.when(from_inside & to_number)
        .then(pl.lit("outbound"))
        .when(from_inside & pl.col("did").is_null())
        .then(pl.lit("internal"))
        .otherwise(pl.lit("inbound")),
    ).alias("direction")


def _durations(calls: pl.DataFrame) -> pl.DataFrame:
    """Fills ends and waits that the source states as lengths, and lengths it states as moments."""
    ms = 1000.0
    human = pl.col("human").fill_null(value=False)
    total = pl.col("stated_total_s").fill_null(pl.col("stated_wait_s") + pl.col("stated_talk_s"))
    calls = calls.with_columns(
        ended_at=pl.coalesce("ended_at", pl.col("started_at") + (total * ms).cast(pl.Int64)),
    )
    talk_begin = pl.coalesce(
        pl.col("started_at") + (pl.col("stated_wait_s") * ms).cast(pl.Int64),
        pl.col("ended_at") - (pl.col("stated_talk_s") * ms).cast(pl.Int64),
    )
    calls = calls.with_columns(
        agent_answered_at=pl.coalesce("agent_answered_at", pl.when(human).then(talk_begin)),
        signal_answered_at=pl.coalesce(
            "signal_answered_at", pl.when(pl.col("stated_talk_s") > 0).then(talk_begin)
        ),
    )
    begun = pl.col("agent_answered_at")
    length = (pl.col("ended_at") - pl.col("started_at")) / ms
    return calls.with_columns(
        total_s=pl.coalesce("stated_total_s", length),
        wait_s=pl.coalesce("stated_wait_s", (pl.coalesce(begun, "ended_at") - pl.col("started_at")) / ms),
        talk_s=pl.when(human)
        .then(pl.coalesce("stated_talk_s", (pl.col("ended_at") - begun) / ms - pl.col("hold_s").fill_null(0)))
        .otherwise(pl.when(pl.col("human").is_null()).then(pl.col("stated_talk_s"))),
    )


def _result() -> pl.Expr:
    """What this source alone says happened: the first verdict that holds."""
    known = pl.col("call_result")
    inbound = pl.col("direction") == "inbound"
    reached_queue = pl.col("in_queue") | pl.col("left_queue")
    return (
        pl.when(pl.col("human").fill_null(known == "answered"))
        .then(pl.lit("answered"))
        .when(inbound & pl.col("voicemail"))
        .then(pl.lit("voicemail"))
        .when(inbound & pl.col("deflected"))
        .then(pl.lit("deflected"))
        .when(inbound & pl.col("rejected"))
        .then(pl.lit("rejected"))
        .when(inbound & pl.col("closed"))
        .then(pl.lit("closed"))
        .when(inbound & reached_queue)
        .then(pl.lit("abandoned_in_queue"))
        .when(pl.col("open_visit") & ~pl.col("in_queue"))
        .then(pl.lit("unknown"))
        .when(inbound & pl.col("left_in_menu"))
        .then(pl.lit("abandoned_in_ivr"))
        .when((pl.col("busy_rings") > 0) & (pl.col("other_rings") == 0))
        .then(pl.lit("busy"))
        .when(pl.col("ring_result").is_in(["no_answer", "cancelled"]))
        .then(pl.lit("no_answer"))
        .when(pl.col("ring_result").is_in(["failed", "busy"]))
        .then(pl.col("ring_result"))
        .when(known.is_in(["no_answer", "cancelled", "abandoned"]))
        .then(pl.lit("no_answer"))
        .when(known.is_in(["busy", "failed"]))
        .then(known)
        .when(pl.col("human").is_not_null() & pl.col("rang_somebody"))
        .then(pl.lit("no_answer"))
        .otherwise(pl.lit("unknown"))
    )


def _reasons(legs: pl.DataFrame) -> pl.DataFrame:
    """``reasons`` of each call: what every witness of the source says, the deciding ones first."""
    seconds = (pl.coalesce("answered_at", "ended_at") - pl.col("started_at")).truediv(1000).round(1)
    talked = (pl.col("ended_at") - pl.col("answered_at")).truediv(1000).round(1)
    who = pl.coalesce("agent", "extension")
    log, cel, cdr = (pl.col("witness") == w for w in ("queue_log", "cel", "cdr"))
    segment, result, person = pl.col("segment"), pl.col("result"), pl.col("person")
    machine = segment.is_in(["ivr", "queue", "announcement", "signal"]) & (pl.col("human").not_()) & cdr
    told = pl.col("witness").is_in(["list", "report", "summary", "statistics", "events"]) & (
        segment == "call"
    )
    # A dial that no channel came of: the cause names what was dialled, and the code the exchange gave.
    target = pl.col("cause").str.extract(r"^(\S+/\S*)")
    vain = ((segment == "ring") & target.is_not_null()).fill_null(value=False)
    parts: tuple[Part, ...] = (
        ("queue_log_connect", 0, log & person, {"agent": who, "seconds": pl.coalesce("wait_s", seconds)}),
        ("cel_bridge", 1, cel & person, {"agent": who, "seconds": talked}),
        ("cdr_agent_leg", 2, cdr & person, {"agent": who, "seconds": pl.when(seconds > 0).then(seconds)}),
        ("queue_log_abandon", 3, log & (result == "abandoned"), {"queue": pl.col("queue"), "seconds": pl.coalesce("wait_s", seconds)}),
        ("queue_log_exit", 3, log & result.is_in(["timeout", "empty", "key"]),
         {"queue": pl.col("queue"), "event": result, "seconds": pl.coalesce("wait_s", seconds)}),
        ("queue_log_open", 3, log & (segment == "queue") & (result == "unknown"), {"queue": pl.col("queue")}),
        ("voicemail_reached", 4, segment == "voicemail", {}),
        ("voicemail_message_unknown", 5, segment == "voicemail", {}),
        ("rejected_by_exchange", 4, (result == "rejected"), {"cause": pl.col("cause")}),
        ("cel_refused", 4, cel & (segment == "signal") & result.is_in(["busy", "failed"]), {"cause": pl.col("cause")}),
        ("cdr_answered_by_machine", 6, machine & pl.col("answered_at").is_not_null(), {"app": segment}),
        ("cel_no_bridge", 7, cel & (segment == "call") & ~pl.col("human").fill_null(value=True), {}),
        ("no_route", 4, cdr & (pl.col("cause") == "no_route"), {}),
        ("cdr_dial_failed", 8, cdr & vain, {"target": target, "cause": pl.col("cause").str.extract(r" (\d+)$")}),
        ("cdr_no_answer", 8, cdr & (segment == "ring") & ~vain, {"result": result}),
        ("claims_answered", 0, told & pl.col("human").fill_null(value=False),
         {"source": pl.col("source"), "seconds": pl.col("talk_s")}),
        ("claims_missed", 0, told & ~pl.col("human").fill_null(value=True),
         {"source": pl.col("source"), "result": result}),
    )  # fmt: skip
    return reason_frame(legs, parts, by=CALL)
