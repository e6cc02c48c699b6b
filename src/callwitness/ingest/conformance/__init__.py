"""What every adapter must pass, one file a rule. ``check_adapter`` runs them all for an installed adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from callwitness.ingest.conformance import (
    any_bytes,
    expected,
    folder,
    manifest,
    originals,
    repeatable,
    tables,
)
from callwitness.ingest.conformance.subject import Outcome, Subject

RULES: Final[tuple[Callable[[Subject], Iterator[Outcome]], ...]] = (
    manifest.check,
    folder.check,
    tables.check,
    expected.check,
    originals.check,
    repeatable.check,
    any_bytes.check,
)


def check_adapter(name: str) -> Iterator[Outcome]:
    """Outcomes of all rules for an adapter. Raises ``UsageError`` when there is none of that name."""
    subject = Subject.of(name)
    for rule in RULES:
        yield from rule(subject)


__all__ = ["RULES", "Outcome", "Subject", "check_adapter"]
