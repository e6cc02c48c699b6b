"""The sums a result must satisfy before a byte of it is written."""

from __future__ import annotations

import polars as pl

from callwitness.domain.errors import InvariantBroken
from callwitness.services.check import CheckResult
from callwitness.services.summary import Summary


def prove(result: CheckResult, summary: Summary) -> None:
    """Raises ``InvariantBroken`` naming the sum that does not hold."""
    for source in summary["sources"]:
        _equal(
            f"{source['name']}: rows = records + rejected",
            source["rows"],
            source["records"] + source["rejected"],
        )
    for name, sums in summary["reconciliation"]["sources"].items():
        parts = sums["matched"] + sums["unmatched"] + sums["duplicate"] + sum(sums["excluded"].values())
        _equal(f"{name}: calls = matched + unmatched + duplicate + excluded", sums["calls"], parts)
    tables = result.tables
    records = sum(source["records"] for source in summary["sources"])
    _equal("records.csv has every record", tables.records.height, records)
    _equal("lost cases add up", sum(summary["lost"].values()), tables.lost_callers.height)
    _equal("calls by verdict add up", sum(summary["calls"]["by_verdict"].values()), tables.calls.height)
    if tables.recordings is not None:
        told = summary["recordings"]
        _equal("recordings = tied + orphans", told["total"], sum(told["tied"].values()) + told["orphans"])
    known = tables.calls["call_id"]
    _equal("call ids are unique", known.n_unique(), tables.calls.height)
    for name, frame, column in (
        ("records", tables.records, "call_id"),
        ("matches", tables.matches, "call_id"),
        ("lost_callers", tables.lost_callers, "first_call_id"),
        ("lost_callers", tables.lost_callers, "last_call_id"),
        ("lost_callers", tables.lost_callers, "recovered_call_id"),
        ("lost_callers", tables.lost_callers, "why_call_id"),
        ("findings", tables.findings, "call_id"),
        *([] if tables.recordings is None else [("recordings", tables.recordings, "call_id")]),
    ):
        strange = frame.filter(pl.col(column).is_not_null() & ~pl.col(column).is_in(known.implode())).height
        _equal(f"{name}.{column} exists in calls", strange, 0)


def _equal(what: str, left: int, right: int) -> None:
    if left != right:
        raise InvariantBroken(
            f"{what}: {left} is not {right}; nothing was written. Please report this as a bug."
        )
