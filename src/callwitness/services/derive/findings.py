"""Writes down the findings of a block; what people said about them stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import polars as pl
from django.db.models import Q

from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.derive.calls import Written
from callwitness.services.derive.rows import as_json
from callwitness.services.derive.window import Known
from callwitness.services.derive.windows import DAY_MS, Block

_DERIVED: Final = (
    "kind", "severity", "bears", "call_id", "at", "left_source", "left_value", "left_record", "right_source",
    "right_value", "right_record", "from_at", "to_at", "reasons",
)  # fmt: skip


def write_findings(
    workspace: m.Workspace, block: Block, found: pl.DataFrame, written: Written, known: Known, now: int
) -> frozenset[int]:
    """Make the ledger's findings of the block these (FINDINGS, public call ids); UTC days of calls it told so."""
    rows = _rows(found, written, block)
    old = {finding.key: finding for finding in _old(workspace, block)}
    new = rows.filter(~pl.col("key").is_in(list(old)))
    again = rows.filter(pl.col("key").is_in(list(old)))
    gone = set(old) - set(rows["key"])
    states = _states(workspace, new["key"].to_list())
    bulk.insert(
        m.Finding,
        new.with_columns(
            pl.col("key").replace_strict(states, default="open", return_dtype=pl.String).alias("state"),
            workspace_id=pl.lit(workspace.id),
            first_seen_at=pl.lit(now),
        ),
    )
    differ = [row["key"] for row in again.iter_rows(named=True) if _differs(old[row["key"]], row)]
    ids = {key: finding.id for key, finding in old.items()}
    update = again.filter(pl.col("key").is_in(differ))
    bulk.update(
        m.Finding,
        update.with_columns(id=pl.col("key").replace_strict(ids, default=None, return_dtype=pl.Int64)).drop(
            "key"
        ),
    )
    for keys in bulk.by_keys(sorted(gone)):
        m.Finding.objects.filter(workspace=workspace, key__in=keys).delete()
    return _tell_calls(rows, written, known)


def _rows(found: pl.DataFrame, written: Written, block: Block) -> pl.DataFrame:
    """Rows of ledger_finding: those about calls of the block, and about sources at a time of the block."""
    found = found.join(written.ids, on="call_id", how="left", maintain_order="left")
    at = pl.coalesce("from", "to", pl.lit(block.first * DAY_MS))
    inside = at.is_between(block.first * DAY_MS, block.end * DAY_MS, closed="left")
    found = found.filter(pl.col("pk").is_not_null() | (pl.col("call_id").is_null() & inside))
    # What is true of a source at any time is found by every window anew.
    timeless = pl.col("pk").is_null() & pl.col("from").is_null() & pl.col("to").is_null()
    return found.select(
        key=pl.when(timeless).then(pl.format("{}-{}", "finding_id", pl.lit(block.first))).otherwise("finding_id"), kind="kind", severity="severity", bears="bears", call_id="pk", at=at,
        left_source="left_source", left_value="left_value", left_record="left_record", right_source="right_source",
        right_value="right_value", right_record="right_record", from_at="from", to_at="to", reasons="reasons",
    ).unique("key", keep="first", maintain_order=True)  # fmt: skip


def _old(workspace: m.Workspace, block: Block) -> list[m.Finding]:
    days = Q(call__day__gte=block.first, call__day__lt=block.end)
    times = Q(call=None, at__gte=block.first * DAY_MS, at__lt=block.end * DAY_MS)
    return list(m.Finding.objects.filter(days | times, workspace=workspace))


def _differs(old: m.Finding, new: Mapping[str, Any]) -> bool:
    asked = {name: new[name] for name in _DERIVED} | {"reasons": json.loads(new["reasons"])}
    return any((value or None) != (getattr(old, name) or None) for name, value in asked.items())


def _states(workspace: m.Workspace, keys: list[str]) -> dict[str, str]:
    """The state people gave findings with these keys before, the last word last."""
    states: dict[str, str] = {}
    for part in bulk.by_keys(keys):
        notes = m.FindingNote.objects.filter(workspace=workspace, key__in=part).order_by("at", "id")
        states |= dict(notes.values_list("key", "state"))
    return states


def _tell_calls(rows: pl.DataFrame, written: Written, known: Known) -> frozenset[int]:
    """Give the calls of the block their findings by number and kind; UTC days of calls for which that changed."""
    about = (
        rows.drop_nulls("call_id")
        .group_by("call_id")
        .agg(findings=pl.len().cast(pl.Int64), finding_kinds=pl.col("kind").unique().sort())
    )
    calls = (
        written.ids.select("pk")
        .join(about, left_on="pk", right_on="call_id", how="left")
        .with_columns(pl.col("findings").fill_null(0), pl.col("finding_kinds").fill_null([]))
    )
    was = known.calls.select("id", "started_at", had="findings", had_kinds="finding_kinds")
    calls = calls.join(was, left_on="pk", right_on="id", how="left").with_columns(
        pl.col("had").fill_null(0), pl.col("had_kinds").fill_null([])
    )
    differ = calls.filter(
        (pl.col("findings") != pl.col("had")) | (pl.col("finding_kinds") != pl.col("had_kinds"))
    )
    bulk.update(m.Call, differ.select("findings", as_json("finding_kinds"), id="pk"))
    return frozenset(at // DAY_MS for at in differ["started_at"].drop_nulls())
