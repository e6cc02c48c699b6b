"""Which recordings are to be heard next: those of one line together, since they teach each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Q, QuerySet

from callwitness.ledger import models as m

MOST: Final = 24
MOST_S: Final = 3600.0
"""Recordings, and seconds of sound, of one batch; one recording is a batch however long it is."""
_LOOKED_AT: Final = 300
_TRIES: Final = 3
"""A recording whose call was looked for so often in vain is heard without one."""
_LONGEST_LINE: Final = 120


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings of one line, the newest first."""

    workspace: m.Workspace
    line: str
    recordings: list[m.Recording]

    @property
    def seconds(self) -> float:
        """How long they play."""
        return sum(recording.duration_s or 0.0 for recording in self.recordings)


def next_batch() -> Batch | None:
    """What waits for the line of the newest recording that waits."""
    waiting = list(_waiting().order_by("-arrived_at", "-id")[:_LOOKED_AT])
    if not waiting:
        return None
    first = waiting[0]
    workspace, line = first.source.workspace, line_of(first)
    together: list[m.Recording] = []
    seconds = 0.0
    for recording in waiting:
        if recording.source.workspace_id != workspace.pk or line_of(recording) != line:
            continue
        seconds += recording.duration_s or 0.0
        if together and (len(together) >= MOST or seconds > MOST_S):
            break
        together.append(recording)
    return Batch(workspace, line, together)


def line_of(recording: m.Recording) -> str:
    """What recordings have to share to play the same prompts: the number that was called, else the queue or the source.

    What outbound calls play belongs to those who are called; they are a line together.
    """
    call = recording.call
    if call is None:
        name = recording.source.name
    elif call.direction == "inbound":
        name = call.did or call.queue or recording.source.name
    else:
        name = call.direction
    return name[:_LONGEST_LINE]


def file_name(recording: m.Recording) -> str:
    """The name under which it is heard: in order of time, which is the order of the line's recordings."""
    at = recording.call.started_at if recording.call else recording.arrived_at
    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y%m%dT%H%M%S}-{recording.pk}"


def _waiting() -> QuerySet[m.Recording]:
    kept = m.Recording.objects.filter(to_hear=True, state=m.Recording.KEPT)
    return kept.filter(Q(call__isnull=False) | Q(tries__gte=_TRIES)).select_related(
        "call", "source__workspace"
    )
