"""Rule: the original text of every record of a sample can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from callwitness.ingest.conformance.subject import Outcome, Subject, opened, read_all


def check(subject: Subject) -> Iterator[Outcome]:
    """One outcome over all samples. Rows inside a mail or archive are asked for under the name their records carry."""
    for path in subject.samples:
        with opened(path) as files:
            records = read_all(subject, files).records
            for (name,), part in records.select("file", "sheet", "row").group_by("file", maintain_order=True):
                file = next(file for file in files if str(name).startswith(file.name))
                rows = sorted(set(part.select("sheet", "row").iter_rows()), key=str)
                found = subject.adapter.originals(replace(file, name=str(name)), rows)
                missing = [row for row in rows if not found.get(row, "").strip()]
                if missing:
                    yield Outcome("originals", False, f"{name}: no original for row {missing[0][1]}")
                    return
    yield Outcome("originals", True, "every record of the samples has its original")
