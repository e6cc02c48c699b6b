"""The templates of all reports: where they lie, how they escape, and how they say a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from callwitness.report.formats import Formats
from callwitness.report.language import translations

_TEMPLATES: Final = Path(__file__).parent / "templates"


def environment(formats: Formats) -> Environment:
    """Everything is escaped, an unknown name is an error. ``_`` and ``n_`` translate, also counts of things."""
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    words = translations(formats.lang)
    made.globals |= {
        "_": lambda message, **values: words.gettext(message).format(**values),
        "n_": plural(formats),
    }
    return made


def plural(formats: Formats) -> Callable[..., str]:
    """One form or the other by number; ``n`` is written as people of that language write numbers."""
    words = translations(formats.lang)

    def told(one: str, many: str, n: int, **values: Any) -> str:
        return words.ngettext(one, many, n).format(**{"n": formats.count(n)} | values)

    return told
