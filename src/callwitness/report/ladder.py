"""The ladder of one call: who was in it and when, a row a party, all on one time axis with the three clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup

from callwitness.report import vocabulary
from callwitness.report.formats import Formats
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
class Row:
    """One party of the call: its label, what the source says came of it, and its legs."""

    label: str
    outcome: str
    legs: tuple[Leg, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """A drawn call. left_out: parties beyond the number that is drawn."""

    rows: tuple[Row, ...]
    picture: Markup
    clocks: tuple[Clock, ...]
    start: int
    left_out: int


def draw(legs: Sequence[Leg], clocks: Sequence[Clock], title: str, formats: Formats) -> Ladder | None:
    """The ladder of a call; None where no leg has a time."""
    timed = [leg for leg in legs if leg["started_at"] is not None]
    if not timed:
        return None
    rows = _rows(timed, formats.lang)
    shown = rows[:_MOST_ROWS]
    start = min(leg["started_at"] for leg in timed)
    end = max(start + 1000, *(_end(leg) for leg in timed))
    height = ROW * len(shown)
    parts = [*_axis(start, end, height, formats)]
    for index, row in enumerate(shown):
        for leg in row.legs:
            parts += _bars(leg, start, end, index * ROW + (ROW - _BAR) / 2, formats)
    parts += _clock_lines(clocks, start, end, height)
    picture = drawing(parts, height + _AXIS, title, "ladder")
    return Ladder(tuple(shown), picture, tuple(clocks), start, len(rows) - len(shown))


def _rows(legs: Sequence[Leg], lang: str) -> list[Row]:
    parties: dict[tuple[Any, ...], list[Leg]] = {}
    for leg in sorted(legs, key=_place):
        told = parties.setdefault(_party(leg), [])
        if not any(_same(leg, other) for other in told):
            told.append(leg)
    return [Row(_label(legs[0], lang), _outcome(legs, lang), tuple(legs)) for legs in parties.values()]


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
    return leg["role"], leg["source"], "person", leg["agent"] or leg["extension"]


def _same(leg: Leg, other: Leg) -> bool:
    return all(
        leg[name] == other[name] for name in ("segment", "started_at", "answered_at", "ended_at", "result")
    )


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


def _bars(leg: Leg, start: int, end: int, y: float, formats: Formats) -> Iterator[Markup]:
    """The bar of a leg: what came before the answer and, where this party answered, what came after."""
    begins, answers = leg["started_at"], leg["answered_at"]
    ends = leg["ended_at"] if leg["ended_at"] is not None else end
    before, after = _styles(leg)
    cut = ends if answers is None else min(max(answers, begins), ends)
    for first, last, style in ((begins, cut, before), (cut, ends, after)):
        if last > first or (first == last == begins == ends and style is before):
            yield _bar(leg, (first, last, style), (start, end), y, formats)
    if leg["ended_at"] is None:
        yield element("text", "?", x="100%", y=y + _BAR - 2, class_="tick end strong")


def _styles(leg: Leg) -> tuple[str, str]:
    segment = leg["segment"]
    if segment == "call":
        return "leg-wait", "leg-claim" if leg["result"] == "answered" else "leg-machine"
    if segment == "queue":
        return "leg-wait", "leg-wait"
    if segment in _MACHINES:
        return "leg-machine", "leg-machine"
    if segment == "talk":
        return "leg-talk", "leg-talk"
    return ("leg-hold", "leg-hold") if segment == "hold" else ("leg-ring", "leg-talk")


def _bar(leg: Leg, span: tuple[int, int, str], axis: tuple[int, int], y: float, formats: Formats) -> Markup:
    first, last, style = span
    start, end = axis
    said = f"{word(vocabulary.SEGMENTS, leg['segment'], formats.lang)} {formats.clock(first)} \u2013 {formats.clock(last)}"
    x = percent((first - start) / (end - start))
    width = percent(max((last - first) / (end - start), 0.004))
    return element("rect", element("title", said), x=x, y=y, width=width, height=_BAR, rx=2, class_=style)


def _axis(start: int, end: int, height: int, formats: Formats) -> Iterator[Markup]:
    seconds = (end - start) / 1000
    step = next(
        (tick for tick in _TICKS if seconds / tick <= 6), _TICKS[-1] * max(1, round(seconds / 6 / _TICKS[-1]))
    )
    for value in range(0, int(seconds) + 1, step):
        share = value / seconds
        x = percent(share)
        class_ = "tick" if not value else "tick end" if share > 0.96 else "tick mid"
        yield element("line", x1=x, x2=x, y1=0, y2=height, class_="grid")
        yield element("text", formats.duration(value), x=x, y=height + 14, class_=class_)


def _clock_lines(clocks: Sequence[Clock], start: int, end: int, height: int) -> Iterator[Markup]:
    for clock in clocks:
        if clock.at is None or not start <= clock.at <= end:
            continue
        x = percent((clock.at - start) / (end - start))
        yield element("line", x1=x, x2=x, y1=0, y2=height, class_=f"clock-{clock.name}")
