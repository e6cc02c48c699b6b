"""The ladder of one call: who was in it and when, a row a party, all on one time axis with the three clocks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from callwitness.report import strip, vocabulary
from callwitness.report.formats import Formats, cut
from callwitness.report.language import translations
from callwitness.report.sentences import source_label, word
from callwitness.report.svg import drawing, element, percent

ROW: Final = 24
_BAR: Final = 12
_AXIS: Final = 20
_MOST_ROWS: Final = 16
_ROLE_ORDER: Final = ("provider", "office", "contractor")
_MACHINES: Final = ("ivr", "announcement", "signal", "voicemail")
_SEGMENT_ORDER: Final = (
    "call",
    "signal",
    "announcement",
    "ivr",
    "queue",
    "ring",
    "talk",
    "hold",
    "transfer",
    "voicemail",
)
_WITNESS_ORDER: Final = ("cel", "queue_log", "events", "cdr")
_TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)

Leg = Mapping[str, Any]
"""One row of the LADDER table."""


@dataclass(frozen=True, slots=True)
class Clock:
    """One of the three clocks of a call: signal, agent or voice, in ms UTC or unknown."""

    name: str
    word: str
    at: int | None


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording on the axis of its call. begun_at: ms UTC; stretches: from, to (s), kind of sound; outcome: what it says."""

    label: str
    outcome: str
    begun_at: int
    stretches: tuple[strip.Stretch, ...]

    @property
    def ends_at(self) -> int:
        return self.begun_at + round(1000 * max((end for _, end, _ in self.stretches), default=0.0))


@dataclass(frozen=True, slots=True)
class Row:
    """One party of the call, or a recording: its label, what the source says came of it, and its legs."""

    label: str
    outcome: str
    legs: tuple[Leg, ...]
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """A drawn call. zero: the call's start (ms UTC); left_out: parties beyond the number that is drawn."""

    rows: tuple[Row, ...]
    picture: Markup
    clocks: tuple[Clock, ...]
    zero: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Axis:
    """From the first moment drawn to the last; seconds are counted from ``zero``. ms UTC."""

    start: int
    end: int
    zero: int

    def share(self, at: int) -> float:
        return (at - self.start) / (self.end - self.start)


def draw(
    legs: Sequence[Leg],
    clocks: Sequence[Clock],
    started_at: int | None,
    title: str,
    formats: Formats,
    sounds: Sequence[Sound] = (),
) -> Ladder | None:
    """The ladder of a call, its axis counted from the call's start; None where no leg has a time."""
    timed = [leg for leg in legs if leg["started_at"] is not None]
    if not timed:
        return None
    rows = _rows(timed, formats.lang)
    heard = [Row(cut(sound.label, 60), sound.outcome, (), sound) for sound in sounds]
    shown = [*rows[:_MOST_ROWS], *heard]
    drawn = [leg for row in shown for leg in row.legs]
    start = min([*(leg["started_at"] for leg in drawn), *(sound.begun_at for sound in sounds)])
    end = max(start + 1000, *(_end(leg) for leg in drawn), *(sound.ends_at for sound in sounds))
    axis = _Axis(start, end, start if started_at is None else started_at)
    height = ROW * len(shown)
    parts = [*_ticks(axis, height, formats)]
    for index, row in enumerate(shown):
        y = index * ROW + (ROW - _BAR) / 2
        for leg in row.legs:
            parts += _bars(leg, axis, y, formats)
        if row.sound is not None:
            parts += _stretches(row.sound, axis, y, formats)
    parts += _clock_lines(clocks, axis, height)
    picture = drawing(parts, height + _AXIS, title, "ladder")
    return Ladder(tuple(shown), picture, tuple(clocks), axis.zero, max(0, len(rows) - _MOST_ROWS))


def _stretches(sound: Sound, axis: _Axis, y: float, formats: Formats) -> Iterator[Markup]:
    """What is heard when, in the look of a recording's own strip."""
    for begin, end, kind in sound.stretches:
        first, last = (axis.share(sound.begun_at + round(moment * 1000)) for moment in (begin, end))
        if kind in vocabulary.SOUNDS and last - first >= strip.THINNEST:
            said = f"{word(vocabulary.SOUNDS, kind, formats.lang)} {formats.duration(begin)} \u2013 {formats.duration(end)}"
            inset = strip.inset(kind) * _BAR / strip.BAR
            yield element(
                "rect",
                element("title", said),
                x=percent(first),
                y=y + inset,
                width=percent(last - first),
                height=_BAR - 2 * inset,
                class_=f"span-{kind}",
            )


def _rows(legs: Sequence[Leg], lang: str) -> list[Row]:
    parties: dict[tuple[Any, ...], list[Leg]] = {}
    for leg in sorted(legs, key=_place):
        parties.setdefault(_party(leg), []).append(leg)
    best = (_best_told(told) for told in parties.values())
    return [Row(cut(_label(told[0], lang), 60), _outcome(told, lang), tuple(told)) for told in best]


def _best_told(legs: Sequence[Leg]) -> list[Leg]:
    """The legs of one party by the log that tells times best: others tell the same a second aside."""
    ranks = [_WITNESS_ORDER.index(leg["witness"]) if leg["witness"] in _WITNESS_ORDER else 9 for leg in legs]
    return [leg for leg, rank in zip(legs, ranks, strict=True) if rank == min(ranks)]


