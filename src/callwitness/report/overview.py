"""What the first page says: the sentence, the sums that must add up, and one card a source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from callwitness.report import vocabulary
from callwitness.report.figures import SourceFigures, by_direction, by_verdict, losses, source_figures, tones
from callwitness.report.formats import Formats
from callwitness.report.language import translations
from callwitness.report.sentences import sentence, word

_MOST_OF_A_CODE: Final = 3
_MOST_FILES: Final = 200
_ABOUT_FILES: Final = frozenset({"member_passed_over", "table_passed_over", "empty_file", "same_bytes_twice"})
"""What was not read is listed file by file: whoever misses calls looks here."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole sentence of the headline and what it is about: ok, nobody, lost or plain."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Sum:
    """``total = part + part + ...``; parts as (code, word, n)."""

    total: int
    parts: tuple[tuple[str, str, int], ...]

    @property
    def holds(self) -> bool:
        """Whether the parts really make the total."""
        return self.total == sum(n for _, _, n in self.parts)


@dataclass(frozen=True, slots=True)
class SourceSums:
    """One source: rows = records + rejected, and its calls by what became of them in reconciliation."""

    name: str
    rows: Sum
    calls: Sum
    excluded: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """The counts of the first page. calls: by direction; inbound: by verdict; nobody, cases: of the lost.

    hidden: calls that reached nobody and show no number to ring. expired: lost callers not reached in time.
    outage: calls that never arrived inside an agreed outage. evidence: first and last start of all records, ms UTC.
    """

    calls: Sum
    inbound: Sum
    by_tone: Mapping[str, int]
    nobody: Sum
    cases: Sum
    waiting: int
    hidden: int
    expired: int
    outage: int
    only_provider: bool
    evidence: tuple[int, int] | None
    sources: tuple[SourceSums, ...]
    pairs: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What was noticed about a source: a sentence, and the whole text behind it where there is one."""

    text: str
    detail: str | None


@dataclass(frozen=True, slots=True)
class SourceCard:
    """A source as its card shows it: its entry of the summary, its figures and its notes."""

    entry: Mapping[str, Any]
    figures: SourceFigures
    weeks: tuple[Mapping[str, Any], ...]
    zone: str
    notes: tuple[Note, ...]
    notes_left_out: int


def overview(
    calls: pl.DataFrame,
    lost_callers: pl.DataFrame,
    summary: Mapping[str, Any],
    lang: str,
    records: pl.DataFrame | None = None,
) -> Overview:
    """Everything the first page counts, from the frames; the sources' sums from the summary."""
    directions, verdicts = by_direction(calls), by_verdict(calls)
    lost = losses(calls)
    states = dict(lost_callers.group_by("state").len().sort("state").iter_rows())
    ordered = {state: states[state] for state in vocabulary.STATES if state in states}
    words = translations(lang)
    reconciled = summary.get("reconciliation", {})
    return Overview(
        calls=Sum(calls.height, tuple(_directions(directions, lang))),
        inbound=_sum(verdicts, vocabulary.VERDICTS, lang, directions.get("inbound", 0)),
        by_tone=tones(verdicts),
        nobody=Sum(
            lost.total,
            (
                (
                    "cases",
                    words.ngettext("try of a lost caller", "tries of lost callers", lost.in_cases),
                    lost.in_cases,
                ),
                ("withheld", words.gettext("number withheld, nobody to ring"), lost.withheld),
                ("hidden", words.gettext("number hidden by forwarding"), lost.hidden),
                ("menu", words.gettext("left the menu"), lost.menu),
                ("aside", words.gettext("no number to ring"), lost.aside),
            ),
        ),
        cases=_sum(ordered, vocabulary.STATES, lang, lost_callers.height),
        waiting=ordered.get("open", 0),
        hidden=lost.withheld + lost.hidden,
        expired=ordered.get("expired", 0),
        outage=_in_outage(calls),
        only_provider={entry["role"] for entry in summary.get("sources", ())} == {"provider"},
        evidence=None if records is None else _span(records),
        sources=tuple(_source_sums(entry, reconciled, lang) for entry in summary.get("sources", ())),
        pairs=tuple((pair["left"], pair["right"], pair["matched"]) for pair in reconciled.get("pairs", ())),
    )


def _in_outage(calls: pl.DataFrame) -> int:
    excused = pl.col("reasons").str.contains('"covered_by_outage"', literal=True)
    return calls.filter((pl.col("verdict") == "never_arrived") & excused).height


def _span(records: pl.DataFrame) -> tuple[int, int] | None:
    times = records["started_at"].drop_nulls()
    first, last = times.min(), times.max()
    return (first, last) if isinstance(first, int) and isinstance(last, int) else None


def _directions(counts: Mapping[str, int], lang: str) -> Iterator[tuple[str, str, int]]:
    words = translations(lang)
    for code, n in counts.items():
        if code == "inbound":
            yield code, words.ngettext("inbound call", "inbound calls", n), n
        elif code == "outbound":
            yield code, words.ngettext("outbound call", "outbound calls", n), n
        elif code == "internal":
            yield code, words.ngettext("internal call", "internal calls", n), n
        else:
            yield code, word(vocabulary.DIRECTIONS, code, lang), n


def _sum(counts: Mapping[str, int], table: Mapping[str, str], lang: str, total: int) -> Sum:
    return Sum(total, tuple((code, word(table, code, lang), n) for code, n in counts.items()))


