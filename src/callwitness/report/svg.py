"""Static SVG, written by hand: elements as escaped text.

Charts use per cent for x, pixels for y and for letters, so that one drawing fits a phone and a sheet of paper
without its words growing or shrinking.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Attribute = str | int | float


def number(value: float) -> str:
    """A coordinate with at most two decimals, always written the same way."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(share: float) -> str:
    """A share of the width as an SVG length."""
    return number(share * 100) + "%"


def element(tag: str, content: str | Markup | None = None, /, **attributes: Attribute) -> Markup:
    """One element; ``class_`` becomes class, other underscores hyphens; text content is escaped."""
    parts = [tag]
    for name, value in attributes.items():
        text = number(value) if isinstance(value, int | float) else escape(value)
        parts.append(f'{name.rstrip("_").replace("_", "-")}="{text}"')
    opening = " ".join(parts)
    # every part is escaped above or here
    return Markup(f"<{opening}/>" if content is None else f"<{opening}>{escape(content)}</{tag}>")  # noqa: S704


def group(elements: Iterable[Markup]) -> Markup:
    """Elements one after another."""
    return Markup("").join(elements)


def drawing(elements: Iterable[Markup], height: float, title: str, class_: str) -> Markup:
    """An SVG as wide as its place and ``height`` pixels high, with a title for those who cannot see it."""
    content = group([element("title", title), *elements])
    return element("svg", content, class_=class_, width="100%", height=height, role="img", aria_label=title)
