"""One recording on the page: its strip, its waveform, its moments in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from callwitness.audio.heard import Heard, Span
from callwitness.report import vocabulary
from callwitness.report.formats import Formats
from callwitness.report.language import translations
from callwitness.report.sentences import word
from callwitness.report.strip import Moment, draw
from callwitness.report.svg import drawing, element, number, percent

BEFORE_S: Final = 5.0
"""How long before a moment the player begins: whoever decides must hear what was there before."""

_WAVE: Final = 40
_OFFERED: Final = 5
_SAME_S: Final = 0.5
_LEAST_SHARE: Final = 0.01
_NAMED: Final = 8
_SILENCE: Final = re.compile(r"[^.]*\bdigital silence throughout\b[^.]*\.")


@dataclass(frozen=True, slots=True)
class Sound:
    """A playable copy. address: relative to the page. seconds: how much of the recording it holds.
    peaks: its outline, 0..100, any number of equal steps over those seconds.
    """

    address: str
    seconds: float
    peaks: Sequence[int]


@dataclass(frozen=True, slots=True)
class Offer:
    """A moment that may be the answer, for a person to try. share: how much speaks for it, of one."""

    at_s: float
    from_s: float
    text: str
    share: float


@dataclass(frozen=True, slots=True)
class Known:
    """A piece of the line that sounds in the recording. from_s: where; None where that is not told."""

    text: str
    from_s: float | None


@dataclass(frozen=True, slots=True)
class Card:
    """A recording as the template shows it. jump_s: where the player begins when it is asked for the moment; jump: words
    for that. known_more: pieces that are not among ``known``.
    """

    heard: Heard
    line: str | None
    strip: Markup
    wave: Markup
    sound: Sound | None
    jump_s: float
    jump: str
    offers: tuple[Offer, ...]
    known: tuple[Known, ...]
    known_more: int
    notes: tuple[str, ...]


def card(
    heard: Heard, line: str | None, sound: Sound | None, pieces: Mapping[str, str], formats: Formats
) -> Card:
    """line: named only where there are several. pieces: id of a recurring piece -> what people call it."""
    jump_s, jump = _jump(heard, formats)
    return Card(
        heard=heard,
        line=line,
        strip=_strip(heard, formats),
        wave=_wave(heard, sound, formats),
        sound=sound,
        jump_s=jump_s,
        jump=jump,
        offers=tuple(_offers(heard, formats)),
        known=tuple(_known(heard, pieces, formats)),
        known_more=max(0, len(heard.known) - _NAMED),
        notes=tuple(_notes(heard, sound, formats)),
    )


def _jump(heard: Heard, formats: Formats) -> tuple[float, str]:
    words = translations(formats.lang)
    if heard.human_voice_s is not None:
        return _before(heard.human_voice_s), words.gettext("5 s before the first live word")
    if heard.status == "unsure" and heard.candidates:
        return _before(heard.candidates[0].at_s), words.gettext("5 s before the likeliest moment")
    return 0.0, words.gettext("from the start")


def moment_text(seconds: float, formats: Formats) -> str:
    """``0:37.2``: a moment in a recording, to a tenth."""
    tenths = round(seconds * 10)
    point = "." if formats.lang == "en" else ","
    return f"{formats.duration(tenths // 10)}{point}{tenths % 10}"


def plain(text: str) -> str:
    """A name or sentence from outside, its invisible letters written out: none turns the line around or hides a part."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)


def _before(at_s: float) -> float:
    return round(max(0.0, at_s - BEFORE_S), 3)


def _strip(heard: Heard, formats: Formats) -> Markup:
    if not heard.spans:
        return Markup("")
    words = translations(formats.lang)
    moments = []
    if heard.connect_s is not None:
        said = words.gettext("end of waiting: {moment}").format(moment=moment_text(heard.connect_s, formats))
        moments.append(Moment("connect", heard.connect_s, said))
    if heard.human_voice_s is not None:
        said = words.gettext("first live word: {moment}").format(
            moment=moment_text(heard.human_voice_s, formats)
        )
        moments.append(Moment("voice", heard.human_voice_s, said))
    spans = [(span.start_s, span.end_s, str(span.kind)) for span in heard.spans]
    return draw(spans, heard.duration_s, moments, words.gettext("What is heard, from start to end"), formats)


