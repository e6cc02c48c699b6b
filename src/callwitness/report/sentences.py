"""Codes into sentences: reasons, verdicts and findings in English, Russian and Ukrainian.

A reason has one sentence, or several for when parameters are unknown: the first whose parameters are all
known is said, and the last needs none. Sentences are whole; nothing is glued together.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from callwitness.report import vocabulary
from callwitness.report.formats import DASH, Formats, cut
from callwitness.report.language import translations
from callwitness.report.reasons import SENTENCES

Value = str | int | float | None

_SPANS: Final = frozenset({"seconds", "claimed", "best", "tolerance", "uncertainty", "talk"})
_SHARES: Final = frozenset({"confidence", "share"})
_SOURCES: Final = frozenset({"source", "office"})
_TIMED_FIELDS: Final = frozenset(
    {"talk_s", "total_s", "wait_s", "billed_s", "duration", "talk", "total", "wait"}
)
_TIMED_KINDS: Final = frozenset(
    {"duration_mismatch", "wait_understated", "recording_missing", "recording_truncated"}
)
_LONGEST_VALUE: Final = 300
_LEAST_CHANCE: Final = 0.001
_NUMERAL: Final = re.compile(r"[+-]?\d+(\.\d+)?")
_OFFSET: Final = re.compile(r"([+-]?\d+(?:\.\d+)?) s")
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "app": vocabulary.SEGMENTS,
    "result": vocabulary.RESULTS,
    "field": vocabulary.FIELDS,
    "witness": vocabulary.WITNESSES,
    "event": vocabulary.RESULTS,
    "by": {**vocabulary.SOURCE_PHRASES, **vocabulary.FOUND_BY},
}


def word(table: Mapping[str, str], code: str | None, lang: str) -> str:
    """The word for a code of one of the vocabulary's tables; an unlisted code stands for itself."""
    if code is None:
        return ""
    return translations(lang).gettext(table[code]) if code in table else code


def verdict_word(verdict: str, lang: str) -> str:
    """``abandoned_in_queue`` -> "left the queue"."""
    return word(vocabulary.VERDICTS, verdict, lang)


def source_label(name: str | None, lang: str) -> str:
    """A source as a heading: the role's word where it is named after its role, else the name it was given."""
    return word(vocabulary.SOURCE_LABELS, name, lang)


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
    for template in SENTENCES.get(code, ()):
        names = placeholders(template)
        if names <= known.keys():
            said = {name: _say(name, known, lang) for name in names}
            text = translations(lang).gettext(template).format_map(said)
            begins_with_a_word = template.startswith("{") and not template.startswith("{file}")
            return text[:1].upper() + text[1:] if begins_with_a_word else text
    listed = ", ".join(f"{name} = {value}" for name, value in sorted(known.items()))
    return f"{code}: {listed}" if listed else code


def side_value(value: str | None, kind: str, formats: Formats) -> str:
    """One side of a finding as people read it: seconds as a duration, numbers grouped, codes as words."""
    if value is None:
        return DASH
    if _NUMERAL.fullmatch(value) and kind in _TIMED_KINDS:
        return formats.duration(float(value))
    offset = _OFFSET.fullmatch(value)
    if offset and kind == "clock_off":
        return formats.offset(float(offset[1]))
    for table in (vocabulary.VERDICTS, vocabulary.RESULTS, vocabulary.HEARD):
        if value in table:
            return word(table, value, formats.lang)
    return formats.number(value)


def placeholders(template: str) -> set[str]:
    """The names of a message's parameters."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def _say(name: str, params: Mapping[str, Value], lang: str) -> str:
    value, formats = params[name], Formats(lang, ZoneInfo("UTC"))
    value = cut(value, _LONGEST_VALUE) if isinstance(value, str) else value
    if isinstance(value, str) and name in _SOURCES:
        return word(vocabulary.SOURCE_PHRASES, value, lang)
    if isinstance(value, str) and name in _WORDS:
        return word(_WORDS[name], value, lang)
    if name in ("left", "right"):
        return _side(value, params.get("field"), formats)
    if isinstance(value, str) or value is None:
        return str(value)
    if name == "probability":
        return (
            formats.decimal(value, 3) if value >= _LEAST_CHANCE else "< " + formats.decimal(_LEAST_CHANCE, 3)
        )
    if name in _SHARES:
        return formats.share(value)
    if name in _SPANS:
        return _span(round(value) if name in ("claimed", "best") else value, formats)
    return formats.decimal(value, 2 if name == "hours" else 1)


def _side(value: Value, field: Value, formats: Formats) -> str:
    numeral = isinstance(value, int | float) or (
        isinstance(value, str) and _NUMERAL.fullmatch(value) is not None
    )
    if value is not None and numeral and field in _TIMED_FIELDS:
        return _span(float(value), formats)
    return formats.number(str(value))


def _span(seconds: float, formats: Formats) -> str:
    return formats.duration(seconds) if abs(seconds) >= 120 else formats.seconds(seconds)
