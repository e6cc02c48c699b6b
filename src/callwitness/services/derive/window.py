"""The calls of a window, judged anew and known by the ids they had before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services import clocks
from callwitness.services.derive.identify import exploded, identify
from callwitness.services.derive.repeats import with_repeats
from callwitness.services.derive.sources import WindowSources
from callwitness.services.derive.windows import Block
from callwitness.services.hearing.facts import of_calls, recordings_between
from callwitness.services.identity import with_call_ids
from callwitness.services.judging import Told, judge_sources
from callwitness.services.reading import Progress
from callwitness.services.workspace_settings import WorkspaceRules

_CALLS = {
    "id": pl.Int64(), "public_id": pl.String(), "day": pl.Int64(), "version": pl.Int64(), "content": pl.String(),
    "anchor_source_id": pl.Int64(), "anchor_native_id": pl.String(), "started_at": pl.Int64(),
    "caller": pl.String(), "called": pl.String(), "findings": pl.Int64(), "finding_kinds": pl.List(pl.String()),
}  # fmt: skip
_WITNESSES = {
    "call_id": pl.Int64(), "source_id": pl.Int64(), "native_call_id": pl.String(), "native_ids": pl.List(pl.String()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """The calls that stand in the ledger for a block and its margins.

    calls: one row each, with ``id``; ids: ``call, source_id, native, anchor`` as ``identify`` takes them.
    """

    calls: pl.DataFrame
    ids: pl.DataFrame

    def within(self, block: Block) -> pl.DataFrame:
        """The calls whose own day lies in the block."""
        return self.calls.filter(pl.col("day").is_between(block.first, block.end, closed="left"))


def known_calls(workspace: m.Workspace, context: Block) -> Known:
    """Everything the ledger holds for these days, in two queries."""
    days = {"day__gte": context.first, "day__lt": context.end}
    calls = bulk.frame_of(m.Call.objects.filter(workspace=workspace, **days), _CALLS)
    told = m.Witness.objects.filter(
        call__workspace=workspace, **{f"call__{key}": day for key, day in days.items()}
    )
    witnesses = bulk.frame_of(told, _WITNESSES)
    anchors = calls.select("id", "anchor_source_id", "anchor_native_id")
    witnesses = witnesses.join(anchors, left_on="call_id", right_on="id").with_columns(
        anchor=(pl.col("source_id") == pl.col("anchor_source_id"))
        & (pl.col("native_call_id") == pl.col("anchor_native_id"))
    )
    return Known(calls, exploded(witnesses.rename({"call_id": "call"}), "call"))


@dataclass(frozen=True, slots=True)
class Derived:
    """A window derived, margins included.

    calls: judge's rows with ``call_id`` (the public one), ``pk`` (null = new), ``kept`` (its own day lies in the
    block), ``day, anchor_source_id, anchor_native_id``; legs: LADDER with these call ids.
    """

    told: Told
    found: WindowSources
    calls: pl.DataFrame
    legs: pl.DataFrame

    @property
    def kept(self) -> pl.DataFrame:
        """The calls of the block itself."""
        return self.calls.filter("kept")


def derive_window(
    found: WindowSources, settings: WorkspaceRules, block: Block, known: Known, progress: Progress
) -> Derived:
    """Judge what was read, with what was heard in recordings, and find out which calls are known already."""
    workspace_id = next(iter(found.models.values())).workspace_id
    heard = recordings_between(workspace_id, *block.context)
    told = judge_sources(
        found.sources,
        settings.rules,
        settings.neutral,
        progress,
        listen=None if heard.is_empty() else lambda calls, _tie: of_calls(heard, calls),
    )
    calls = _with_anchors(told, found).with_columns(
        kept=pl.col("day").is_between(block.first, block.end, closed="left")
    )
    calls = with_repeats(calls, workspace_id, block.context)
    same = identify(_ids(told, found), known.ids)
    calls = calls.join(same, on="group", how="left").join(
        known.calls.select(call="id", public_id="public_id"), on="call", how="left"
    )
    calls = _named(with_call_ids(calls, told.calls), workspace_id)
    legs = clocks.legs_of_calls(found.sources, told.calls, calls, told.reconciliation)
    return Derived(told, found, calls, legs)


def _with_anchors(told: Told, found: WindowSources) -> pl.DataFrame:
    """Judged calls with the source call they hang on, and the day of its record as it was stated."""
    sources = {name: source.id for name, source in found.models.items()}
    anchors = told.calls.select(
        anchor="scall",
        anchor_source_id=pl.col("source").replace_strict(sources, return_dtype=pl.Int64),
        anchor_native_id="native_call_id",
        rec="rec",
    ).join(found.days, on="rec", how="left")
    return told.judged.join(anchors.drop("rec"), on="anchor", how="left", maintain_order="left")


def _ids(told: Told, found: WindowSources) -> pl.DataFrame:
    """Every id of every source call, by group."""
    sources = {name: source.id for name, source in found.models.items()}
    members = told.calls.join(told.judged.select("group", "anchor"), on="group").select(
        "group",
        source_id=pl.col("source").replace_strict(sources, return_dtype=pl.Int64),
        anchor=pl.col("scall") == pl.col("anchor"),
        native_ids=pl.concat_list("native_call_id", "native_ids"),
    )
    return exploded(members, "group")


def _named(calls: pl.DataFrame, workspace_id: int) -> pl.DataFrame:
    """``call_id``: of a known call its own, of a new one the one ``check`` gives unless somebody had it before."""
    new = calls.filter(pl.col("public_id").is_null() & pl.col("kept"))["call_id"].to_list()
    taken = {*calls["public_id"].drop_nulls().to_list(), *_taken(workspace_id, new)}
    names = {}
    for name in new:
        free, number = name, 2
        while free in taken:
            free, number = f"{name[:20]}-{number}", number + 1
        taken.add(free)
        names[name] = free
    fresh = pl.col("call_id").replace(names) if names else pl.col("call_id")
    others = pl.format("~{}", "call_id")
    return calls.with_columns(
        call_id=pl.coalesce("public_id", pl.when("kept").then(fresh).otherwise(others))
    ).rename({"call": "pk"})


def _taken(workspace_id: int, names: list[str]) -> Iterable[str]:
    """Names that calls have. An id that leads elsewhere since calls merged is free for the call it is made from."""
    for part in bulk.by_keys(names):
        rows = m.Call.objects.filter(workspace_id=workspace_id, public_id__in=part)
        yield from rows.values_list("public_id", flat=True)
