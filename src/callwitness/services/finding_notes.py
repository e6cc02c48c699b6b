"""What people say about findings: seen, closed, open again, with a text. Kept by the finding's key, which outlives its row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.db import transaction

from callwitness.ledger import bulk
from callwitness.ledger import models as m

STATES: Final = ("open", "seen", "closed")
LONGEST_TEXT: Final = 2000


def note(workspace: m.Workspace, keys: Collection[str], user: Any, state: str, text: str, now: int) -> int:
    """Give these findings a state and a note, all of them or none. Gives how many there were.

    keys: of findings that the user was let see. A state that a finding has already is noted again only with a text.
    """
    if state not in STATES:
        raise ValueError(state)
    text = text.strip()[:LONGEST_TEXT]
    with transaction.atomic():
        found = [
            (pk, key, before)
            for part in bulk.by_keys(sorted(keys))
            for pk, key, before in m.Finding.objects.filter(workspace=workspace, key__in=part).values_list(
                "id", "key", "state"
            )
        ]
        said = [(pk, key) for pk, key, before in found if text or before != state]
        m.FindingNote.objects.bulk_create(
            (
                m.FindingNote(workspace=workspace, key=key, by=user, at=now, state=state, text=text)
                for _, key in said
            ),
            batch_size=500,
        )
        for part in bulk.by_keys([pk for pk, _ in said]):
            m.Finding.objects.filter(pk__in=part).update(state=state)
    return len(said)


def notes_of(workspace: m.Workspace, keys: Collection[str]) -> dict[str, list[m.FindingNote]]:
    """Notes by finding, oldest first."""
    found: dict[str, list[m.FindingNote]] = {}
    for part in bulk.by_keys(sorted(keys)):
        rows = m.FindingNote.objects.filter(workspace=workspace, key__in=part).select_related("by")
        for each in rows.order_by("at", "id"):
            found.setdefault(each.key, []).append(each)
    return found
