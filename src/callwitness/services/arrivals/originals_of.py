"""The untouched line behind a record, read again from the kept bytes."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from callwitness.domain.errors import CallwitnessError
from callwitness.ingest.registry import load_adapter
from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_records import opened
from callwitness.services.arrivals.evidence_store import evidence_store

LONGEST: Final = 4_000
_UNPACKED: Final = 1 << 30
"""Bytes that may come out of an archive for the sake of one line."""


def original_text(record: m.Record) -> str:
    """The row as it stands in the evidence, 4,000 characters at most; '' when it cannot be had (bytes gone, kind unknown)."""
    sheet, row = _place(record.row)
    if row is None:
        return ""
    evidence = m.Evidence.objects.select_related("source").get(pk=record.evidence_id)
    try:
        with (
            evidence_store().path(evidence.sha256) as path,
            tempfile.TemporaryDirectory(prefix="callwitness-") as folder,
        ):
            return _text(evidence, record.file, (sheet, row), path, Path(folder))[:LONGEST]
    except (CallwitnessError, OSError):
        return ""


def _text(evidence: m.Evidence, file: str, place: tuple[str | None, int], path: Path, folder: Path) -> str:
    for readable in opened(evidence, path, folder, _UNPACKED).files:
        name = readable.file.name
        if file == name or file.startswith(f"{name}!"):  # the latter is a piece inside, as of a mail
            found = load_adapter(readable.adapter).originals(replace(readable.file, name=file), [place])
            return found.get(place, "")
    return ""


def _place(text: str) -> tuple[str | None, int | None]:
    """Sheet and row of ``row`` or ``sheet!row``."""
    sheet, mark, row = text.rpartition("!")
    return (sheet if mark else None), int(row) if row.isdecimal() else None
