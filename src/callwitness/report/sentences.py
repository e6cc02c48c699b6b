"""Codes into sentences: reasons, verdicts and findings in English, Russian and Ukrainian.

A reason has one sentence, or several for when parameters are unknown: the first whose parameters are all
known is said, and the last needs none. Sentences are whole; nothing is glued together.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from callwitness.report import reasons as _reasons
from callwitness.report import vocabulary
from callwitness.report.formats import DASH, Formats
from callwitness.report.language import translations

Value = str | int | float | None

_TIMED: Final = frozenset({"duration_mismatch", "wait_understated", "clock_off"})
_SECONDS: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_SPANS: Final = frozenset({"seconds", "claimed", "best", "tolerance", "uncertainty"})
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "result": vocabulary.RESULTS,
    "field": vocabulary.FIELDS,
    "rule": vocabulary.RULES,
    "witness": vocabulary.WITNESSES,
    "event": vocabulary.RESULTS,
}


def word(table: Mapping[str, str], code: str | None, lang: str) -> str:
    """The word for a code of one of the vocabulary's tables; an unlisted code stands for itself."""
    if code is None:
        return ""
    return translations(lang).gettext(table[code]) if code in table else code


def verdict_word(verdict: str, lang: str) -> str:
    """``abandoned_in_queue`` -> "left the queue"."""
    return word(vocabulary.VERDICTS, verdict, lang)


def finding_title(kind: str, lang: str) -> str:
    """The kind of a finding as a heading."""
    words = vocabulary.FINDINGS.get(kind)
    return translations(lang).gettext(words.title) if words else kind


def finding_meaning(kind: str, lang: str) -> str:
    """What a kind of finding means, one sentence; empty for a kind of somebody's own."""
    words = vocabulary.FINDINGS.get(kind)
    return translations(lang).gettext(words.meaning) if words else ""


def sentence(code: str, params: Mapping[str, Value], lang: str) -> str:
    """One reason as a sentence. A code without words is shown as it is, with its parameters."""
    known = {name: value for name, value in params.items() if value is not None and value != ""}
    for template in _reasons.SENTENCES.get(code, ()):
        names = placeholders(template)
        if names <= known.keys():
            said = {name: _say(name, known[name], lang) for name in names}
            return translations(lang).gettext(template).format_map(said)
    listed = ", ".join(f"{name} = {value}" for name, value in sorted(known.items()))
    return f"{code}: {listed}" if listed else code


def side_value(value: str | None, kind: str, formats: Formats) -> str:
    """One side of a finding as people read it: seconds as a duration, numbers grouped, codes as words."""
    if value is None:
        return DASH
    if kind in _TIMED and _SECONDS.fullmatch(value):
        return formats.duration(float(value)) if kind != "clock_off" else formats.offset(float(value))
    for table in (vocabulary.VERDICTS, vocabulary.RESULTS):
        if value in table:
            return word(table, value, formats.lang)
    return formats.number(value)


def placeholders(template: str) -> set[str]:
    """The names of a message's parameters."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _say(name: str, value: Value, lang: str) -> str:
    formats = Formats(lang, ZoneInfo("UTC"))
    if isinstance(value, str):
        return _SPEAKERS.get(name, _as_is)(value, lang, formats)
    if value is None or name == "probability":
        return str(value)
    if name == "hours":
        return formats.decimal(value, 2)
    if name in _SPANS:
        return formats.duration(value) if abs(value) >= 120 else formats.seconds(value)
    return formats.decimal(value)


def _as_is(value: str, _lang: str, _formats: Formats) -> str:
    return value


def _speaker(table: Mapping[str, str]) -> Callable[[str, str, Formats], str]:
    return lambda value, lang, _formats: word(table, value, lang)


_SPEAKERS: Final[Mapping[str, Callable[[str, str, Formats], str]]] = {
    name: _speaker(table) for name, table in _WORDS.items()
}
