"""The recordings of a call in question: on the call's axis where they could be placed, and beside what others claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
from markupsafe import Markup

from callwitness.domain.results import RECORDINGS_OUT
from callwitness.report import ladder, strip, vocabulary
from callwitness.report.formats import Formats
from callwitness.report.language import translations
from callwitness.report.sentences import source_label, word

MOST: Final = 6
"""Recordings of one call that are drawn."""
_ROLES: Final = ("contractor", "office", "provider")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listened:
    """What was heard. table: RECORDINGS_OUT; spans: stretches of each recording by its name."""

    table: pl.DataFrame = field(default_factory=RECORDINGS_OUT.empty)
    spans: Mapping[str, Sequence[strip.Stretch]] = field(default_factory=dict)

    def of(self, call_ids: Sequence[str]) -> dict[str, list[Row]]:
        """Rows by call, the earliest recording first."""
        found: dict[str, list[Row]] = {}
        mine = self.table.filter(pl.col("call_id").is_in(list(call_ids)))
        for row in mine.sort("begun_at", "recording", nulls_last=True).iter_rows(named=True):
            found.setdefault(row["call_id"], []).append(row)
        return found


@dataclass(frozen=True, slots=True)
class Apart:
    """A recording that could not be placed: its name, what it says, its strip."""

    name: str
    outcome: str
    picture: Markup


@dataclass(frozen=True, slots=True)
class Answer:
    """When the first answer came by one witness. said: seconds after the call began, or that there was none."""

    who: str
    said: str
    note: str = ""


def on_the_axis(rows: Sequence[Row], listened: Listened, formats: Formats) -> list[ladder.Sound]:
    """Recordings whose beginning is known."""
    return [
        ladder.Sound(
            source_label("recording", formats.lang),
            _said(row, formats.lang),
            row["begun_at"],
            _stretches(row, listened),
        )
        for row in rows[:MOST]
        if row["begun_at"] is not None and listened.spans.get(row["recording"])
    ]


def apart(rows: Sequence[Row], listened: Listened, formats: Formats) -> tuple[Apart, ...]:
    """The others, each on an axis of its own."""
    return tuple(
        Apart(row["recording"], _outcome(row, formats), _strip(row, listened, formats))
        for row in rows[:MOST]
        if row["begun_at"] is None and listened.spans.get(row["recording"])
    )


def answers(
    call: Row, legs: Sequence[Row], records: Sequence[Row], rows: Sequence[Row], formats: Formats
) -> tuple[Answer, ...]:
    """Contractor, exchange, provider and recording side by side; nothing for calls without a recording."""
    if not rows:
        return ()
    return (*_claims(call, legs, records, formats), *_heard(call, rows, formats))


def _claims(call: Row, legs: Sequence[Row], records: Sequence[Row], formats: Formats) -> Iterator[Answer]:
    """By each source: its earliest answer by a person, else the wait it states, else that there was none.

    What a contractor claims is its wait: its clock may be another. Of the office it is the agent's moment: its exchange
    answers before, when the queue begins.
    """
    words = translations(formats.lang)
    sources = dict.fromkeys((leg["role"], leg["source"]) for leg in legs)
    for role, source in sorted(
        sources, key=lambda one: (_ROLES.index(one[0]) if one[0] in _ROLES else 9, one[1])
    ):
        mine = [leg for leg in legs if leg["source"] == source]
        people = [leg for leg in mine if leg["human"] and leg["answered_at"] is not None]
        waits = [row["wait_s"] for row in records if row["source"] == source and row["wait_s"] is not None]
        human = any(leg["human"] for leg in mine)
        note = ""
        if waits and human and role == "contractor":
            said = formats.duration(min(waits))
        elif people and call["started_at"] is not None:
            moment = min(leg["answered_at"] for leg in people)
            if role == "office":
                moment, note = _of_office(call, people, formats.lang)
            said = formats.duration(max(0, moment - call["started_at"]) / 1000)
        elif human and waits:
            said = formats.duration(min(waits))
        elif any(leg["human"] is False for leg in mine):
            said = words.gettext("nobody")
        else:
            continue
        yield Answer(source_label(source, formats.lang), said, note)


def _of_office(call: Row, people: Sequence[Row], lang: str) -> tuple[int, str]:
    """When the agent answered; else when the equipment did, and words that say so. people: answered legs, at least one."""
    if call["agent_answered_at"] is not None:
        return call["agent_answered_at"], ""
    named = [leg["answered_at"] for leg in people if leg["agent"] is not None]
    if named:
        return min(named), ""
    return min(leg["answered_at"] for leg in people), translations(lang).gettext("equipment answered")


def _heard(call: Row, rows: Sequence[Row], formats: Formats) -> Iterator[Answer]:
    words = translations(formats.lang)
    who = source_label("recording", formats.lang)
    if call["human_voice_at"] is not None:
        voiced = [row["confidence"] for row in rows if row["human_voice_at"] == call["human_voice_at"]]
        sure = words.gettext("sure {share}").format(share=formats.share(voiced[0])) if voiced else ""
        yield Answer(who, formats.duration((call["human_voice_at"] - call["started_at"]) / 1000), sure)
        return
    for row in rows[:MOST]:
        yield Answer(who, _outcome(row, formats))


def _outcome(row: Row, formats: Formats) -> str:
    """What one recording says, and how sure that is."""
    said = _said(row, formats.lang)
    if row["silence"] is not None or row["status"] not in ("answered", "nobody", "unsure"):
        return said
    sure = translations(formats.lang).gettext("sure {share}").format(share=formats.share(row["confidence"]))
    return f"{said}, {sure}"


def _said(row: Row, lang: str) -> str:
    if row["silence"] is not None:
        return translations(lang).gettext("a side is silent")
    return word(vocabulary.HEARD, row["status"], lang)


def _stretches(row: Row, listened: Listened) -> tuple[strip.Stretch, ...]:
    return tuple(listened.spans[row["recording"]])


def _strip(row: Row, listened: Listened, formats: Formats) -> Markup:
    moments = []
    if row["human_voice_s"] is not None:
        said = translations(formats.lang).gettext("first live word")
        moments = [strip.Moment("voice", row["human_voice_s"], said)]
    spans = _stretches(row, listened)
    return strip.draw(spans, row["duration_s"] or 0.0, moments, row["recording"], formats)