def _source_sums(entry: Mapping[str, Any], reconciled: Mapping[str, Any], lang: str) -> SourceSums:
    words = translations(lang)
    counts = reconciled.get("sources", {}).get(entry["name"], {})
    doubled, records, rejected = counts.get("duplicate", 0), entry["records"], entry["rejected"]
    excluded = {code: int(n) for code, n in counts.get("excluded", {}).items() if n}
    calls = (
        ("matched", words.gettext("matched"), counts.get("matched", 0)),
        ("unmatched", words.gettext("unmatched"), counts.get("unmatched", 0)),
        ("duplicate", words.ngettext("duplicate", "duplicates", doubled), doubled),
        ("excluded", words.gettext("excluded"), sum(excluded.values())),
    )
    rows = (
        ("records", words.ngettext("record", "records", records), records),
        ("rejected", words.ngettext("rejected row", "rejected rows", rejected), rejected),
    )
    return SourceSums(
        name=entry["name"],
        rows=Sum(entry["rows"], rows),
        calls=Sum(counts.get("calls", entry.get("calls", 0)), calls),
        excluded=tuple((word(vocabulary.EXCLUDED, code, lang), n) for code, n in excluded.items()),
    )


def headline(seen: Overview, formats: Formats) -> list[Statement]:
    """The answer in words, before any table."""
    words = translations(formats.lang)
    inbound, nobody = seen.inbound.total, seen.nobody.total
    if not seen.calls.total:
        return [Statement(_no_calls(seen, formats), "plain")]
    if not inbound:
        text = words.ngettext(
            "{n} call, and none of them inbound.", "{n} calls, and none of them inbound.", seen.calls.total
        )
        return [Statement(text.format(n=formats.count(seen.calls.total)), "plain")]
    came = words.ngettext("{n} call came in.", "{n} calls came in.", inbound).format(n=formats.count(inbound))
    if not nobody:
        return [Statement(came, "plain"), Statement(words.gettext("No caller was missed."), "ok")]
    missed = words.ngettext("{n} reached nobody.", "{n} of them reached nobody.", nobody).format(
        n=formats.count(nobody)
    )
    return [Statement(came, "plain"), Statement(missed, "nobody"), *_waiting(seen, formats)]


def _no_calls(seen: Overview, formats: Formats) -> str:
    words = translations(formats.lang)
    if seen.evidence is None:
        return words.gettext("There are no calls in these files.")
    text = words.gettext("There are no calls in this period; the files cover {days}.")
    dated = replace(formats, year=0)
    return text.format(days=" – ".join(dict.fromkeys(map(dated.day, seen.evidence))))


def _waiting(seen: Overview, formats: Formats) -> Iterator[Statement]:
    words = translations(formats.lang)
    if seen.waiting:
        text = words.ngettext(
            "{n} person still waits for a call back.", "{n} people still wait for a call back.", seen.waiting
        )
        yield Statement(text.format(n=formats.count(seen.waiting)), "lost")
    elif not seen.hidden and not seen.expired:
        yield Statement(words.gettext("Nobody still waits for a call back."), "ok")


def asides(seen: Overview, formats: Formats) -> list[Statement]:
    """What the headline must not hide: who cannot be rung, who was not reached in time, who alone speaks."""
    words = translations(formats.lang)
    said = []
    if seen.hidden:
        text = words.ngettext(
            "{n} of these calls cannot be rung back: the number is hidden.",
            "{n} of these calls cannot be rung back: the number is hidden.",
            seen.hidden,
        )
        said.append(Statement(text.format(n=formats.count(seen.hidden)), "nobody"))
    if seen.expired:
        text = words.ngettext(
            "{n} lost caller was not reached again in time.",
            "{n} lost callers were not reached again in time.",
            seen.expired,
        )
        said.append(Statement(text.format(n=formats.count(seen.expired)), "lost"))
    if seen.only_provider and seen.inbound.total:
        text = words.gettext('Only the provider speaks: "answered" may be a menu or a queue.')
        said.append(Statement(text, "nobody"))
    return said


def source_cards(
    summary: Mapping[str, Any],
    reliability: pl.DataFrame,
    notes: tuple[tuple[str, str, Mapping[str, Any]], ...],
    lang: str,
) -> list[SourceCard]:
    """A card for each source of the summary, in its order."""
    cards = []
    for entry in summary.get("sources", ()):
        name = entry["name"]
        weeks = reliability.filter(pl.col("source") == name).sort("week")
        told, left_out = notes_of(((code, params) for source, code, params in notes if source == name), lang)
        cards.append(
            SourceCard(
                entry=entry,
                figures=source_figures(reliability, name),
                weeks=tuple(weeks.iter_rows(named=True)),
                zone=_zone(entry, lang),
                notes=told,
                notes_left_out=left_out,
            )
        )
    return cards


def notes_of(notes: Iterable[tuple[str, Mapping[str, Any]]], lang: str) -> tuple[tuple[Note, ...], int]:
    """The first few notes of each code as sentences, each once, and how many are left out; of files nearly all."""
    seen: dict[str, dict[str, Note]] = {}
    for code, params in notes:
        text = sentence(code, params, lang)
        seen.setdefault(code, {}).setdefault(text, Note(text, params.get("profile")))
    shown = [
        note
        for code, said in seen.items()
        for note in list(said.values())[: _MOST_FILES if code in _ABOUT_FILES else _MOST_OF_A_CODE]
    ]
    return tuple(shown), sum(len(said) for said in seen.values()) - len(shown)


def _zone(entry: Mapping[str, Any], lang: str) -> str:
    zone, by = entry.get("zone"), entry.get("zone_found_by")
    if not zone:
        return ""
    return f"{zone} ({word(vocabulary.FOUND_BY, by, lang)})" if by else str(zone)
