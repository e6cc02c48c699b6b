"""The calls in question, the findings and the lost callers, made ready for the template.

Only what is shown is turned into Python objects; the rest stays in the frames and is counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from callwitness.report import vocabulary
from callwitness.report.figures import REACHED_NOBODY, finding_counts
from callwitness.report.formats import Formats, cut
from callwitness.report.ladder import Clock, Ladder, draw
from callwitness.report.language import translations
from callwitness.report.recordings import Answer, Apart, Listened, answers, apart, on_the_axis
from callwitness.report.sentences import sentence

MOST_OF_A_KIND: Final = 40
MOST_LOST: Final = 200
MOST_CALLS: Final = 150
_MOST_RECORDS: Final = 12
_LONGEST_LINE: Final = 2_000
_SEVERITY_ORDER: Final = ("critical", "major", "minor", "info")
_STATE_ORDER: Final = (
    "open",
    "in_work",
    "expired",
    "self_recovered",
    "recovered",
    "other_channel",
    "not_needed",
)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Original:
    """A record as its source wrote it; ``text`` is None when the line is not at hand."""

    record_id: str
    source: str
    file: str
    row: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding with both sides and the sentences that explain it; ``row`` is its row of FINDINGS."""

    row: Row
    reasons: tuple[str, ...]
    originals: tuple[Original, ...]
    call: Row | None
    has_ladder: bool


@dataclass(frozen=True, slots=True)
class KindOfFindings:
    """All findings of a kind: how many there are and the gravest of them."""

    kind: str
    count: int
    shown: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class LostCaller:
    """A case with the sentence why nobody was reached and whether the page has a ladder of its last try."""

    row: Row
    why: str
    has_ladder: bool


