"""Witnesses of a call side by side: what each source alone said."""

from __future__ import annotations

from dataclasses import dataclass

from callwitness.ledger import models as m
from callwitness.web.ui import words


@dataclass(frozen=True, slots=True)
class Seen:
    """One source's own call. inside: its operator, ids and originals may be seen; denied: a better witness says otherwise."""

    witness: m.Witness
    name: str
    inside: bool
    denied: bool


def witnesses(call: m.Call, inside: frozenset[str]) -> list[Seen]:
    """Witnesses, providers first, then by time."""
    order = {"provider": 0, "office": 1, "contractor": 2}
    rows = m.Witness.objects.filter(call=call).select_related("source")
    found = sorted(rows, key=lambda row: (order.get(row.source.role, 3), row.started_at, row.pk))
    answered = call.verdict == "answered"
    return [
        Seen(
            row,
            words.word("source", row.source.name),
            row.source.name in inside,
            row.human is not None and row.human != answered and call.verdict != "unknown",
        )
        for row in found
    ]


def records(witness: m.Witness, most: int) -> list[m.Record]:
    """Records from which the source's call was put together, in order, at most so many."""
    ids = {witness.native_call_id, *witness.native_ids}
    plain = {each.rpartition("#")[0] for each in ids if each.rpartition("#")[2].isdecimal() and "#" in each}
    rows = m.Record.objects.filter(source=witness.source, native_call_id__in=ids | plain)
    return list(rows.select_related("evidence").order_by("started_at", "id")[:most])
