"""Rows of the ledger's tables for the calls of a block: the calls, their witnesses, legs and people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import polars as pl

from callwitness.domain.results import LADDER
from callwitness.ledger import models as m
from callwitness.services.derive.window import Derived
from callwitness.services.people.book import AgentBook, agents_of, tags
from callwitness.services.people.numbers import projects_of

TEXTS: Final = ("direction", "caller", "caller_kind", "did", "called", "verdict", "agent", "queue", "trunk")
LISTS: Final = ("flags", "agents", "witnesses")
MOMENTS: Final = (
    "started_at", "signal_answered_at", "queued_at", "agent_answered_at", "human_voice_at", "ended_at",
)  # fmt: skip
LENGTHS: Final = ("wait_s", "talk_s")
COLUMNS: Final = (
    "project_id", "anchor_source_id", "anchor_native_id", "day", *TEXTS, *LISTS, "reasons", *MOMENTS, *LENGTHS,
)  # fmt: skip
"""Columns of ledger_call that derivation decides, besides the ids."""

_WITNESS: Final = (
    "source_id", "native_call_id", "native_ids", "match", "excluded_because", "rule", "dt_s", "started_at", "ended_at",
    "result", "human", "wait_s", "talk_s", "total_s", "agent", "recording",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallRows:
    """calls: ``call_id, pk``, COLUMNS (lists as JSON text) and ``content``; the others with ``call_id``.

    witnesses: rows of ledger_witness; ladders: ``legs`` as JSON text; people: ``agent_id, talked, started_at``.
    """

    calls: pl.DataFrame
    witnesses: pl.DataFrame
    ladders: pl.DataFrame
    people: pl.DataFrame


def call_rows(workspace: m.Workspace, derived: Derived) -> CallRows:
    """Rows of the kept calls, with the names of people and projects as they are now."""
    kept = derived.kept
    book = agents_of(workspace)
    legs = derived.legs.join(kept.select("call_id"), on="call_id", how="semi")
    people = tags(book, kept.select("call_id", "started_at", "agents"), legs)
    people = people.join(kept.select("call_id", "started_at"), on="call_id")
    witnesses = _witnesses(derived)
    ladders = _ladders(legs)
    calls = _with_people(kept, book, workspace)
    projects = projects_of(workspace).ids(calls["did"], calls["queue"])
    calls = calls.with_columns(projects.alias("project_id"), *(pl.col(name).fill_null("") for name in TEXTS))
    calls = calls.select("call_id", "pk", *(as_json(name) if name in LISTS else name for name in COLUMNS))
    return CallRows(_with_content(calls, witnesses, ladders), witnesses, ladders, people)


def as_json(column: str) -> pl.Expr:
    """A list column as JSON text, ``[]`` for null."""
    made = pl.struct(pl.col(column).fill_null([]).alias("x")).struct.json_encode()
    return made.str.slice(5).str.head(-1).alias(column)


def _with_people(calls: pl.DataFrame, book: AgentBook, workspace: m.Workspace) -> pl.DataFrame:
    """``agent`` and ``agents`` under the names of our people where the texts of the sources are theirs."""
    names = dict(m.Agent.objects.filter(workspace=workspace).values_list("id", "name"))
    if not names:
        return calls

    def named(texts: pl.Series, at: pl.Series) -> pl.Series:
        ids = book.ids(texts, at)
        known = ids.replace_strict(names, default=None, return_dtype=pl.String)
        return pl.select(pl.coalesce(known, texts)).to_series()

    each = calls.select("call_id", "started_at", agent="agents").explode("agent").drop_nulls("agent")
    each = each.with_columns(named(each["agent"], each["started_at"]).alias("agent"))
    lists = each.group_by("call_id", maintain_order=True).agg(agents=pl.col("agent"))
    return (
        calls.with_columns(named(calls["agent"], calls["started_at"]).alias("agent"))
        .drop("agents")
        .join(lists, on="call_id", how="left", maintain_order="left")
    )


def _witnesses(derived: Derived) -> pl.DataFrame:
    told = derived.told
    sources = {name: source.id for name, source in derived.found.models.items()}
    matches = told.reconciliation.matches.select("scall", "match", "excluded_because", "rule", "dt_s")
    members = told.calls.join(derived.kept.select("group", "call_id"), on="group").join(matches, on="scall")
    members = members.join(told.own_times, on="scall").with_columns(
        pl.col("dt_s").round(1),
        as_json("native_ids"),
        source_id=pl.col("source").replace_strict(sources, return_dtype=pl.Int64),
        started_at="own_started_at",
        ended_at="own_ended_at",
    )
    return members.select("call_id", *_WITNESS).sort("call_id", "source_id", "started_at", "native_call_id")


def _ladders(legs: pl.DataFrame) -> pl.DataFrame:
    """``call_id, legs``: the legs of each call in order of time, as a JSON array."""
    columns = [name for name in LADDER.names if name != "call_id"]
    ordered = legs.sort("call_id", "started_at", "segment", "source", "record_id", nulls_last=True)
    each = ordered.select("call_id", leg=pl.struct(columns).struct.json_encode())
    together = each.group_by("call_id", maintain_order=True).agg(pl.col("leg").str.join(","))
    return together.select("call_id", legs=pl.format("[{}]", "leg"))


def _with_content(calls: pl.DataFrame, witnesses: pl.DataFrame, ladders: pl.DataFrame) -> pl.DataFrame:
    """Adds ``content``: a fingerprint of the call and all that hangs on it."""
    told = witnesses.select("call_id", told=pl.struct(_WITNESS).struct.json_encode())
    told = told.group_by("call_id", maintain_order=True).agg(pl.col("told").str.join(","))
    text = calls.select("call_id", own=pl.struct(COLUMNS).struct.json_encode())
    text = text.join(told, on="call_id", how="left", maintain_order="left")
    text = text.join(ladders, on="call_id", how="left", maintain_order="left")
    whole = text.select(pl.concat_str("own", "told", "legs", separator="\n", ignore_nulls=True)).to_series()
    return calls.with_columns(pl.Series("content", list(_fingerprints(whole)), pl.String))


def _fingerprints(texts: Iterable[str]) -> Iterable[str]:
    for text in texts:
        yield blake2b(text.encode(), digest_size=16).hexdigest()