@dataclass(frozen=True, slots=True)
class CallInQuestion:
    """A call with its reasons, its ladder and its witnesses' own lines.

    answers: when somebody answered, by each witness; sounds: recordings that could not be placed on the ladder.
    """

    row: Row
    reasons: tuple[str, ...]
    ladder: Ladder | None
    originals: tuple[Original, ...]
    records_left_out: int
    findings: tuple[str, ...]
    answers: tuple[Answer, ...]
    sounds: tuple[Apart, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the page shows one by one: ids of findings and of calls, and how many calls were in question."""

    findings: pl.DataFrame
    call_ids: tuple[str, ...]
    in_question: int


def choose(calls: pl.DataFrame, findings: pl.DataFrame, lost_callers: pl.DataFrame) -> Chosen:
    """The gravest findings of each kind, and within a limit the calls in question.

    These are the calls of findings, then the last tries of lost callers, then all others that reached nobody.
    """
    graded = findings.with_columns(_rank("severity", _SEVERITY_ORDER).alias("rank"))
    shown = (
        graded.sort("kind", "rank", "from", "finding_id", nulls_last=True)
        .group_by("kind", maintain_order=True)
        .head(MOST_OF_A_KIND)
        .sort("rank", "from", "kind", "finding_id", nulls_last=True)
    )
    missed = calls.filter((pl.col("direction") == "inbound") & pl.col("verdict").is_in(REACHED_NOBODY))
    missed = missed.sort("started_at", "call_id")
    wanted = [
        *shown["call_id"].to_list(),
        *_most_urgent(lost_callers)["last_call_id"].to_list(),
        *missed["call_id"].head(MOST_CALLS).to_list(),
    ]
    called = [findings["call_id"], lost_callers["last_call_id"], missed["call_id"]]
    in_question = pl.concat([ids.drop_nulls() for ids in called]).n_unique()
    unique = [call_id for call_id in dict.fromkeys(wanted) if call_id is not None][:MOST_CALLS]
    there = set(calls.filter(pl.col("call_id").is_in(unique))["call_id"].to_list())
    kept = tuple(call_id for call_id in unique if call_id in there)
    return Chosen(shown.drop("rank"), kept, in_question)


def shown_records(chosen: Chosen, records: pl.DataFrame) -> pl.DataFrame:
    """The records (RECORDS_OUT) behind what is shown: both sides of the findings, the calls' own records."""
    sides = pl.concat([chosen.findings["left_record"], chosen.findings["right_record"]]).drop_nulls()
    mine = pl.col("record_id").is_in(sides.implode()) | pl.col("call_id").is_in(list(chosen.call_ids))
    return records.filter(mine)


def group_findings(
    chosen: Chosen,
    all_findings: pl.DataFrame,
    calls: Mapping[str, Row],
    originals: Mapping[str, Original],
    lang: str,
) -> list[KindOfFindings]:
    """Findings by kind in the order of the vocabulary."""
    by_kind: dict[str, list[Finding]] = {}
    for row in chosen.findings.iter_rows(named=True):
        lines = [originals.get(row[side] or "") for side in ("left_record", "right_record")]
        told = tuple(line for line in lines if line is not None)
        found = Finding(
            row=row,
            reasons=sentences_of(row["reasons"], lang),
            originals=told,
            call=calls.get(row["call_id"] or ""),
            has_ladder=row["call_id"] in chosen.call_ids,
        )
        by_kind.setdefault(row["kind"], []).append(found)
    counts = finding_counts(all_findings, tuple(vocabulary.FINDINGS))
    return [KindOfFindings(kind, n, tuple(by_kind.get(kind, ()))) for kind, n in counts.items()]


def lost_cases(lost_callers: pl.DataFrame, with_ladder: Sequence[str], lang: str) -> list[LostCaller]:
    """The cases within the limit: those to ring back first, short ones after others, the latest first."""
    known = set(with_ladder)
    return [
        LostCaller(row, _why(row, lang), row["last_call_id"] in known)
        for row in _most_urgent(lost_callers).iter_rows(named=True)
    ]


def _most_urgent(lost_callers: pl.DataFrame) -> pl.DataFrame:
    order = [_rank("state", _STATE_ORDER), pl.col("short"), pl.col("last_at"), pl.col("case_id")]
    return lost_callers.sort(order, descending=[False, False, True, False]).head(MOST_LOST)


def _why(row: Row, lang: str) -> str:
    code = row["why_missed"]
    return sentence(code, {"agent": row["owner"]}, lang) if code else ""


def _rank(column: str, order: Sequence[str]) -> pl.Expr:
    ranks = {name: place for place, name in enumerate(order)}
    return pl.col(column).replace_strict(ranks, default=len(order), return_dtype=pl.Int64)


def sentences_of(reasons: str | None, lang: str) -> tuple[str, ...]:
    """The sentences of a JSON array of reasons, each once."""
    if not reasons:
        return ()
    said = (sentence(reason["code"], reason.get("params") or {}, lang) for reason in json.loads(reasons))
    return tuple(dict.fromkeys(said))


def originals_of(records: pl.DataFrame, texts: Mapping[str, str]) -> dict[str, Original]:
    """Records by id with their lines as the source wrote them."""
    columns = records.select("record_id", "source", "file", "row").sort("source", "file", "row", "record_id")
    return {
        record_id: Original(record_id, source or "", file or "", row or "", _line(texts.get(record_id)))
        for record_id, source, file, row in columns.iter_rows()
    }


def _line(text: str | None) -> str | None:
    return None if text is None else cut(text, _LONGEST_LINE)


def calls_in_question(
    chosen: Chosen,
    calls: Mapping[str, Row],
    ladder: pl.DataFrame,
    records: pl.DataFrame,
    originals: Mapping[str, Original],
    *,
    listened: Listened,
    formats: Formats,
) -> list[CallInQuestion]:
    """The chosen calls in order of time, each with its ladder and its recordings."""
    ids = list(chosen.call_ids)
    legs = _by_call(ladder.filter(pl.col("call_id").is_in(ids)))
    told = _by_call(records.filter(pl.col("call_id").is_in(ids)))
    heard = listened.of(ids)
    kinds: dict[str, list[str]] = {}
    for call_id, kind in chosen.findings.select("call_id", "kind").iter_rows():
        kinds.setdefault(call_id, []).append(kind)
    ordered = sorted(ids, key=lambda call_id: (calls[call_id]["started_at"] or 0, call_id))
    return [
        _question(
            calls[call_id],
            legs=legs.get(call_id, []),
            records=told.get(call_id, []),
            originals=originals,
            kinds=kinds,
            recordings=heard.get(call_id, []),
            listened=listened,
            formats=formats,
        )
        for call_id in ordered
    ]


def _by_call(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(row["call_id"], []).append(row)
    return found


def _question(
    call: Row,
    *,
    legs: Sequence[Row],
    records: Sequence[Row],
    originals: Mapping[str, Original],
    kinds: Mapping[str, Sequence[str]],
    recordings: Sequence[Row],
    listened: Listened,
    formats: Formats,
) -> CallInQuestion:
    ordered = sorted(records, key=lambda row: (row["started_at"] or 0, row["source"] or "", row["record_id"]))
    lines = tuple(originals[row["record_id"]] for row in ordered[:_MOST_RECORDS])
    sounds = on_the_axis(recordings, listened, formats)
    title = " ".join((formats.number(call["caller"]), formats.time(call["started_at"])))
    return CallInQuestion(
        row=call,
        reasons=sentences_of(call["reasons"], formats.lang),
        ladder=draw(legs, _clocks(call, formats.lang), call["started_at"], title, formats, sounds),
        originals=lines,
        records_left_out=max(0, len(ordered) - _MOST_RECORDS),
        findings=tuple(dict.fromkeys(kinds.get(call["call_id"], ()))),
        answers=answers(call, legs, ordered, recordings, formats),
        sounds=apart(recordings, listened, formats),
    )


def _clocks(call: Row, lang: str) -> tuple[Clock, ...]:
    words = translations(lang)
    return (
        Clock("signal", words.gettext("equipment answered"), call["signal_answered_at"]),
        Clock("agent", words.gettext("agent answered"), call["agent_answered_at"]),
        Clock("voice", words.gettext("live voice"), call["human_voice_at"]),
    )
