"""What really happened: one verdict per call from all its witnesses, with reasons and proving records.

Trust is per question. Did it reach us, caller, dialled number, start, end: provider, then office. Who picked up
and when: the office's queue log and channel events, its CDR, then the contractor. An interested source never
overrules a neutral one alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from callwitness.domain import hours, voice
from callwitness.domain.calls import VERDICTS, flag_list
from callwitness.domain.reasons import reason_json
from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.rules import Outage, Rules, SourceInfo

REACH_ORDER: Final = {"provider": 0, "office": 1, "contractor": 2}
PICKUP_ORDER: Final = {"office": 0, "contractor": 1, "provider": 2}
MISSED_RANK: Final = {name: n for n, name in enumerate(VERDICTS) if name not in ("answered", "unknown")}


def judge(
    calls: pl.DataFrame,
    reconciliation: Reconciliation,
    sources: Sequence[SourceInfo],
    rules: Rules,
    voices: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """One row per call: the columns of CALLS except ids and recovery, plus ``group`` and what findings need.

    calls: SOURCE_CALLS of all sources with ``group`` and ``hidden``, times already in the reference clock.
    reconciliation: its ``missing`` tells which calls an office should have seen. voices: VOICES, where somebody listened
    to recordings.
    """
    neutral = {source.name: source.neutral for source in sources}
    told = calls.with_columns(
        neutral=pl.col("source").replace_strict(neutral, default=False, return_dtype=pl.Boolean),
        reach=pl.col("role").replace_strict(REACH_ORDER, return_dtype=pl.Int8),
        pickup=pl.col("role").replace_strict(PICKUP_ORDER, return_dtype=pl.Int8),
    )
    facts = _facts(told).join(_pickup(told), on="group", how="left", maintain_order="left")
    facts = facts.join(
        _expected(reconciliation.missing, sources), on="group", how="left", maintain_order="left"
    )
    offices = any(source.role == "office" for source in sources)
    seen_outside = pl.col("neutral_told") & ~pl.col("has_office") & pl.lit(offices)
    facts = facts.with_columns(in_outage=seen_outside & _in_outage(rules.outages))
    facts = _decide(voice.with_voices(facts, voices))
    facts = hours.with_after_hours(facts, rules)
    facts = facts.with_columns(
        blacklisted=_listed(rules.blacklist, "caller"),
        tested=_listed(rules.test_numbers, "caller") | _listed(rules.test_numbers, "did"),
        self_service=_listed(rules.self_service_ivr, "did"),
    ).with_columns(verdict=_verdict())
    facts = voice.with_seconds(_with_lengths(facts))
    facts = _with_reasons(facts.with_columns(flags=_flags(rules)))
    return facts.sort("started_at", "group")


def _listed(numbers: frozenset[str], column: str) -> pl.Expr:
    return pl.col(column).is_in(sorted(numbers)).fill_null(value=False)


def _expected(missing: pl.DataFrame, sources: Sequence[SourceInfo]) -> pl.DataFrame:
    """``group, expected_in``: the office that should have seen the call and did not."""
    offices = [source.name for source in sources if source.role == "office"]
    gone = missing.filter(pl.col("source").is_in(offices)).sort("group", "source")
    return gone.group_by("group", maintain_order=True).agg(pl.col("source").first().alias("expected_in"))


def _in_outage(outages: Sequence[Outage]) -> pl.Expr:
    """The call began in an agreed outage of its line: it counts against nobody, and did not arrive all the same."""
    inside = pl.lit(value=False)
    for outage in outages:
        during = pl.col("started_at").is_between(outage.start, outage.end, closed="left")
        inside = inside | (
            during if outage.lines is None else during & pl.col("did").is_in(sorted(outage.lines))
        )
    return inside.fill_null(value=False)


def _facts(told: pl.DataFrame) -> pl.DataFrame:
    """What nobody has to decide: numbers, start, end and lines by the order of reach."""
    told = told.with_columns(
        real=(pl.col("caller_kind") == "number") & ~pl.col("hidden"),
        caller_kind=pl.when("hidden").then(pl.lit("hidden_by_forwarding")).otherwise("caller_kind"),
    ).sort("group", "reach", "source", "started_at", "scall")

    def by_reach(column: str) -> pl.Expr:
        return pl.col(column).drop_nulls().first()

    def number(column: str) -> pl.Expr:
        return pl.coalesce(pl.col(column).filter("real").first(), pl.col(column).first()).alias(column)

    return told.group_by("group", maintain_order=True).agg(
        by_reach("started_at"),
        by_reach("ended_at"),
        number("caller"),
        number("caller_kind"),
        by_reach("did"),
        by_reach("called"),
        pl.col("source").unique(maintain_order=True).alias("witnesses"),
        pl.col("scall").first().alias("anchor"),
        (pl.col("role") == "office").any().alias("has_office"),
        pl.col("neutral").any().alias("neutral_told"),
        pl.col("source").first().alias("first_source"),
    )


def _pickup(told: pl.DataFrame) -> pl.DataFrame:
    """Who says what about a person having answered, and the details of the source trusted most on it."""
    claims, denies = pl.col("human").fill_null(value=False), ~pl.col("human").fill_null(value=True)
    told = told.sort("group", "pickup", claims.not_(), "source", "scall")
    # Of two offices that a call passed, the verdict that stands higher tells more of it.
    missed = pl.col("pickup").cast(pl.Int64) * len(VERDICTS) + pl.col("result").replace_strict(
        MISSED_RANK, default=None, return_dtype=pl.Int64
    )
    office, contractor = pl.col("role") == "office", pl.col("role") == "contractor"

    def first(column: str) -> pl.Expr:
        return pl.col(column).drop_nulls().first()

    return told.group_by("group", maintain_order=True).agg(
        first("direction"),
        first("queue"),
        first("trunk"),
        first("queued_at"),
        first("signal_answered_at"),
        (office & claims).any().alias("office_claims"),
        (office & denies).any().alias("office_denies"),
        (contractor & claims).any().alias("contractor_claims"),
        (contractor & denies).any().alias("contractor_denies"),
        (pl.col("neutral") & denies).any().alias("neutral_denies"),
        pl.col("source").filter(pl.col("neutral") & denies).first().alias("neutral_denier"),
        (~pl.col("neutral") & claims).sum().alias("interested_claims"),
        (pl.col("neutral") & claims).any().alias("neutral_claims"),
        *(
            pl.col(column).filter(claims).first().alias(column)
            for column in ("agent_answered_at", "agent", "agents", "hold_s", "human_witness")
        ),
        pl.col("source").filter(claims).first().alias("claimer"),
        pl.col("source").filter(denies & ~pl.col("neutral")).first().alias("denier"),
        pl.col("rang").list.explode().drop_nulls().unique(maintain_order=True).alias("rang"),
        missed.min().alias("missed_rank"),
        pl.col("flags").list.explode().drop_nulls().unique(maintain_order=True).alias("source_flags"),
        pl.col("reasons").drop_nulls().str.slice(1).str.head(-1).alias("told_reasons"),
    )


def _decide(facts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``answered``, ``interested_alone``, ``overruled``, ``silent_talk``, ``unheard``: who wins when they disagree.

    Whether a person spoke, the recording knows best; then the agent's leg.
    """
    believed = (
        pl.when("office_claims")
        .then(True)
        .when("office_denies")
        .then(False)
        .when("contractor_claims")
        .then(True)
        .when("contractor_denies")
        .then(False)
        .otherwise(pl.col("neutral_claims"))
    )
    facts = facts.with_columns(believed=believed, silent_talk=voice.silent_talk())
    alone = pl.col("believed") & pl.col("neutral_denies") & ~pl.col("neutral_claims")
    alone = alone & (pl.col("interested_claims") < 2)
    overruled = ~pl.col("believed") & pl.col("contractor_claims") & pl.col("office_denies")
    heard, unheard = voice.heard(_missed()), voice.unheard()
    return facts.with_columns(
        answered=(heard | (pl.col("believed") & ~alone)) & ~unheard,
        interested_alone=alone & ~heard,
        overruled=overruled & ~heard,
        unheard=unheard,
    )


