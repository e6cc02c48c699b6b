"""What changed in calls, and because of which evidence: their earlier versions."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

import polars as pl

from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.derive.rows import COLUMNS, LENGTHS, LISTS, MOMENTS

_TOLD: Final = tuple(
    name for name in COLUMNS if name not in ("reasons", "day", "anchor_source_id", "anchor_native_id")
)
_NEGLIGIBLE_MS: Final = 1000
_NEGLIGIBLE_S: Final = 1.0


def write_versions(changed: pl.DataFrame, evidence: Collection[int], now: int) -> list[int]:
    """Keep what is about to change. changed: rows of call_rows with ``pk, version``. The ids of calls told about.

    A clock that was measured a little better moves many times by less than a second; that is no new version.
    """
    rows: list[dict[str, Any]] = []
    news = {row["pk"]: row for row in changed.select("pk", "version", *_TOLD).iter_rows(named=True)}
    for keys in bulk.by_keys(list(news)):
        for old in m.Call.objects.filter(id__in=keys).values("id", *_TOLD):
            new = news[old["id"]]
            changes = _changes(old, new)
            if changes:
                rows.append({"call_id": old["id"], "number": new["version"], "changes": json.dumps(changes)})
    frame = pl.DataFrame(rows, schema={"call_id": pl.Int64, "number": pl.Int64, "changes": pl.String})
    told = frame.with_columns(at=pl.lit(now), evidence=pl.lit(json.dumps(sorted(evidence))))
    bulk.insert(m.CallVersion, told)
    return frame["call_id"].to_list()


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Column to value before and after."""
    changes = {}
    for name in _TOLD:
        before, after = old[name], json.loads(new[name]) if name in LISTS else new[name]
        if before == after or _near(name, before, after):
            continue
        changes[name] = [before, after]
    return changes


def _near(name: str, before: Any, after: Any) -> bool:
    if before is None or after is None:
        return False
    if name in MOMENTS:
        return bool(abs(before - after) < _NEGLIGIBLE_MS)
    return name in LENGTHS and bool(abs(before - after) < _NEGLIGIBLE_S)
