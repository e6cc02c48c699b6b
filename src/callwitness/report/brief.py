"""What a check says in a terminal: the report's own sentences, its sums, what was noticed, in the report's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import polars as pl

from callwitness.report.formats import Formats
from callwitness.report.language import mark as _
from callwitness.report.language import translations
from callwitness.report.overview import Overview, SourceSums, asides, headline, overview
from callwitness.report.page import ReportInput
from callwitness.report.sentences import finding_title, sentence, source_label

_MOST_WARNINGS: Final = 10
_MOST_TABLES: Final = 3
_QUIET: Final = frozenset({"table_read"})
"""Told in full by ``tables_read``."""

_HEADINGS: Final = (
    _("source"),
    _("rows"),
    _("not read"),
    _("calls"),
    _("matched"),
    _("unmatched"),
    _("duplicates"),
    _("excluded"),
)


@dataclass(frozen=True, slots=True)
class Brief:
    """Sentences; a table of one row a source under its headings; further lines."""

    sentences: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[str, ...]


def brief(result: ReportInput) -> Brief:
    """The summary of a check."""
    formats = Formats(result.lang, ZoneInfo(result.zone))
    words = translations(result.lang)
    seen = overview(result.calls, result.lost_callers, result.summary, result.lang, result.records)
    said = (*headline(seen, formats), *asides(seen, formats))
    names = [words.gettext(name) for name in _HEADINGS[: 4 if len(seen.sources) == 1 else None]]
    rows = tuple(tuple(_row(source, result.lang))[: len(names)] for source in seen.sources)
    return Brief(tuple(each.text for each in said), tuple(names), rows, tuple(_lines(result, seen, formats)))


def report_line(path: str, lang: str) -> str:
    """Where the report lies."""
    return translations(lang).gettext("Report: {path}").format(path=path)


def _row(source: SourceSums, lang: str) -> Iterator[str]:
    yield source_label(source.name, lang)
    numbers = (source.rows.total, source.rows.parts[1][2], source.calls.total)
    yield from (f"{number:,}" for number in (*numbers, *(part[2] for part in source.calls.parts)))


def _lines(result: ReportInput, seen: Overview, formats: Formats) -> Iterator[str]:
    words = translations(result.lang)
    if len(seen.sources) == 1:
        yield words.gettext("Nothing to compare with: one source.")
    counts = result.summary.get("findings", {})
    if counts:
        told = ", ".join(
            f"{finding_title(kind, result.lang)} {formats.count(n)}" for kind, n in counts.items()
        )
        yield words.gettext("Findings: {list}").format(list=told)


def warnings(result: ReportInput, *, country_known: bool) -> list[str]:
    """What was noticed while reading, each once on a line of its own, and how much more stands in the report."""
    words = translations(result.lang)
    said = list(dict.fromkeys([*_assumed(result, country_known=country_known), *_noticed(result)]))
    if len(said) <= _MOST_WARNINGS:
        return said
    left = len(said) - _MOST_WARNINGS
    more = words.ngettext("and {n} more in the report", "and {n} more in the report", left)
    return [*said[:_MOST_WARNINGS], more.format(n=left)]


def _noticed(result: ReportInput) -> Iterator[str]:
    for source, code, params in result.notes:
        if code not in _QUIET:
            said = " ".join(sentence(code, params, result.lang).split())
            yield f"{source_label(source, result.lang)}: {said}"


def _assumed(result: ReportInput, *, country_known: bool) -> Iterator[str]:
    words = translations(result.lang)
    for entry in result.summary.get("sources", ()):
        if entry["zone_found_by"] == "assumed":
            text = words.gettext("{source}: no zone was given; times without one were read in {zone}.")
            yield text.format(source=source_label(entry["name"], result.lang), zone=entry["zone"])
    national = (pl.col("caller_kind") == "number") & ~pl.col("caller").str.starts_with("+")
    if not country_known and (n := result.calls.filter(national).height):
        text = words.ngettext(
            "No country was given: the number of {n} call stays without its country code.",
            "No country was given: the numbers of {n} calls stay without their country code.",
            n,
        )
        yield text.format(n=n)


def tables_read(result: ReportInput) -> list[str]:
    """How the columns of tables were understood, and how to keep or correct that."""
    words = translations(result.lang)
    guesses: dict[str, str] = {}
    for source, code, params in result.notes:
        if code == "table_read":
            said = f"{source_label(source, result.lang)}: {sentence(code, params, result.lang)}"
            guesses.setdefault(params["profile"], said)
    if not guesses:
        return []
    lines: list[str] = []
    for profile, said in list(guesses.items())[:_MOST_TABLES]:
        lines += [said, *(f"  {line}" for line in profile.splitlines())]
    left = len(guesses) - _MOST_TABLES
    if left > 0:
        more = words.ngettext("and {n} more in the report", "and {n} more in the report", left)
        lines.append(more.format(n=left))
    lines.append(
        words.gettext("Wrong? Name a column: ?caller=Column. Keep it: ?save=PATH, next time ?profile=PATH.")
    )
    return lines
