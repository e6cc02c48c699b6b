"""Recordings of some of the demo company's latest calls, made to fit what the ledger says of them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F

from callwitness.ledger import models as m
from callwitness.services.reading import Progress
from callwitness.services.recordings.keep import keep_recording
from callwitness.services.recordings.links import link_recordings
from callwitness.simulate.recordings import Span, recording

_MOST: Final = 28
_DAYS_MS: Final = 5 * 86_400_000
_LONGEST_MS: Final = 75_000
_SHORTEST_MS: Final = 8_000


def record(workspace: m.Workspace, now: int, progress: Progress) -> None:
    """Keeps a recording for the shorter ones of the latest calls that the exchange had, as it would name them."""
    office = m.Source.objects.get(workspace=workspace, name="office")
    seen = m.Witness.objects.filter(
        source=office,
        call__started_at__gte=now - _DAYS_MS,
        call__ended_at__lte=F("call__started_at") + _LONGEST_MS,
    )
    seen = seen.exclude(call__direction="internal").exclude(
        call__verdict__in=("rejected", "closed", "failed")
    )
    long_enough = seen.filter(call__ended_at__gte=F("call__started_at") + _SHORTEST_MS)
    for witness in long_enough.select_related("call").order_by("-call__started_at")[:_MOST]:
        sound = recording(spans(witness.call), witness.native_call_id)
        name = _name(witness, ZoneInfo(workspace.zone))
        keep_recording(office, BytesIO(sound), name, min(now, (witness.call.ended_at or now) + 5_000))
        progress("record", 1)
    link_recordings(workspace, now)


def spans(call: m.Call) -> list[Span]:
    """What is heard: the menu or ringing, the queue's music, people."""
    end = call.ended_at or call.started_at
    human = call.agent_answered_at or end
    if call.direction == "outbound":
        return [("ringback", _seconds(call.started_at, human)), ("speech", _seconds(human, end))]
    queued = call.queued_at or call.started_at
    waiting = "music" if call.queued_at else "ringback"
    return [
        ("announcement", _seconds(call.started_at, queued)),
        (waiting, _seconds(queued, human)),
        ("speech", _seconds(human, end)),
    ]


def _seconds(begin: int, end: int) -> float:
    return max(0, end - begin) / 1000


def _name(witness: m.Witness, zone: ZoneInfo) -> str:
    """As FreePBX names its files: direction, number, local time, the call's id."""
    call = witness.call
    way, number = ("out", call.called) if call.direction == "outbound" else ("in", call.did)
    at = datetime.fromtimestamp(call.started_at / 1000, zone)
    return f"{way}-{number.lstrip('+')}-{at:%Y%m%d-%H%M%S}-{witness.native_call_id}.wav"