def _place(leg: Leg) -> tuple[Any, ...]:
    role = _ROLE_ORDER.index(leg["role"]) if leg["role"] in _ROLE_ORDER else len(_ROLE_ORDER)
    kind = _SEGMENT_ORDER.index(leg["segment"]) if leg["segment"] in _SEGMENT_ORDER else len(_SEGMENT_ORDER)
    whole = 0 if leg["segment"] == "call" else 1
    return role, leg["source"], whole, leg["started_at"], kind, leg["agent"] or "", leg["record_id"] or ""


def _party(leg: Leg) -> tuple[Any, ...]:
    segment = leg["segment"]
    if segment == "call" or segment in _MACHINES:
        return leg["role"], leg["source"], segment
    if segment == "queue":
        return leg["role"], leg["source"], segment, leg["queue"]
    return leg["role"], leg["source"], "person", leg["extension"] or leg["agent"]


def _label(leg: Leg, lang: str) -> str:
    words = translations(lang)
    segment = leg["segment"]
    if segment == "call":
        return source_label(leg["source"], lang)
    if segment in _MACHINES:
        return word(vocabulary.SEGMENTS, segment, lang)
    if segment == "queue":
        return (
            words.gettext("queue {name}").format(name=leg["queue"])
            if leg["queue"]
            else words.gettext("queue")
        )
    return str(leg["agent"] or leg["extension"] or words.gettext("an agent"))


def _outcome(legs: Sequence[Leg], lang: str) -> str:
    told = list(dict.fromkeys(leg["result"] for leg in legs if leg["result"]))
    if "answered" in told:
        told = ["answered"]
    return word(vocabulary.RESULTS, told[-1], lang) if told else ""


def _end(leg: Leg) -> int:
    known: list[int] = [
        leg[name] for name in ("started_at", "answered_at", "ended_at") if leg[name] is not None
    ]
    return max(known)


def _bars(leg: Leg, axis: _Axis, y: float, formats: Formats) -> Iterator[Markup]:
    """The bar of a leg: what came before the answer and, where this party answered, what came after."""
    begins, answers = leg["started_at"], leg["answered_at"]
    ends = leg["ended_at"] if leg["ended_at"] is not None else axis.end
    before, after = _styles(leg)
    cut = ends if answers is None else min(max(answers, begins), ends)
    if answers is None and leg["segment"] == "call" and leg["result"] == "answered":
        cut = begins  # the row claims an answer without telling when
    for first, last, style in ((begins, cut, before), (cut, ends, after)):
        if last > first or (first == last == begins == ends and style is before):
            yield _bar(leg, (first, last, style), axis, y, formats)
    if leg["ended_at"] is None:
        yield element("text", "?", x="100%", y=y + _BAR - 2, class_="tick end strong")


def _styles(leg: Leg) -> tuple[str, str]:
    segment, answered = leg["segment"], leg["result"] in ("answered", "transferred", None)
    if segment == "call":
        return "leg-wait", "leg-claim" if answered else "leg-machine"
    if segment == "queue":
        return "leg-wait", "leg-wait"
    if segment in _MACHINES:
        return "leg-machine", "leg-machine"
    if segment in ("hold", "transfer"):
        return "leg-hold", "leg-hold"
    return "leg-ring", "leg-talk" if answered and leg["human"] is not False else "leg-ring"


def _bar(leg: Leg, span: tuple[int, int, str], axis: _Axis, y: float, formats: Formats) -> Markup:
    first, last, style = span
    said = f"{word(vocabulary.SEGMENTS, leg['segment'], formats.lang)} {formats.clock(first)} \u2013 {formats.clock(last)}"
    x, width = percent(axis.share(first)), percent(max(axis.share(last) - axis.share(first), 0.004))
    return element("rect", element("title", said), x=x, y=y, width=width, height=_BAR, rx=2, class_=style)


def _ticks(axis: _Axis, height: int, formats: Formats) -> Iterator[Markup]:
    seconds = (axis.end - axis.start) / 1000
    longest = _TICKS[-1] * max(1, round(seconds / 6 / _TICKS[-1]))
    step = next((tick for tick in _TICKS if seconds / tick <= 6), longest)
    first, last = ((at - axis.zero) / 1000 / step for at in (axis.start, axis.end))
    for index in range(math.ceil(first), math.floor(last) + 1):
        share = axis.share(axis.zero + index * step * 1000)
        class_ = "tick" if share < 0.04 else "tick end" if share > 0.96 else "tick mid"
        yield element("line", x1=percent(share), x2=percent(share), y1=0, y2=height, class_="grid")
        yield element("text", formats.duration(index * step), x=percent(share), y=height + 14, class_=class_)


def _clock_lines(clocks: Sequence[Clock], axis: _Axis, height: int) -> Iterator[Markup]:
    for clock in clocks:
        if clock.at is not None and axis.start <= clock.at <= axis.end:
            x = percent(axis.share(clock.at))
            yield element("line", x1=x, x2=x, y1=0, y2=height, class_=f"clock-{clock.name}")
