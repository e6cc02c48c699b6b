"""One doubtful recording as a card: its call, what others claim, its strip, the moments to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from callwitness.ledger import models as m
from callwitness.services.hearing.decisions import STRETCHES
from callwitness.web.ui import words
from callwitness.web.ui.heard import precise
from callwitness.web.ui.templatetags.callwitness import formats
from callwitness.web.ui.waves import Wave, wave

_SHORTEST_S: Final = 0.5
_MOST_STRETCHES: Final = 12
_SPOKEN: Final = ("announcement", "speech", "speech_far", "mixed", "music")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A span that a person may say something about. said: what somebody said of it, '' nothing yet."""

    begin: str
    end: str
    times: str
    kind: str
    said: str


@dataclass(frozen=True, slots=True)
class Card:
    """A recording with its call. claims: what each witness says of an answer, in words."""

    call: m.Call
    wave: Wave
    hearing: m.Hearing
    claims: list[str]
    stretches: list[Stretch]


def cards_of(hearings: Sequence[m.Hearing]) -> list[Card]:
    """Each with its recording, the recording's call and who decided; what hangs on them is asked for at once."""
    calls = [call for hearing in hearings if (call := hearing.recording.call) is not None]
    told = m.Witness.objects.filter(call__in=calls, human__isnull=False).select_related("source")
    said = m.HearingDecision.objects.filter(recording__in=[hearing.pk for hearing in hearings])
    witnesses, stretches = list(told.order_by("pk")), list(said.filter(action__in=STRETCHES).order_by("pk"))
    return [
        Card(
            call,
            wave(hearing.recording),
            hearing,
            [_claim(row) for row in witnesses if row.call_id == call.pk],
            _stretches(hearing, [row for row in stretches if row.recording_id == hearing.pk]),
        )
        for hearing in hearings
        if (call := hearing.recording.call) is not None
    ]


def _claim(witness: m.Witness) -> str:
    who = words.word("source", witness.source.name)
    if not witness.human:
        return _("{who}: nobody answered").format(who=who)
    return _("{who}: answered after {wait}").format(who=who, wait=formats().duration(witness.wait_s))


def _stretches(hearing: m.Hearing, told: Sequence[m.HearingDecision]) -> list[Stretch]:
    """What sounds like somebody or something speaking, in order, with what was said of it last."""
    said = {(row.begin_s, row.end_s): row.action for row in told if row.sha256 == hearing.sha256}
    found = []
    for begin, end, kind in hearing.spans:
        if kind in _SPOKEN and end - begin >= _SHORTEST_S:
            times = f"{precise(begin)} – {precise(end)}"
            found.append(Stretch(f"{begin}", f"{end}", times, kind, said.get((begin, end), "")))
    return found[:_MOST_STRETCHES]
