"""When somebody answered, as every witness and the recording have it, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from callwitness.ledger import models as m
from callwitness.web.ui import words
from callwitness.web.ui.heard import precise
from callwitness.web.ui.templatetags.callwitness import formats
from callwitness.web.ui.waves import Wave

_ORDER: Final = {"contractor": 0, "office": 1, "provider": 2}


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


def answers(call: m.Call, waves: Sequence[Wave]) -> list[Claim]:
    """Contractor, exchange, provider and the recording; nothing where fewer than two of them speak of an answer."""
    told = [*_of_witnesses(call), *_of_recordings(call, waves)]
    longest = max((seconds for _who, seconds, _sure in told if seconds is not None), default=0.0) or 1.0
    return [_claim(*one, longest) for one in told] if len(told) > 1 and waves else []


def _of_witnesses(call: m.Call) -> Iterator[tuple[str, float | None, float | None]]:
    """Name, seconds until the answer (None = nobody), no sureness."""
    rows = m.Witness.objects.filter(call=call, human__isnull=False).select_related("source")
    for row in sorted(rows, key=lambda row: (_ORDER.get(row.source.role, 3), row.started_at, row.pk)):
        yield words.word("source", row.source.name), (row.wait_s if row.human else None), None


def _of_recordings(call: m.Call, waves: Sequence[Wave]) -> Iterator[tuple[str, float | None, float | None]]:
    """What was heard; on the call's own axis where it is known when the recording began."""
    heard = [each.heard.hearing for each in waves if each.heard is not None]
    placed = None if call.human_voice_at is None else (call.human_voice_at - call.started_at) / 1000
    for hearing in heard:
        if hearing.answer == "unreadable" or hearing.silence:
            continue
        voice = hearing.voice_s if placed is None or hearing.voice_s is None or len(heard) > 1 else placed
        yield _("Recording"), voice, hearing.sureness


def _claim(who: str, seconds: float | None, sureness: float | None, longest: float) -> Claim:
    if seconds is None:
        said = _("nobody answered")
    elif sureness is None:
        said = formats().duration(seconds)
    else:
        said = precise(seconds)
    if sureness is not None:
        said = _("{said} (sure: {sure})").format(said=said, sure=formats().share(sureness))
    tone = "out" if sureness is None else "ok"
    share = None if seconds is None else seconds / longest
    return Claim(who, said, share, tone, sureness is not None and sureness < 0.8)
