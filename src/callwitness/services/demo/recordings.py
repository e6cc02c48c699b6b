"""Recordings of some of the demo company's latest calls, made to fit what the ledger says of them."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from callwitness.ledger import models as m
from callwitness.services.demo.hearing import listen, told
from callwitness.services.reading import Progress
from callwitness.services.recordings.keep import keep_recording
from callwitness.services.recordings.links import link_recordings
from callwitness.simulate.recordings import Span, recording

_MOST: Final = 28
_CONTRACTORS: Final = 6
"""So many of them are calls of the contractor where people spoke later than he says."""
_CONTRACTORS_DAYS_MS: Final = 25 * 86_400_000
_DAYS_MS: Final = 5 * 86_400_000
_LONGEST_MS: Final = 75_000
_SHORTEST_MS: Final = 8_000
_BREATH_S: Final = 1.2
_PROMPTS: Final = {"greeting": 4.0, "wait": 4.5}
"""What the exchange says, and for how many seconds; it breathes before and after."""


def record(workspace: m.Workspace, now: int, progress: Progress) -> None:
    """Keeps a recording for the shorter ones of the latest calls that the exchange had, as it would name them.

    Of calls that the contractor took, people speak later than everybody claims.
    """
    office = m.Source.objects.get(workspace=workspace, name="office")
    contractors = m.Witness.objects.filter(source__role="contractor", human=True).values("call")
    by_contractor = _seen(office, now - _CONTRACTORS_DAYS_MS, 2 * _LONGEST_MS).filter(call__in=contractors)
    late = [each for each in by_contractor if _late_ms(each.call)][:_CONTRACTORS]
    others = _seen(office, now - _DAYS_MS, _LONGEST_MS).exclude(pk__in=[each.pk for each in late])
    latest = [*late, *others[: _MOST - len(late)]]
    heard = {}
    for number, witness in enumerate(latest, 1):
        parts = spans(witness.call, _late_ms(witness.call))
        name = _name(witness, ZoneInfo(workspace.zone))
        arrived = min(now, (witness.call.ended_at or now) + 5_000)
        kept = keep_recording(office, BytesIO(recording(parts, witness.native_call_id)), name, arrived)
        heard[kept.pk] = told(name, parts, number)
        progress("record", 1)
    link_recordings(workspace, now)
    listen(workspace, heard, now, progress)


def _seen(office: m.Source, since: int, longest_ms: int) -> QuerySet[m.Witness]:
    """What the exchange tells of calls that are worth a recording, the latest first."""
    seen = m.Witness.objects.filter(
        source=office,
        call__started_at__gte=since,
        call__ended_at__gte=F("call__started_at") + _SHORTEST_MS,
        call__ended_at__lte=F("call__started_at") + longest_ms,
    )
    worth = seen.exclude(call__direction="internal").exclude(
        call__verdict__in=("rejected", "closed", "failed")
    )
    return worth.select_related("call").order_by("-call__started_at")


def spans(call: m.Call, late_ms: int = 0) -> list[Span]:
    """What is heard: the menu or ringing, the queue's music, people. late_ms: after the phone was picked up."""
    end = call.ended_at or call.started_at
    human = min(end, (call.agent_answered_at or end) + late_ms)
    if call.direction == "outbound":
        return [("ringback", _seconds(call.started_at, human)), ("speech", _seconds(human, end))]
    queued = call.queued_at or call.started_at
    waiting = "music" if call.queued_at else "ringback"
    return [
        *_played("greeting", 0.0, "silence", _seconds(call.started_at, queued)),
        *_played("wait", 3 + call.started_at % 7_001 / 1000, waiting, _seconds(queued, human)),
        ("speech", _seconds(human, end)),
    ]


def _played(prompt: str, before: float, else_: str, seconds: float) -> list[Span]:
    """A prompt, which sounds alike in every call, where there is time for it, and what is heard the rest of the time."""
    long = _PROMPTS[prompt]
    rest = seconds - before - long - 2 * _BREATH_S
    if rest < 0:
        return [(else_, seconds)]
    breath = ("silence", _BREATH_S)
    return [(else_, before), breath, (f"announcement:{prompt}", long), breath, (else_, rest)]


def _late_ms(call: m.Call) -> int:
    """How long the music plays on at the contractor's, where there is time for a talk after it."""
    by_contractor = m.Witness.objects.filter(call=call, source__role="contractor").exists()
    if not by_contractor or call.agent_answered_at is None or call.ended_at is None:
        return 0
    late = 7_000 + call.started_at // 1000 % 9 * 1000
    return late if call.ended_at - call.agent_answered_at > late + _SHORTEST_MS else 0


def _seconds(begin: int, end: int) -> float:
    return max(0, end - begin) / 1000


def _name(witness: m.Witness, zone: ZoneInfo) -> str:
    """As FreePBX names its files: direction, number, local time, the call's id."""
    call = witness.call
    way, number = ("out", call.called) if call.direction == "outbound" else ("in", call.did)
    at = datetime.fromtimestamp(call.started_at / 1000, zone)
    return f"{way}-{number.lstrip('+')}-{at:%Y%m%d-%H%M%S}-{witness.native_call_id}.wav"
