"""One doubtful recording as a card: its call, what others claim, its strip, the moments to choose from."""

from __future__ import annotations

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


def card_of(hearing: m.Hearing) -> Card:
    """hearing: with its recording, the recording's call and who decided."""
    recording = hearing.recording
    assert recording.call is not None  # noqa: S101 the door gives no others
    return Card(recording.call, wave(recording), hearing, _claims(recording.call), _stretches(hearing))


def _claims(call: m.Call) -> list[str]:
    rows = m.Witness.objects.filter(call=call, human__isnull=False).select_related("source").order_by("pk")
    return [
        _("{who}: answered after {wait}").format(
            who=words.word("source", row.source.name), wait=formats().duration(row.wait_s)
        )
        if row.human
        else _("{who}: nobody answered").format(who=words.word("source", row.source.name))
        for row in rows
    ]


def _stretches(hearing: m.Hearing) -> list[Stretch]:
    """What sounds like somebody or something speaking, in order, with what was said of it last."""
    told = m.HearingDecision.objects.filter(
        recording=hearing.recording, sha256=hearing.sha256, action__in=STRETCHES
    )
    said = {(row.begin_s, row.end_s): row.action for row in told.order_by("pk")}
    found = []
    for begin, end, kind in hearing.spans:
        if kind in _SPOKEN and end - begin >= _SHORTEST_S:
            times = f"{precise(begin)} – {precise(end)}"
            found.append(Stretch(f"{begin}", f"{end}", times, kind, said.get((begin, end), "")))
    return found[:_MOST_STRETCHES]