def _missed() -> pl.Expr:
    """What the sources say of a call that nobody answered."""
    return (pl.col("missed_rank") % len(VERDICTS)).replace_strict(
        dict(enumerate(VERDICTS)), default="unknown", return_dtype=pl.String
    )


def _verdict() -> pl.Expr:
    """The first verdict that holds."""
    inbound = pl.col("direction") == "inbound"
    missed = _missed()
    # Everybody told of an answer that the recording denies: what is left is where the caller was.
    queued = inbound & pl.col("queued_at").is_not_null()
    waited = pl.when(queued).then(pl.lit("abandoned_in_queue")).otherwise(pl.lit("no_answer"))
    missed = pl.when(pl.col("unheard") & (missed == "unknown")).then(waited).otherwise(missed)
    arrived = pl.col("has_office") | (pl.col("expected_in").is_null() & ~pl.col("in_outage"))
    return (
        pl.when("answered")
        .then(pl.lit("answered"))
        .when(~inbound)
        .then(
            pl.when(missed.is_in(["busy", "no_answer", "failed"])).then(missed).otherwise(pl.lit("unknown"))
        )
        .when(missed.is_in(["voicemail", "deflected"]))
        .then(missed)
        .when(pl.col("blacklisted") | (missed == "rejected"))
        .then(pl.lit("rejected"))
        .when(pl.col("outside_hours") | (missed == "closed"))
        .then(pl.lit("closed"))
        .when(~arrived)
        .then(pl.lit("never_arrived"))
        .when((missed == "abandoned_in_ivr") & pl.col("self_service"))
        .then(pl.lit("self_served"))
        .otherwise(missed)
    )


