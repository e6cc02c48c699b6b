"""The original lines of records that people will want to see, read again from the untouched files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace

import polars as pl

from callwitness.ingest.registry import load_adapter
from callwitness.services.check import CheckResult

Place = tuple[str | None, int]
"""Sheet and row in a file."""


def originals(result: CheckResult, wanted: Collection[str]) -> dict[str, str]:
    """record_id to the untouched text of its row, for the wanted records.

    Archives are unpacked while a check runs; call this before its working folder is gone.
    """
    found: dict[str, str] = {}
    for source, evidence in zip(result.sources, result.evidence, strict=True):
        rows = source.records.filter(pl.col("record_id").is_in(list(wanted)))
        places: dict[str, dict[Place, list[str]]] = defaultdict(lambda: defaultdict(list))
        for record_id, file, sheet, row in rows.select("record_id", "file", "sheet", "row").iter_rows():
            places[file][sheet, row].append(record_id)
        for readable in evidence.files:
            if readable.empty:
                continue
            adapter = load_adapter(readable.adapter)
            for name in _pieces(readable.file.name, places):
                asked = places[name]
                texts = adapter.originals(replace(readable.file, name=name), sorted(asked, key=str))
                found.update(
                    {record: text for place, text in texts.items() for record in asked.get(place, [])}
                )
    return found


def _pieces(file: str, names: Collection[str]) -> list[str]:
    """The names records carry for a file: its own, or that of an attachment inside it."""
    return [name for name in names if name == file or name.startswith(f"{file}!")]
