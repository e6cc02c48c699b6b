"""The page of ``listen``: ``render``. It needs nothing but itself and the sounds beside it, and asks no network.

Everything that came from a recording or its name is escaped. The same facts give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from jinja2 import Environment

from callwitness.audio.heard import KINDS, STATUSES, Heard
from callwitness.report import vocabulary
from callwitness.report.formats import Formats
from callwitness.report.language import mark as _
from callwitness.report.language import translations
from callwitness.report.listening.card import Sound, card, moment_text, plain
from callwitness.report.listening.figures import Figures, doubtful_first, figures
from callwitness.report.sentences import word
from callwitness.report.templating import environment, plural

MOST_CARDS: Final = 300
"""Recordings with a strip and a player; the surest of more are listed in words."""

MARK: Final = "Callwitness listen"
"""Stands at the top of every such page, to know one again."""

_MOST_ROWS: Final = 10_000

STATUS_WORDS: Final[Mapping[str, str]] = {
    "answered": _("answered"),
    "nobody": _("nobody answered"),
    "unsure": _("doubtful"),
    "unreadable": _("unreadable"),
}
TONES: Final[Mapping[str, str]] = {
    "answered": "ok", "nobody": "nobody", "unsure": "out", "unreadable": "aside",
}  # fmt: skip
"""The tone of a status, as everywhere: green answered, amber nobody; the accent asks a person to act."""

_ICONS: Final[Mapping[str, str]] = {
    "answered": "ok",
    "nobody": "nobody",
    "unsure": "ask",
    "unreadable": "aside",
}


@dataclass(frozen=True, slots=True)
class ListeningInput:
    """recordings: in any order. line_of: name -> line. sounds: name -> playable copy, for ``with_cards``.
    pieces: id of a recurring piece -> its name. lang: en, ru or uk.
    """

    recordings: Sequence[Heard]
    line_of: Mapping[str, str] = field(default_factory=dict)
    sounds: Mapping[str, Sound] = field(default_factory=dict)
    pieces: Mapping[str, str] = field(default_factory=dict)
    lang: str = "en"


def with_cards(recordings: Sequence[Heard]) -> list[Heard]:
    """The recordings that get a strip and a player, in the order of the page."""
    return doubtful_first(recordings)[:MOST_CARDS]


def sentences(recordings: Sequence[Heard], lang: str) -> list[str]:
    """What was found, in whole sentences: for the top of the page and for the terminal."""
    return list(_told(figures(recordings), Formats(lang, ZoneInfo("UTC"))))


def render(given: ListeningInput) -> str:
    """The page as HTML."""
    formats = Formats(given.lang, ZoneInfo("UTC"))
    seen = figures(given.recordings)
    ordered = doubtful_first(given.recordings)
    cards = ordered[:MOST_CARDS]
    several = len(set(given.line_of.values())) > 1
    headline, *asides = _told(seen, formats)
    return _environment(formats).get_template("listening/page.html.j2").render(
        lang=given.lang,
        mark=MARK,
        seen=seen,
        headline=headline,
        asides=asides,
        statuses=[status for status in STATUSES if seen.counts[status]],
        kinds=[kind for kind in KINDS if any(span.kind == kind for each in cards for span in each.spans)],
        cards=[
            card(
                each, given.line_of.get(each.file) if several else None, given.sounds.get(each.file),
                given.pieces, formats,
            )
            for each in cards
        ],
        rest=ordered[MOST_CARDS : MOST_CARDS + _MOST_ROWS],
        left_out=max(0, len(ordered) - MOST_CARDS - _MOST_ROWS),
    )  # fmt: skip


def _told(seen: Figures, formats: Formats) -> Iterator[str]:
    words, n_ = translations(formats.lang), plural(formats)
    answered, nobody, unsure, unreadable = (seen.counts[status] for status in STATUSES)
    yield n_(
        "{n} recording: a person answered in {answered}, nobody in {nobody}.",
        "{n} recordings: a person answered in {answered}, nobody in {nobody}.",
        seen.total,
        answered=formats.count(answered),
        nobody=formats.count(nobody),
    )
    if unsure:
        yield n_(
            "{n} is doubtful ({share}): a person should listen.",
            "{n} are doubtful ({share}): a person should listen.",
            unsure,
            share=formats.share(seen.share("unsure")),
        )
    if unreadable > seen.silent:
        yield n_("{n} cannot be read.", "{n} cannot be read.", unreadable - seen.silent)
    if seen.silent:
        yield n_("{n} is silent from start to end.", "{n} are silent from start to end.", seen.silent)
    if seen.median_s is not None and seen.p90_s is not None:
        yield words.gettext(
            "From the start of the recording to the first live word: {median} in the middle, {p90} or less in nine of ten."
        ).format(median=formats.duration(seen.median_s), p90=formats.duration(seen.p90_s))


def _environment(formats: Formats) -> Environment:
    made = environment(formats)
    made.globals |= {"tones": TONES, "icons": _ICONS}
    made.filters |= {
        "status": partial(_word, STATUS_WORDS, formats.lang),
        "sound": partial(_word, vocabulary.SOUNDS, formats.lang),
        "duration": formats.duration,
        "moment": partial(moment_text, formats=formats),
        "name": plain,
        "count": formats.count,
        "share": formats.share,
    }
    return made


def _word(table: Mapping[str, str], lang: str, code: str) -> str:
    return word(table, code, lang)
