"""Rule: the same files give the same tables, however often they are read."""

from __future__ import annotations

from collections.abc import Iterator

from callwitness.ingest.conformance.subject import Outcome, Subject, opened, read_all


def check(subject: Subject) -> Iterator[Outcome]:
    """One outcome over all samples."""
    for path in subject.samples:
        with opened(path) as files:
            first, second = read_all(subject, files), read_all(subject, files)
        if not (first.records.equals(second.records) and first.legs.equals(second.legs)):
            yield Outcome("repeatable", False, f"{path.name}: read twice, it gives different tables")
            return
    yield Outcome("repeatable", True, "the same files give the same tables")
