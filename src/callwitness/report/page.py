"""One self-contained page from the tables of a check: ``render``.

The page needs nothing but itself: style and drawings are inside, there is no script, and everything that came
from a source is escaped. The same input gives the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl
from jinja2 import Environment
from markupsafe import Markup

from callwitness.report import charts, figures, vocabulary
from callwitness.report.formats import Formats
from callwitness.report.language import translations
from callwitness.report.overview import Note, SourceCard, asides, headline, notes_of, overview, source_cards
from callwitness.report.questions import (
    calls_in_question,
    choose,
    group_findings,
    lost_cases,
    originals_of,
    shown_records,
)
from callwitness.report.recordings import Listened
from callwitness.report.sentences import (
    finding_meaning,
    finding_title,
    side_value,
    source_label,
    verdict_word,
    word,
)
from callwitness.report.templating import environment

_MOST_REJECTED: Final = 40
_MOST_NUMBERS: Final = 100


@dataclass(frozen=True, slots=True)
class ReportInput:
    """What a check found, as tables of ``domain.results`` (times Int64 ms UTC).

    clock: source, at (ms UTC), offset_s, n, uncertainty_s. number_map: source, provider_number, office_number,
    n, how. notes: (source, reason code, parameters). summary: the contents of summary.json. originals: record
    id to the line as its source wrote it, at least for ``records_shown``. zone: IANA name. lang: en, ru or uk.
    service_counts: clock of the service level to (calls within the limit, calls counted); service_limit_s: the limit. listened: what was heard in recordings, if any.
    """

    calls: pl.DataFrame
    records: pl.DataFrame
    matches: pl.DataFrame
    lost_callers: pl.DataFrame
    findings: pl.DataFrame
    rejected: pl.DataFrame
    ladder: pl.DataFrame
    reliability: pl.DataFrame
    clock: pl.DataFrame
    number_map: pl.DataFrame
    notes: Sequence[tuple[str, str, Mapping[str, Any]]]
    summary: Mapping[str, Any]
    originals: Mapping[str, str]
    zone: str
    lang: str = "en"
    name: str | None = None
    service_counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    service_limit_s: float = 20.0
    listened: Listened | None = None


def records_shown(
    calls: pl.DataFrame, records: pl.DataFrame, findings: pl.DataFrame, lost_callers: pl.DataFrame
) -> pl.DataFrame:
    """The records (RECORDS_OUT) whose original lines the page shows: a few thousand at most."""
    return shown_records(choose(calls, findings, lost_callers), records)


def render(result: ReportInput) -> str:
    """The page as HTML."""
    formats = Formats(result.lang, ZoneInfo(result.zone), _year(result))
    environment = _environment(formats)
    return environment.get_template("report.html.j2").render(
        _first_page(result, formats) | _details(result, formats)
    )


def _first_page(result: ReportInput, formats: Formats) -> dict[str, Any]:
    seen = overview(result.calls, result.lost_callers, result.summary, result.lang, result.records)
    cards = source_cards(result.summary, result.reliability, tuple(result.notes), result.lang)
    times = result.calls["started_at"].drop_nulls()
    as_of = _milliseconds(result.summary.get("as_of"))
    first, last = (times.min(), times.max()) if times.len() else (as_of, as_of)
    return {
        "lang": result.lang,
        "name": result.name,
        "zone": result.zone,
        "version": result.summary.get("version"),
        "period": formats.period(first, last) if isinstance(first, int) and isinstance(last, int) else None,
        "as_of": as_of,
        "seen": seen,
        "headline": headline(seen, formats),
        "asides": asides(seen, formats),
        "service": result.summary.get("service_level", {}),
        "service_counts": result.service_counts,
        "service_limit_s": result.service_limit_s,
        "voices": figures.voices(result.calls, result.service_limit_s) if result.listened else None,
        "cards": [(card, _clock(result, card, formats)) for card in cards],
        "general_notes": _general_notes(result, cards),
    }


def _details(result: ReportInput, formats: Formats) -> dict[str, Any]:
    chosen = choose(result.calls, result.findings, result.lost_callers)
    records = shown_records(chosen, result.records)
    originals = originals_of(records, result.originals)
    ids = {*chosen.call_ids, *chosen.findings["call_id"].drop_nulls().to_list()}
    wanted = result.calls.filter(pl.col("call_id").is_in(sorted(ids)))
    calls = {row["call_id"]: row for row in wanted.iter_rows(named=True)}
    lost = lost_cases(result.lost_callers, chosen.call_ids, result.lang)
    rejected, rejected_left = figures.rejected_reasons(result.rejected, _MOST_REJECTED)
    return {
        "lost": lost,
        "lost_left": result.lost_callers.height - len(lost),
        "kinds": group_findings(chosen, result.findings, calls, originals, result.lang),
        "findings_total": result.findings.height,
        "questions": calls_in_question(
            chosen,
            calls,
            result.ladder,
            records,
            originals,
            listened=result.listened or Listened(),
            formats=formats,
        ),
        "questions_total": chosen.in_question,
        "rejected": rejected,
        "rejected_left": rejected_left,
        "rejected_total": result.rejected.height,
        "numbers": result.number_map.head(_MOST_NUMBERS).to_dicts(),
        "numbers_total": result.number_map.height,
        **_charts(result, formats),
    }


def _charts(result: ReportInput, formats: Formats) -> dict[str, Markup]:
    words = translations(result.lang)
    hours, days = figures.hours_of_day(result.calls, result.zone), figures.days(result.calls, result.zone)
    verdicts = figures.by_verdict(result.calls)
    return {
        "hours_chart": charts.stacked_columns(
            hours,
            [f"{hour.at:02}" for hour in hours],
            words.gettext("Inbound calls by hour of the day"),
            formats,
        ),
        "days_chart": charts.stacked_columns(
            days, [formats.day(day.at) for day in days], words.gettext("Inbound calls by day"), formats
        ),
        "verdict_bar": charts.share_bar(figures.tones(verdicts), words.gettext("Inbound calls by verdict")),
    }


def _clock(result: ReportInput, card: SourceCard, formats: Formats) -> Markup:
    measured = result.clock.filter(
        (pl.col("source") == card.entry["name"]) & pl.col("at").is_not_null()
    ).sort("at")
    points = [
        charts.ClockPoint(at, offset or 0.0, uncertainty or 0.0, n or 0)
        for at, offset, uncertainty, n in measured.select("at", "offset_s", "uncertainty_s", "n").iter_rows()
    ]
    return charts.clock_chart(points, translations(result.lang).gettext("Clock offset over time"), formats)


def _general_notes(result: ReportInput, cards: Sequence[SourceCard]) -> tuple[Note, ...]:
    """Notes that belong to no source of the page."""
    names = {card.entry["name"] for card in cards}
    return notes_of(
        ((code, params) for source, code, params in result.notes if source not in names), result.lang
    )[0]


def _environment(formats: Formats) -> Environment:
    made = environment(formats)
    made.globals |= {"tones": vocabulary.TONES, "tone_words": vocabulary.TONE_WORDS}
    made.filters |= _filters(formats)
    return made


def _filters(formats: Formats) -> dict[str, Callable[..., Any]]:
    lang = formats.lang
    tables = {
        "direction": vocabulary.DIRECTIONS,
        "state": vocabulary.STATES,
        "flag": vocabulary.FLAGS,
        "severity": vocabulary.SEVERITIES,
        "caller_kind": vocabulary.CALLER_KINDS,
        "found_by": vocabulary.FOUND_BY,
        "tone_word": vocabulary.TONE_WORDS,
    }
    by_table: dict[str, Callable[..., Any]] = {
        name: partial(_word, table, lang) for name, table in tables.items()
    }
    return by_table | {
        "verdict": partial(verdict_word, lang=lang),
        "finding_title": partial(finding_title, lang=lang),
        "finding_meaning": partial(finding_meaning, lang=lang),
        "time": formats.time,
        "clock": formats.clock,
        "day": formats.day,
        "duration": formats.duration,
        "ago": formats.ago,
        "secs": formats.seconds,
        "offset": formats.offset,
        "count": formats.count,
        "share": formats.share,
        "phone": formats.number,
        "moment": _moment,
        "bind": _bind,
        "source_label": partial(source_label, lang=lang),
        "side": partial(side_value, formats=formats),
    }


def _word(table: Mapping[str, str], lang: str, code: str | None) -> str:
    return word(table, code, lang)


def _bind(text: str) -> str:
    """A number is not parted from its word at the end of a line."""
    return re.sub(r"(\d) ", "\\1\u00a0", text)


def _moment(iso_day: str) -> int:
    """The noon of an ISO day, ms UTC: a moment of that day in every zone near it."""
    return int(datetime.fromisoformat(iso_day).replace(hour=12, tzinfo=UTC).timestamp() * 1000)


def _milliseconds(iso: str | None) -> int | None:
    return None if not iso else int(datetime.fromisoformat(iso).timestamp() * 1000)


def _year(result: ReportInput) -> int | None:
    times = result.calls["started_at"].drop_nulls()
    last = times.max() if times.len() else _milliseconds(result.summary.get("as_of"))
    return Formats(result.lang, ZoneInfo(result.zone)).local(last).year if isinstance(last, int) else None