def _with_lengths(facts: pl.DataFrame) -> pl.DataFrame:
    """wait_s, talk_s and people: of answered calls the human moment counts, of others the end."""
    answered = pl.col("answered")
    empty = pl.lit([], dtype=pl.List(pl.String))
    not_before = {
        column: pl.when(pl.col(column).is_not_null()).then(pl.max_horizontal(column, "started_at"))
        for column in ("signal_answered_at", "queued_at", "agent_answered_at")
    }
    facts = facts.with_columns(**not_before).with_columns(
        agent_answered_at=pl.when(answered).then("agent_answered_at"),
        human_voice_at=voice.moment(),
        agent=pl.when(answered).then("agent"),
        agents=pl.when(answered).then(pl.col("agents")).otherwise(empty).fill_null(empty),
    )
    begun = pl.max_horizontal("started_at", pl.coalesce("human_voice_at", "agent_answered_at"))
    reached = pl.coalesce("human_voice_at", "agent_answered_at").is_not_null()
    # Two clocks may put the end before the start; an end that nobody tells stays unknown.
    ended = pl.when(pl.col("ended_at").is_not_null()).then(pl.max_horizontal("ended_at", "started_at"))
    return facts.with_columns(
        ended_at=ended,
        wait_s=pl.when(reached)
        .then(begun - pl.col("started_at"))
        .when(~answered)
        .then(ended - pl.col("started_at"))
        / 1000.0,
        talk_s=pl.when(reached).then(
            ((ended - begun) / 1000.0 - pl.col("hold_s").fill_null(0.0)).clip(lower_bound=0.0)
        ),
    )


def _flags(rules: Rules) -> pl.Expr:
    """The flags of CALLS in their order; ``repeat`` is the same caller again within a week."""
    week = 7 * 86_400_000
    inbound = pl.col("direction") == "inbound"
    before = pl.col("started_at").shift(1).over("caller", "direction", order_by="started_at")
    again = inbound & pl.col("caller").is_not_null() & ((pl.col("started_at") - before) <= week)
    whole = (pl.col("ended_at") - pl.col("started_at")) / 1000.0
    own = pl.col("source_flags")
    return flag_list(
        short=inbound & ~pl.col("answered") & (whole < rules.short_s),
        transferred=own.list.contains("transferred"),
        abandoned_after_answer=own.list.contains("abandoned_after_answer") & pl.col("answered"),
        repeat=again,
        test=pl.col("tested"),
        spam=pl.col("blacklisted") & inbound,
        after_hours=inbound & pl.col("outside_hours"),
    )


def _with_reasons(facts: pl.DataFrame) -> pl.DataFrame:
    """Adds ``reasons``: what decided first, then what each witness says in order of trust, recordings last."""
    verdict = pl.col("verdict")
    parts = (
        (
            (verdict == "never_arrived") & pl.col("expected_in").is_not_null(),
            reason_json("never_arrived", source="first_source", office="expected_in"),
        ),
        (verdict.eq("never_arrived") & pl.col("in_outage"), reason_json("covered_by_outage")),
        *voice.deciding(),
        (pl.col("interested_alone"), reason_json("interested_alone", source="claimer")),
        (pl.col("overruled"), reason_json("overruled", source="claimer", by="denier")),
        (verdict.eq("rejected") & pl.col("blacklisted"), reason_json("blacklisted")),
        (verdict.eq("closed") & pl.col("outside_hours"), reason_json("outside_hours")),
    )
    for name, some in (("decided", parts), ("beside", voice.beside())):
        facts = facts.join(_texts(facts, some, name), on="group", how="left", maintain_order="left")
    none = pl.lit([], dtype=pl.List(pl.String))
    told = pl.col("told_reasons").fill_null(none)
    silent = pl.col("decided").is_null() & pl.col("beside").is_null() & (told.list.len() == 0)
    every = pl.concat_list(
        pl.col("decided").fill_null(none),
        told,
        pl.col("beside").fill_null(none),
        pl.when(silent).then(reason_json("no_human_evidence")),
        pl.when(pl.col("ended_at").is_null()).then(reason_json("call_left_open")),
    )
    return facts.with_columns(reasons=pl.format("[{}]", every.list.drop_nulls().list.join(",")))


def _texts(facts: pl.DataFrame, parts: Sequence[voice.Reason], name: str) -> pl.DataFrame:
    """``group`` and a list of the reasons that hold. Few calls have such a reason: texts are made for those only."""
    texts = pl.concat(facts.filter(holds).select("group", text.alias(name)) for holds, text in parts)
    return texts.group_by("group", maintain_order=True).agg(name)
