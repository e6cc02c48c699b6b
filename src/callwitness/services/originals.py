"""The original lines of the records that people will want to see: those that findings and lost callers name."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Final

import polars as pl

from callwitness.ingest.registry import load_adapter
from callwitness.services.check import CheckResult

MOST: Final = 5_000
"""Records whose originals are read again; the rest are found by file and row in records.csv."""


def originals(result: CheckResult) -> dict[str, str]:
    """record_id to the untouched text of its row."""
    wanted = _wanted(result)
    found: dict[str, str] = {}
    for source, evidence in zip(result.sources, result.evidence, strict=True):
        rows = source.records.filter(pl.col("record_id").is_in(wanted)).select(
            "record_id", "file", "sheet", "row"
        )
        places: dict[str, dict[tuple[str | None, int], list[str]]] = defaultdict(lambda: defaultdict(list))
        for record_id, file, sheet, row in rows.iter_rows():
            places[file][sheet, row].append(record_id)
        for readable in evidence.files:
            asked = places.get(readable.file.name)
            if asked:
                texts = load_adapter(readable.adapter).originals(readable.file, sorted(asked, key=str))
                found.update(
                    {record: text for place, text in texts.items() for record in asked.get(place, [])}
                )
    return found


def _wanted(result: CheckResult) -> list[str]:
    """Records of findings, and of the reasons of calls in question."""
    tables = result.tables
    records = [*tables.findings["left_record"], *tables.findings["right_record"]]
    asked = set(tables.findings["call_id"]) | set(tables.lost_callers["last_call_id"])
    reasons = tables.calls.filter(pl.col("call_id").is_in(sorted(asked - {None})))["reasons"].head(MOST)
    for text in reasons:
        records += [reason["params"].get("record") for reason in json.loads(text)]
    return list(dict.fromkeys(record for record in records if record))[:MOST]
