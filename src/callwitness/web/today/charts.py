"""Calls by hour of one day: answered below, nobody reached on top, last week's height as a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from markupsafe import Markup

from callwitness.report.svg import drawing, element, group, percent

_HIGH: Final = 110.0
_HEAD: Final = 14.0
_FOOT: Final = 18.0
Hours = Mapping[int, tuple[int, int]]


def hours_chart(day: Hours, before: Hours) -> Markup | None:
    """Columns from the first to the last hour with calls on either day; None without any. before: a week earlier."""
    known = [hour for hour in {*day, *before} if sum(day.get(hour, (0, 0))) or sum(before.get(hour, (0, 0)))]
    if not known:
        return None
    first, last = min(known), max(known)
    hours = range(first, last + 1)
    top = max(1, *(sum(each) for each in (*day.values(), *before.values())))
    width = 1 / len(hours)
    parts = [
        _column(hour, (hour - first) * width, width, day.get(hour, (0, 0)), before.get(hour), top)
        for hour in hours
    ]
    return drawing(
        parts, _HEAD + _HIGH + _FOOT, _("Calls by hour: answered, nobody reached, a week before"), "hours"
    )


def _column(
    hour: int, left: float, width: float, counts: tuple[int, int], before: tuple[int, int] | None, top: int
) -> Markup:
    answered, nobody = counts
    told = _("{hour}:00: {answered} answered, {nobody} reached nobody").format(
        hour=hour, answered=answered, nobody=nobody
    )
    parts = [element("title", told)]
    y = _HEAD + _HIGH
    for count, tone in ((answered, "ok"), (nobody, "nobody")):
        high = _HIGH * count / top
        y -= high
        if count:
            parts.append(_box(left + width * 0.14, y, width * 0.72, max(high - 0.6, 0.8), tone))
    if nobody:
        parts.append(
            element("text", str(nobody), x=percent(left + width / 2), y=y - 3, class_="tick mid strong")
        )
    if before and sum(before):
        level = _HEAD + _HIGH * (1 - sum(before) / top)
        ends = {"x1": percent(left + width * 0.04), "x2": percent(left + width * 0.96)}
        parts.append(element("line", **ends, y1=level, y2=level, class_="before"))
    bottom = _HEAD + _HIGH + 13
    parts.append(element("text", str(hour), x=percent(left + width / 2), y=bottom, class_="tick mid"))
    return element("g", group(parts))


def _box(left: float, y: float, width: float, height: float, tone: str) -> Markup:
    return element("rect", x=percent(left), y=y, width=percent(width), height=height, class_=tone)