def _wave(heard: Heard, sound: Sound | None, formats: Formats) -> Markup:
    """The outline of the sound and the candidates as ticks, as tall as they weigh."""
    words = translations(formats.lang)
    length = heard.duration_s or 1.0
    parts = [_outline(sound.peaks, sound.seconds / length)] if sound and sound.peaks else []
    heaviest = max((each.weight for each in heard.candidates), default=0.0) or 1.0
    for each in heard.candidates:
        said = words.gettext("candidate {moment}, weight {weight}").format(
            moment=moment_text(each.at_s, formats), weight=formats.decimal(each.weight, 2)
        )
        x = percent(min(1.0, each.at_s / length))
        tall = 6 + 20 * max(0.0, each.weight) / heaviest
        parts.append(
            element("line", element("title", said), x1=x, x2=x, y1=_WAVE, y2=_WAVE - tall, class_="candidate")
        )
    return (
        drawing(parts, _WAVE, words.gettext("Loudness, and moments that were weighed"), "wave")
        if parts
        else Markup("")
    )


def _outline(peaks: Sequence[int], share: float) -> Markup:
    """The waveform as one closed shape over ``share`` of the width; the loudest moment fills the height."""
    loudest = max(1, *peaks)
    heights = [round(48 * peak / loudest) for peak in peaks]
    upper = " ".join(f"{index} {50 - height}" for index, height in enumerate(heights))
    lower = " ".join(f"{index} {50 + height}" for index, height in reversed(list(enumerate(heights))))
    shape = element("path", d=f"M{upper} {lower}Z", class_="outline")
    return element(
        "svg", shape, viewBox=f"0 0 {max(1, len(peaks) - 1)} 100", preserveAspectRatio="none",
        width=percent(min(1.0, share)), height=number(_WAVE),
    )  # fmt: skip


def _offers(heard: Heard, formats: Formats) -> Iterator[Offer]:
    """Moments to try, where a person must decide; of those that nobody could tell apart by ear the weightiest."""
    if heard.status != "unsure":
        return
    whole = sum(each.weight for each in heard.candidates) or 1.0
    offered: list[float] = []
    for each in heard.candidates:
        if each.weight < _LEAST_SHARE * whole or len(offered) == _OFFERED:
            return
        if all(abs(each.at_s - other) > _SAME_S for other in offered):
            offered.append(each.at_s)
            yield Offer(each.at_s, _before(each.at_s), moment_text(each.at_s, formats), each.weight / whole)


def _known(heard: Heard, pieces: Mapping[str, str], formats: Formats) -> Iterator[Known]:
    """Pieces by the first time they sound, those with a name before the others."""
    first = {ident: (begin, end) for ident, begin, end in reversed(heard.played)}
    ordered = sorted(
        heard.known, key=lambda ident: (ident not in pieces, first.get(ident, (0.0, 0.0)), ident)
    )
    for ident in ordered[:_NAMED]:
        if ident not in first:
            yield Known(pieces.get(ident, ident), None)
            continue
        begin, end = first[ident]
        text = (
            translations(formats.lang)
            .gettext("{piece}, {seconds} s, at {moment}")
            .format(
                piece=pieces.get(ident) or _kind(heard, begin, end, formats.lang),
                seconds=formats.decimal(end - begin, 0),
                moment=formats.duration(begin),
            )
        )
        yield Known(text, round(begin, 3))


def _kind(heard: Heard, begin: float, end: float, lang: str) -> str:
    """What most of a stretch is, in a word."""

    def within(span: Span) -> float:
        return min(end, span.end_s) - max(begin, span.start_s)

    most = max(heard.spans, key=within, default=None)
    return word(vocabulary.SOUNDS, most.kind if most else "announcement", lang)


def _notes(heard: Heard, sound: Sound | None, formats: Formats) -> Iterator[str]:
    words = translations(formats.lang)
    silences = {
        "near": words.gettext(
            "The caller's side is digital silence throughout: nobody spoke there, or it was not recorded."
        ),
        "far": words.gettext("The answering side is digital silence throughout: a fault of the recording."),
        "all": words.gettext("Digital silence throughout: a fault of the recording."),
    }
    told = heard.problem or ""
    if heard.silence is not None:
        told = _SILENCE.sub("", told)  # said below in the language of the page
    if told.strip():
        yield told.strip()
    if heard.silence is not None:
        yield silences[heard.silence]
    if sound is not None and sound.seconds < heard.duration_s - 1:
        yield words.gettext("Only the first {length} can be played here.").format(
            length=formats.duration(sound.seconds)
        )
