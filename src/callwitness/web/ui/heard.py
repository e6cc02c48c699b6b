"""What was heard in a recording, as screens show it: a strip, a sentence, moments to jump to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from markupsafe import Markup

from callwitness.ledger import models as m
from callwitness.report import strip
from callwitness.report.formats import DASH
from callwitness.report.strip import Moment
from callwitness.web.ui import words
from callwitness.web.ui.templatetags.callwitness import formats

_SENTENCE: Final = re.compile(r"\S[^.]*\.?")
_MOST_CANDIDATES: Final = 9
_KINDS: Final = ("quiet", "tone", "music", "announcement", "speech", "speech_near", "speech_far", "mixed")


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment a person may choose. key: on the keyboard; value: seconds as a form sends them.

    weight: of the moments among each other, the heaviest 1; weighs: the same in words. How sure the answer is, is another
    number.
    """

    key: str
    value: str
    said: str
    weight: float
    weighs: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A recording's facts for the page. voice: seconds as text, '' without; kinds: what the strip shows, with words.

    share: where the voice lies in the recording (per cent as text), '' without.
    """

    hearing: m.Hearing
    picture: Markup
    sentence: str
    problem: str
    voice: str
    share: str
    kinds: list[tuple[str, str]]
    choices: list[Choice]


def shown(hearing: m.Hearing) -> Shown:
    """Everything a page needs of one hearing."""
    said = formats()
    moments = list(_moments(hearing))
    spans = [(float(begin), float(end), str(kind)) for begin, end, kind in hearing.spans]
    present = {kind for _begin, _end, kind in spans}
    at, length = hearing.voice_s, hearing.duration_s
    return Shown(
        hearing,
        strip.draw(spans, length, moments, _("What is heard when"), said),
        sentence_of(hearing),
        problem_of(hearing),
        "" if at is None else f"{at:.2f}",
        "" if at is None or not length else f"{100 * at / length:.2f}",
        [(kind, words.word("sound", kind)) for kind in _KINDS if kind in present],
        list(_choices(hearing)),
    )


def sentence_of(hearing: m.Hearing) -> str:
    """What the recording says about an answer, and how sure that is."""
    at, sure = precise(hearing.voice_s), formats().share(hearing.sureness)
    if hearing.decided:
        who = decider_of(hearing)
        if hearing.decided_s is None:
            return _("Nobody answers in it, as heard by {who}.").format(who=who)
        return _("Somebody answers at {at}, as heard by {who}.").format(at=at, who=who)
    if hearing.status == "answered":
        return _("A live voice answers at {at} of the recording (sure: {sure}).").format(at=at, sure=sure)
    if hearing.status == "nobody":
        return _("No live voice answers (sure: {sure}).").format(sure=sure)
    if hearing.status == "unsure" and hearing.voice_s is not None:
        return _("Perhaps a live voice answers at {at}; that is not sure ({sure}).").format(at=at, sure=sure)
    if hearing.status == "unsure":
        return _("Perhaps nobody answers; that is not sure ({sure}).").format(sure=sure)
    return _("This recording cannot be heard.")


def decider_of(hearing: m.Hearing) -> str:
    """Who said what holds of the recording; a dash for somebody who is gone, '' where nobody did."""
    if not hearing.decided:
        return ""
    return str(hearing.decided_by) if hearing.decided_by else DASH


def precise(seconds: float | None) -> str:
    """``0:37.2`` with the decimal sign of the language."""
    if seconds is None:
        return DASH
    tenths = round(seconds * 10)
    point = "." if words.language() == "en" else ","
    return f"{tenths // 600}:{tenths // 10 % 60:02}{point}{tenths % 10}"


def problem_of(hearing: m.Hearing) -> str:
    """What is wrong with the file; a side without sound is told in the reader's language, the rest as it was found."""
    silences = {
        "near": _("The caller's side is digital silence throughout: a fault of the recording."),
        "far": _("The answering side is digital silence throughout: a fault of the recording."),
        "all": _("The recording is digital silence throughout: a fault of the recording."),
    }
    if hearing.silence not in silences:
        return hearing.problem
    others = [part for part in _SENTENCE.findall(hearing.problem) if "digital silence" not in part]
    return " ".join([silences[hearing.silence], *others])


def _moments(hearing: m.Hearing) -> Iterator[Moment]:
    for at, weight in hearing.candidates:
        yield Moment("candidate", float(at), f"{precise(float(at))} · {_weighs(float(weight))}")
    if hearing.voice_s is not None:
        yield Moment("voice", hearing.voice_s, _("live voice") + " " + precise(hearing.voice_s))


def _choices(hearing: m.Hearing) -> Iterator[Choice]:
    """Moments that were weighed, the best guess first."""
    weighed: list[tuple[float, float]] = [(float(at), float(weight)) for at, weight in hearing.candidates]
    guess: Any = hearing.human_voice_s
    if guess is not None and not any(abs(at - guess) < 0.05 for at, _weight in weighed):
        weighed.insert(0, (float(guess), hearing.confidence))
    heaviest = max((weight for _at, weight in weighed), default=0.0) or 1.0
    for place, (at, weight) in enumerate(weighed[:_MOST_CANDIDATES], 1):
        yield Choice(str(place), f"{at:.2f}", precise(at), weight / heaviest, _weighs(weight))


def _weighs(weight: float) -> str:
    return _("weight {weight}").format(weight=formats().decimal(weight, 2))
