"""``summary.json``: how the sums add up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import polars as pl

from callwitness.domain.results import SCHEMA_VERSION
from callwitness.domain.rules import Rules
from callwitness.services.check import CheckResult
from callwitness.services.reading import ReadSource

LOST_STATES = ("open", "recovered", "self_recovered", "expired", "not_needed")
Summary = dict[str, Any]


def summarise(result: CheckResult, seconds: float | None = None) -> Summary:
    """The summary, in the order of its contract. seconds: how long the check took."""
    tables = result.tables
    calls = tables.calls
    return {
        "version": SCHEMA_VERSION,
        "as_of": iso(result.as_of),
        "period": "..".join(result.period) if result.period else None,
        "sources": [_source(source, result) for source in result.sources],
        "reconciliation": _reconciliation(tables.matches, result),
        "calls": {
            "total": calls.height,
            "by_direction": counts(calls["direction"]),
            "by_verdict": counts(calls["verdict"]),
        },
        "lost": _lost(tables.lost_callers),
        "service_level": service_level(calls, result.rules),
        "findings": counts(tables.findings["kind"]),
        **({} if tables.recordings is None else {"recordings": _recordings(tables.recordings)}),
        "seconds": None if seconds is None else round(seconds, 3),
    }


def iso(moment: int | None) -> str | None:
    """ISO 8601 UTC with milliseconds."""
    if moment is None:
        return None
    return (
        datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    )


def counts(values: pl.Series) -> dict[str, int]:
    """How often each value occurs, by name; unknown counts as ``unknown``."""
    return dict(sorted(Counter(values.fill_null("unknown").to_list()).items()))


def _source(source: ReadSource, result: CheckResult) -> Summary:
    records, rejected = source.records.height, source.rejected.height
    calls = result.reconciliation.matches.filter(pl.col("source") == source.name).height
    clock = result.reconciliation.clock.frame().filter(pl.col("source") == source.name).sort("at")
    said = source.zone or result.rules.zone
    zone = next((note for note in source.notes if note.code in ("zone_found", "zone_wrong")), None)
    given = "configuration" if source.zone else "assumed"
    return {
        "name": source.name,
        "role": source.role,
        "adapter": "+".join(source.adapters),
        "files": source.files,
        "rows": records + rejected,
        "records": records,
        "rejected": rejected,
        "calls": calls,
        "zone": (zone.params.get("zone") or zone.params.get("looks_like")) if zone else said,
        "zone_found_by": zone.params.get("by", "the uniqueid epoch") if zone else given,
        "clock": [
            {"at": iso(at), "offset_s": round(offset, 3), "n": n}
            for at, offset, n in clock.select("at", "offset_s", "n").iter_rows()
        ],
    }


def _reconciliation(matches: pl.DataFrame, result: CheckResult) -> Summary:
    sources: Summary = {}
    for source in result.sources:
        mine = matches.filter(pl.col("source") == source.name)
        kinds = counts(mine["match"])
        sources[source.name] = {
            "calls": mine.height,
            "matched": kinds.get("matched", 0),
            "unmatched": kinds.get("unmatched", 0),
            "duplicate": kinds.get("duplicate", 0),
            "excluded": counts(mine.filter(pl.col("match") == "excluded")["excluded_because"]),
        }
    pairs = result.reconciliation.pairs.sort("left", "right")
    return {
        "sources": sources,
        "pairs": [
            {"left": a, "right": b, "matched": n}
            for a, b, n in pairs.select("left", "right", "matched").iter_rows()
        ],
    }


def _recordings(recordings: pl.DataFrame) -> Summary:
    return {
        "total": recordings.height,
        "by_status": counts(recordings["status"]),
        "tied": counts(recordings["tied_by"].drop_nulls()),
        "orphans": recordings.filter(pl.col("tied_by").is_null()).height,
    }


def _lost(cases: pl.DataFrame) -> dict[str, int]:
    states = counts(cases["state"])
    return {state: states.get(state, 0) for state in LOST_STATES}


def service_level(calls: pl.DataFrame, rules: Rules) -> dict[str, float | None]:
    """The shares of ``service_counts``. None where no call has that clock: an empty interval is "-", never 100 %."""
    counted = service_counts(calls, rules)
    return {
        name: round(counted[name][0] / counted[name][1], 4) if name in counted else None
        for name in ("signal", "agent", "voice")
    }


def service_counts(calls: pl.DataFrame, rules: Rules) -> dict[str, tuple[int, int]]:
    """By clock, for those that some call has: answered within T of the queue (else the start), and calls counted.

    Counted are the answered and those that left after T. T is ``rules.service_level_s``.
    """
    inbound = calls.filter(pl.col("direction") == "inbound")
    begun = pl.coalesce("queued_at", "started_at")
    within = int(rules.service_level_s * 1000)
    gave_up = inbound.filter(
        pl.col("verdict").is_in(["abandoned_in_queue", "no_answer"]) & ((pl.col("ended_at") - begun) > within)
    ).height
    found: dict[str, tuple[int, int]] = {}
    for name, column in (
        ("signal", "signal_answered_at"),
        ("agent", "agent_answered_at"),
        ("voice", "human_voice_at"),
    ):
        reached = inbound.filter(pl.col(column).is_not_null())
        if name == "signal":
            begin = pl.col("started_at")
            missed = inbound.filter(pl.col(column).is_null() & ((pl.col("ended_at") - begin) > within)).height
        else:
            begin, missed = begun, gave_up
        if reached.height:
            found[name] = (reached.filter(pl.col(column) - begin <= within).height, reached.height + missed)
    return found
