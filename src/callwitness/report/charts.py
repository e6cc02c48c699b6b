"""The charts of the page as static SVG: calls over time, shares of a whole, a source's clock."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from markupsafe import Markup

from callwitness.report.figures import TONE_ORDER, Bucket
from callwitness.report.formats import Formats
from callwitness.report.svg import drawing, element, group, number, percent

_PLOT: Final = 132.0
_HEAD: Final = 18.0
_FOOT: Final = 20.0
_CLOCK_PLOT: Final = 96.0
_MOST_POINTS: Final = 400
_STEP_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class ClockPoint:
    """A measured offset: at (ms UTC), seconds ahead of the reference, how unsure, from how many pairs."""

    at: int
    offset_s: float
    uncertainty_s: float
    n: int


def stacked_columns(buckets: Sequence[Bucket], labels: Sequence[str], title: str, formats: Formats) -> Markup:
    """A column a bucket, tones stacked from answered upwards; above it how many reached nobody."""
    if not buckets:
        return Markup("")
    top = max(1, *(bucket.total for bucket in buckets))
    width = 1 / len(buckets)
    parts: list[Markup] = list(_grid(top, formats))
    every = max(1, math.ceil(len(buckets) / 24))
    for index, (bucket, label) in enumerate(zip(buckets, labels, strict=True)):
        left = index * width
        parts.append(
            _column(bucket, left + width * 0.12, width * 0.76, top=top, label=label, formats=formats)
        )
        if index % every == 0:
            parts.append(_axis_label(label, left + width / 2, crowded=index % (2 * every) == every))
    return drawing(parts, _HEAD + _PLOT + _FOOT, title, "chart")


def _grid(top: int, formats: Formats) -> Iterator[Markup]:
    step = nice_step(top / 4)
    for value in range(0, top + 1, max(1, int(step))):
        y = _HEAD + _PLOT * (1 - value / top)
        yield element("line", x1="0", x2="100%", y1=y, y2=y, class_="grid")
        if value:
            yield element("text", formats.count(value), x="0", y=y - 3, class_="tick")


def _column(bucket: Bucket, left: float, width: float, *, top: int, label: str, formats: Formats) -> Markup:
    parts = [element("title", f"{label}: {formats.count(bucket.total)}")]
    y = _HEAD + _PLOT
    for tone in TONE_ORDER:
        height = _PLOT * bucket.counts.get(tone, 0) / top
        if height:
            y -= height
            parts.append(_box(f"fill-{tone}", left, y, width, max(height - 0.6, 0.6)))
    nobody = bucket.counts.get("nobody", 0) + bucket.counts.get("lost", 0)
    if nobody:
        place = percent(left + width / 2)
        parts.append(element("text", formats.count(nobody), x=place, y=y - 4, class_="tick mid strong"))
    return element("g", group(parts))


def _box(class_: str, left: float, y: float, width: float, height: float) -> Markup:
    """A rectangle placed in shares of the width and pixels of the height."""
    return element("rect", x=percent(left), y=y, width=percent(width), height=height, class_=class_)


def _axis_label(label: str, x: float, *, crowded: bool) -> Markup:
    class_ = "tick mid wide" if crowded else "tick mid"
    return element("text", label, x=percent(x), y=_HEAD + _PLOT + 15, class_=class_)


def share_bar(by_tone: Mapping[str, int], title: str) -> Markup:
    """One bar across the page, divided by the counts of its tones."""
    total = sum(by_tone.values())
    if not total:
        return Markup("")
    drawn, left = [], 0.0
    for tone, n in by_tone.items():
        drawn.append(_box(f"fill-{tone} part", left, 0, n / total, 14))
        left += n / total
    return drawing(drawn, 14, title, "share")


def clock_chart(points: Sequence[ClockPoint], title: str, formats: Formats) -> Markup:
    """The offset over time: a line that breaks where the clock was set, in a band of what is not known."""
    if not points:
        return Markup("")
    points = _thinned(points)
    low = min(0.0, *(point.offset_s - point.uncertainty_s for point in points))
    high = max(0.0, *(point.offset_s + point.uncertainty_s for point in points))
    step = nice_step(max(high - low, 1.0) / 2.5)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    if low == high:
        high = low + step
    start, end = points[0].at, points[-1].at
    parts = [*_offset_grid(low, high, step, formats)]
    runs = _runs(points)
    box = {"x": "0", "y": str(int(_HEAD)), "width": "100%", "height": number(_CLOCK_PLOT)}
    lines = group(_run(run, (start, end), (low, high)) for run in runs)
    parts.append(element("svg", lines, viewBox="0 0 1000 100", preserveAspectRatio="none", **box))
    parts += [*_jumps(runs, (start, end), (low, high), formats)]
    bottom = _HEAD + _CLOCK_PLOT + 15
    parts.append(element("text", formats.time(start)[:-3], x="0", y=bottom, class_="tick"))
    if end > start:
        parts.append(element("text", formats.time(end)[:-3], x="100%", y=bottom, class_="tick end"))
    return drawing(parts, _HEAD + _CLOCK_PLOT + _FOOT, title, "chart clock")


def nice_step(raw: float) -> float:
    """The next of 1, 2, 5 times a power of ten at or above ``raw``."""
    if raw <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)


def _thinned(points: Sequence[ClockPoint]) -> list[ClockPoint]:
    every = math.ceil(len(points) / _MOST_POINTS)
    kept = list(points[::every])
    return kept if kept[-1] == points[-1] else [*kept, points[-1]]


def _offset_grid(low: float, high: float, step: float, formats: Formats) -> Iterator[Markup]:
    for index in range(round((high - low) / step) + 1):
        value = low + index * step
        y = _HEAD + _CLOCK_PLOT * (high - value) / (high - low)
        yield element(
            "line", x1="0", x2="100%", y1=y, y2=y, class_="zero" if abs(value) < step / 2 else "grid"
        )
        yield element("text", formats.offset(value), x="0", y=y - 3, class_="tick")


def _runs(points: Sequence[ClockPoint]) -> list[list[ClockPoint]]:
    """Stretches between steps: a step is a change that uncertainty does not explain."""
    runs = [[points[0]]]
    for before, after in pairwise(points):
        unsure = before.uncertainty_s + after.uncertainty_s
        if abs(after.offset_s - before.offset_s) > max(_STEP_S, unsure):
            runs.append([])
        runs[-1].append(after)
    return runs


def _place(
    point: ClockPoint, value: float, span: tuple[int, int], scale: tuple[float, float]
) -> tuple[float, float]:
    x = 1000 * (point.at - span[0]) / (span[1] - span[0]) if span[1] > span[0] else 500.0
    return x, 100 * (scale[1] - value) / (scale[1] - scale[0])


def _run(points: Sequence[ClockPoint], span: tuple[int, int], scale: tuple[float, float]) -> Markup:
    middle = [_place(point, point.offset_s, span, scale) for point in points]
    upper = [_place(point, point.offset_s + point.uncertainty_s, span, scale) for point in points]
    lower = [_place(point, point.offset_s - point.uncertainty_s, span, scale) for point in points]
    if len(points) == 1:
        middle, upper, lower = (_widened(ends[0]) for ends in (middle, upper, lower))
    band = element("polygon", points=_path([*upper, *reversed(lower)]), class_="band")
    return band + element("polyline", points=_path(middle), class_="line")


def _widened(place: tuple[float, float]) -> list[tuple[float, float]]:
    x, y = place
    return [(max(0.0, x - 12), y), (min(1000.0, x + 12), y)]


def _path(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in places)


def _jumps(
    runs: Sequence[Sequence[ClockPoint]], span: tuple[int, int], scale: tuple[float, float], formats: Formats
) -> Iterator[Markup]:
    last_label = -1000.0
    for before, after in pairwise(runs):
        x0, _ = _place(before[-1], 0, span, scale)
        x1, y = _place(after[0], after[0].offset_s, span, scale)
        x = percent((x0 + x1) / 2000)
        yield element("line", x1=x, x2=x, y1=_HEAD, y2=_HEAD + _CLOCK_PLOT, class_="jump")
        if x1 - last_label < 120:  # the line is drawn, its label would cover the one before
            continue
        last_label = x1
        moved = formats.offset(after[0].offset_s - before[-1].offset_s)
        anchor = "tick strong end" if x1 > 700 else "tick strong"
        yield element("text", moved, x=x, y=_HEAD + max(y, 8) * _CLOCK_PLOT / 100 - 6, dx=4, class_=anchor)
