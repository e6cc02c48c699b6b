"""Lost callers by hour of the day, as a drawing without styles of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext as _
from markupsafe import Markup

from callwitness.report.svg import drawing, element, percent

_HIGH: Final = 44.0
_FOOT: Final = 14.0


def hours_chart(hours: Sequence[int]) -> Markup:
    """A bar an hour, with the hours 0, 6, 12 and 18 written below."""
    top = max(1, *hours)
    width = 1 / len(hours)
    parts = []
    for hour, count in enumerate(hours):
        high = _HIGH * count / top
        title = element("title", f"{hour}:00–{hour + 1}:00: {count}")
        box = element(
            "rect", title, x=percent(hour * width + width * 0.1), y=_HIGH - max(high, 1), width=percent(width * 0.8),
            height=max(high, 1), class_="nobody" if count else "aside",
        )  # fmt: skip
        parts.append(box)
        if hour % 6 == 0:
            parts.append(element("text", f"{hour}:00", x=percent(hour * width), y=_HIGH + 12, class_="tick"))
    return drawing(parts, _HIGH + _FOOT, _("Lost callers by the hour of their first try"), "hours")
