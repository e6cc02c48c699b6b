"""The strip of one recording: what is heard when, a coloured stretch each, with the moments that matter upon it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from callwitness.report import vocabulary
from callwitness.report.formats import Formats
from callwitness.report.sentences import word
from callwitness.report.svg import drawing, element, percent

HEIGHT: Final = 22
_TOP: Final = 4
BAR: Final = 14
THINNEST: Final = 0.001
"""Share of the width below which nobody sees a stretch."""

Stretch = tuple[float, float, str]
"""From, to (seconds from the start of the file), kind: one of ``audio.heard.KINDS``."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in the recording. name: voice | connect | candidate; said: what its tooltip tells."""

    name: str
    at_s: float
    said: str


def draw(
    spans: Sequence[Stretch], duration_s: float, moments: Sequence[Moment], title: str, formats: Formats
) -> Markup:
    """As wide as its place; works in black and white, since kinds differ in height and outline too."""
    length = max([duration_s, *(span[1] for span in spans)], default=0.0) or 1.0
    parts = [*_stretches(spans, length, formats), *_lines(moments, length)]
    return drawing(parts, HEIGHT, title, "strip")


def _stretches(spans: Sequence[Stretch], length: float, formats: Formats) -> Iterator[Markup]:
    for begin, end, kind in spans:
        if kind not in vocabulary.SOUNDS or (end - begin) / length < THINNEST:
            continue
        spoken = word(vocabulary.SOUNDS, kind, formats.lang)
        said = f"{spoken} {formats.duration(begin)} \u2013 {formats.duration(end)}"
        yield element(
            "rect",
            element("title", said),
            x=percent(begin / length),
            width=percent((end - begin) / length),
            y=_TOP + inset(kind),
            height=BAR - 2 * inset(kind),
            class_=f"span-{kind}",
        )


def inset(kind: str) -> float:
    """How much lower a stretch is than live speech, which stands full: the eye finds people without colour."""
    return {"quiet": 6.0, "tone": 4.0, "music": 3.0, "announcement": 2.0}.get(kind, 0.0)


def _lines(moments: Sequence[Moment], length: float) -> Iterator[Markup]:
    for moment in moments:
        x = percent(min(1.0, max(0.0, moment.at_s / length)))
        low = moment.name != "candidate"
        yield element(
            "line",
            element("title", moment.said),
            x1=x,
            x2=x,
            y1=0,
            y2=HEIGHT if low else _TOP,
            class_=f"moment-{moment.name}",
        )
