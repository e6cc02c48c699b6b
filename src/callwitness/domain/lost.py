"""Lost callers: who reached nobody, tried how often, and was or was not reached afterwards.

A case is one caller on one line: all tries until somebody talked with the caller, or until ``expire_days`` passed
without a new try. Getting through on any line, or our own call that was answered, closes every open case of the
caller. Withheld callers form no case: there is nobody to ring.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.missed_because import Presence, why_missed
from callwitness.domain.results import LOST_CALLERS
from callwitness.domain.rules import Rules

LOST_VERDICTS: Final = (
    "abandoned_in_queue", "no_answer", "busy", "voicemail", "closed", "failed", "never_arrived",
)  # fmt: skip
DAY_MS: Final = 86_400_000


def lost_callers(
    calls: pl.DataFrame, presence: Presence, rules: Rules, as_of: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Cases (LOST_CALLERS) and, per missed call, ``call_id, case_id, recovery, recovered_call_id``.

    calls: judged calls with ``call_id``; as_of: ms UTC, nothing later counts.
    """
    known = calls.filter(pl.col("started_at") <= as_of)
    tries = _tries(known, rules)
    if tries.is_empty():
        links = pl.DataFrame(
            schema={name: pl.String() for name in ("call_id", "case_id", "recovery", "recovered_call_id")}
        )
        return LOST_CALLERS.empty(), links
    tries = _with_next_talk(tries, known)
    tries = _numbered_cases(tries, rules)
    cases = _cases(tries, rules, as_of)
    cases = why_missed(cases, _last_talks(cases, known), presence)
    links = tries.join(cases.select("case", "case_id", "state", "recovered_call_id"), on="case").select(
        "call_id", "case_id", pl.col("state").alias("recovery"), "recovered_call_id"
    )
    cases = cases.sort("first_at", "case_id").select(LOST_CALLERS.names)
    return LOST_CALLERS.conform(cases), links


def _tries(calls: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Missed inbound calls with a caller somebody can ring."""
    lost = [*LOST_VERDICTS, *(["abandoned_in_ivr"] if rules.lost_in_ivr else [])]
    return calls.filter(
        (pl.col("direction") == "inbound")
        & pl.col("verdict").is_in(lost)
        & (pl.col("caller_kind") == "number")
        & pl.col("caller").is_not_null()
    ).with_columns(line=pl.col("did").fill_null(""))


def _talks(calls: pl.DataFrame) -> pl.DataFrame:
    """Every talk with a caller: ``caller, talk_at, talk_call_id, talk_kind, talk_agent``, sorted by start."""
    answered = calls.filter("answered")
    began = pl.coalesce("human_voice_at", "agent_answered_at", "started_at")
    incoming = answered.filter(pl.col("direction") == "inbound").select(
        "caller", "started_at", began.alias("talk_at"), pl.col("call_id").alias("talk_call_id"),
        pl.lit("self_recovered").alias("talk_kind"), pl.col("agent").alias("talk_agent"),
    )  # fmt: skip
    outgoing = answered.filter(pl.col("direction") == "outbound").select(
        pl.col("called").alias("caller"), "started_at", began.alias("talk_at"), pl.col("call_id").alias("talk_call_id"),
        pl.lit("recovered").alias("talk_kind"), pl.col("agent").alias("talk_agent"),
    )  # fmt: skip
    return pl.concat([incoming, outgoing]).drop_nulls("caller").sort("started_at", "talk_call_id")


def _with_next_talk(tries: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    talks = _talks(calls).rename({"started_at": "talk_started_at"})
    return tries.sort("started_at", "call_id").join_asof(
        talks,
        left_on="started_at",
        right_on="talk_started_at",
        by="caller",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )


def _numbered_cases(tries: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Adds ``case``: a new one when caller or line change, after a talk, or after ``expire_days`` of quiet."""
    tries = tries.sort("caller", "line", "started_at", "call_id")
    before = pl.col("started_at").shift(1)
    new = (
        (pl.col("caller") != pl.col("caller").shift(1))
        | (pl.col("line") != pl.col("line").shift(1))
        | pl.col("talk_call_id").ne_missing(pl.col("talk_call_id").shift(1))
        | (pl.col("started_at") - before > int(rules.expire_days * DAY_MS))
    )
    return tries.with_columns(case=new.fill_null(value=True).cum_sum())


def _cases(tries: pl.DataFrame, rules: Rules, as_of: int) -> pl.DataFrame:
    expire = int(rules.expire_days * DAY_MS)
    cases = tries.group_by("case", maintain_order=True).agg(
        pl.len().alias("tries"),
        pl.col("started_at").first().alias("first_at"),
        pl.col("started_at").last().alias("last_at"),
        pl.col("call_id").first().alias("first_call_id"),
        pl.col("call_id").last().alias("last_call_id"),
        pl.col("flags").list.contains("short").all().alias("short"),
        (pl.col("flags").list.contains("test") | pl.col("flags").list.contains("spam")).any().alias("nobody"),
        pl.exclude("case", "call_id", "flags", "started_at").last(),
    )
    in_time = pl.col("talk_started_at").is_not_null() & (
        pl.col("talk_started_at") - pl.col("last_at") <= expire
    )
    state = (
        pl.when("nobody")
        .then(pl.lit("not_needed"))
        .when(in_time)
        .then("talk_kind")
        .when(as_of - pl.col("last_at") > expire)
        .then(pl.lit("expired"))
        .otherwise(pl.lit("open"))
    )
    cases = cases.with_columns(state=state)
    reached = pl.col("state").is_in(["recovered", "self_recovered"])
    return cases.with_columns(
        case_id=pl.format("lost-{}", pl.col("first_call_id")),
        recovered_at=pl.when(reached).then("talk_at"),
        recovered_call_id=pl.when(reached).then("talk_call_id"),
        minutes=pl.when(reached).then(((pl.col("talk_at") - pl.col("first_at")) / 60_000.0).round(2)),
    )


def _last_talks(cases: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    """``case`` and ``talked_before``: the agent who last talked with the caller before the first try."""
    talks = _talks(calls).drop_nulls("talk_agent").select("caller", "started_at", "talk_agent")
    return (
        cases.select("case", "caller", "first_at")
        .sort("first_at", "case")
        .join_asof(
            talks,
            left_on="first_at",
            right_on="started_at",
            by="caller",
            strategy="backward",
            check_sortedness=False,
        )
        .select("case", pl.col("talk_agent").alias("talked_before"))
    )
