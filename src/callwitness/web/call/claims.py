"""When somebody answered, as every witness and the recording have it, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from callwitness.ledger import models as m
from callwitness.ledger.models.hearing import VOICE
from callwitness.web.ui import words
from callwitness.web.ui.heard import decider_of, precise
from callwitness.web.ui.templatetags.callwitness import formats
from callwitness.web.ui.waves import Wave

_ORDER: Final = {"contractor": 0, "office": 1, "provider": 2}
_SURE: Final = 0.8
"""What is less sure is shown as such."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One witness. said: in words; share: of the longest wait, None where nobody is said to have answered.

    tone: of its bar; unsure: what it says may be wrong.
    """

    who: str
    said: str
    share: float | None
    tone: str
    unsure: bool = False


class _Told(NamedTuple):
    """seconds: from the call's start, None where nobody answered or that cannot be told; sure: of recordings; by: who decided."""

    who: str
    said: str
    seconds: float | None
    sure: float | None = None
    by: str = ""


def answers(call: m.Call, waves: Sequence[Wave]) -> list[Claim]:
    """Contractor, exchange, provider and the recording; nothing where fewer than two of them speak of an answer."""
    told = [*_of_witnesses(call), *_of_recordings(call, waves)]
    longest = max((each.seconds for each in told if each.seconds is not None), default=0.0) or 1.0
    return [_claim(each, longest) for each in told] if len(told) > 1 and waves else []


def _of_witnesses(call: m.Call) -> Iterator[_Told]:
    rows = m.Witness.objects.filter(call=call, human__isnull=False).select_related("source")
    for row in sorted(rows, key=lambda row: (_ORDER.get(row.source.role, 3), row.started_at, row.pk)):
        said = formats().duration(row.wait_s) if row.human else _("nobody answered")
        yield _Told(words.word("source", row.source.name), said, row.wait_s if row.human else None)


def _of_recordings(call: m.Call, waves: Sequence[Wave]) -> Iterator[_Told]:
    """The moment on the call's own axis; where it is not known when a recording began, its own seconds without a bar."""
    heard = [each.heard.hearing for each in waves if each.heard is not None and _tells(each.heard.hearing)]
    voices = [hearing for hearing in heard if hearing.voice_s is not None]
    if call.human_voice_at is not None and voices:
        placed, best = (call.human_voice_at - call.started_at) / 1000, max(voices, key=_sureness)
        yield _Told(_("Recording"), precise(placed), placed, best.sureness, decider_of(best))
        return
    for hearing in heard:
        said = _("nobody answered")
        if hearing.voice_s is not None:
            said = _("at {at} of the recording").format(at=precise(hearing.voice_s))
        yield _Told(_("Recording"), said, None, hearing.sureness, decider_of(hearing))


def _tells(hearing: m.Hearing) -> bool:
    """A recording without the answering side says nothing of it, unless a person heard it all the same."""
    faulty = hearing.silence in ("far", "all") and hearing.decided != VOICE
    return hearing.answer != "unreadable" and not faulty


def _sureness(hearing: m.Hearing) -> float:
    return hearing.sureness


def _claim(told: _Told, longest: float) -> Claim:
    share = None if told.seconds is None else told.seconds / longest
    if told.sure is None:
        return Claim(told.who, told.said, share, "out")
    if told.by:
        return Claim(
            told.who, _("{said}, as heard by {who}").format(said=told.said, who=told.by), share, "ok"
        )
    said = _("{said} (sure: {sure})").format(said=told.said, sure=formats().share(told.sure))
    unsure = told.sure < _SURE
    return Claim(told.who, said, share, "doubt" if unsure else "ok", unsure)
