"""The figures of the page, counted over whole frames: nothing here walks through calls one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from callwitness.report.vocabulary import TONES

TONE_ORDER: Final = ("ok", "nobody", "lost", "aside")
REACHED_NOBODY: Final = tuple(verdict for verdict, tone in TONES.items() if tone in ("nobody", "lost"))
_MOST_DAYS: Final = 62


@dataclass(frozen=True, slots=True)
class Bucket:
    """One column of a chart of calls: its start (ms UTC, or the hour of the day) and calls by tone."""

    at: int
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All calls of the column."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Losses:
    """Inbound calls that reached nobody, split so that the parts add up to ``total``.

    in_cases: tries of lost callers. Without a case: withheld, hidden (by forwarding), menu (left it; no case
    unless the workspace says so), aside (no number to ring, or no longer looked at).
    """

    total: int
    in_cases: int
    withheld: int
    hidden: int
    menu: int
    aside: int


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Reliability of a source over all its weeks; shares are None where there was nothing to share."""

    calls: int
    missing: int
    loss: float | None
    claimed: int
    denied: int
    inflation: float | None
    late: float | None


@dataclass(frozen=True, slots=True)
class RejectedRows:
    """Rows of one source rejected for one reason, with the first of them."""

    source: str
    reason: str
    rows: int
    file: str | None
    row: str | None
    raw: str | None


def by_direction(calls: pl.DataFrame) -> dict[str, int]:
    """Calls by direction, in the order inbound, outbound, internal, anything else."""
    counted = _counts(calls, "direction")
    known = {name: counted.pop(name) for name in ("inbound", "outbound", "internal") if name in counted}
    return known | counted


def by_verdict(calls: pl.DataFrame, direction: str = "inbound") -> dict[str, int]:
    """Calls of one direction by verdict, by tone and then the most frequent first."""
    counted = _counts(calls.filter(pl.col("direction") == direction), "verdict")
    rank = {verdict: TONE_ORDER.index(TONES.get(verdict, "aside")) for verdict in counted}
    return dict(sorted(counted.items(), key=lambda item: (rank[item[0]], -item[1], item[0])))


def _counts(frame: pl.DataFrame, column: str) -> dict[str, int]:
    counted = (
        frame.group_by(pl.col(column).fill_null("unknown"))
        .len()
        .sort("len", column, descending=[True, False])
    )
    return dict(zip(counted[column].to_list(), counted["len"].to_list(), strict=True))


def tones(verdicts: Mapping[str, int]) -> dict[str, int]:
    """Verdict counts summed by tone."""
    summed = dict.fromkeys(TONE_ORDER, 0)
    for verdict, n in verdicts.items():
        summed[TONES.get(verdict, "aside")] += n
    return summed


def losses(calls: pl.DataFrame) -> Losses:
    """How the calls that reached nobody are spread over cases and the rest."""
    nobody = calls.filter((pl.col("direction") == "inbound") & pl.col("verdict").is_in(REACHED_NOBODY))
    part = (
        pl.when(pl.col("case_id").is_not_null())
        .then(pl.lit("in_cases"))
        .when(pl.col("caller_kind") == "withheld")
        .then(pl.lit("withheld"))
        .when(pl.col("caller_kind") == "hidden_by_forwarding")
        .then(pl.lit("hidden"))
        .when(pl.col("verdict") == "abandoned_in_ivr")
        .then(pl.lit("menu"))
        .otherwise(pl.lit("aside"))
    )
    counted = _counts(nobody.select(part=part), "part")
    names = ("in_cases", "withheld", "hidden", "menu", "aside")
    return Losses(nobody.height, *(counted.get(name, 0) for name in names))


@dataclass(frozen=True, slots=True)
class Voices:
    """Answered inbound calls: all, those with a known live voice, and of these the ones an agent answered in time."""

    answered: int
    known: int
    agent_in_time: int


def voices(calls: pl.DataFrame, limit_s: float) -> Voices:
    """What the voice clock counts, and the agent clock on the same calls. limit_s: of the service level, from the queue."""
    answered = calls.filter((pl.col("direction") == "inbound") & (pl.col("verdict") == "answered"))
    known = answered.filter(pl.col("human_voice_at").is_not_null())
    waited = pl.col("agent_answered_at") - pl.coalesce("queued_at", "started_at")
    return Voices(answered.height, known.height, known.filter(waited <= limit_s * 1000).height)


def hours_of_day(calls: pl.DataFrame, zone: str) -> list[Bucket]:
    """Inbound calls by hour of the day in the zone, from the first hour with calls to the last."""
    local = pl.from_epoch("started_at", "ms").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    counted = _by_tone(calls, local.dt.hour().cast(pl.Int64))
    if not counted:
        return []
    return [Bucket(hour, counted.get(hour, {})) for hour in range(min(counted), max(counted) + 1)]


def days(calls: pl.DataFrame, zone: str) -> list[Bucket]:
    """Inbound calls by day in the zone, or by week when the days would be too many to draw."""
    local = pl.from_epoch("started_at", "ms").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    inbound = calls.filter((pl.col("direction") == "inbound") & pl.col("started_at").is_not_null())
    span = inbound.select(day=local.dt.date()).select(pl.col("day").max() - pl.col("day").min()).item()
    if span is None or span.days == 0:
        return []
    step = "1d" if span.days < _MOST_DAYS else "1w"
    start = local.dt.truncate(step)
    counted = _by_tone(calls, start.dt.epoch("ms"))
    filled = inbound.select(day=start).select(
        pl.datetime_range(pl.col("day").min(), pl.col("day").max(), step).dt.epoch("ms")
    )
    return [Bucket(at, counted.get(at, {})) for at in filled.to_series().to_list()]


def _by_tone(calls: pl.DataFrame, at: pl.Expr) -> dict[int, dict[str, int]]:
    counted = (
        calls.filter((pl.col("direction") == "inbound") & pl.col("started_at").is_not_null())
        .select(
            at=at, tone=pl.col("verdict").replace_strict(TONES, default="aside", return_dtype=pl.String())
        )
        .group_by("at", "tone")
        .len()
        .sort("at", "tone")
    )
    found: dict[int, dict[str, int]] = {}
    for at_value, tone, n in counted.iter_rows():
        found.setdefault(at_value, {})[tone] = n
    return found


def source_figures(reliability: pl.DataFrame, source: str) -> SourceFigures:
    """One source over all weeks; the shares are recomputed from the counts, never averaged."""
    own = reliability.filter(pl.col("source") == source)
    calls, missing, claimed, denied = (
        int(own[name].sum()) for name in ("calls", "missing", "claimed_answered", "denied_answered")
    )
    late = own.filter(pl.col("late_share").is_not_null() & (pl.col("calls") > 0))
    weighted = float((late["late_share"] * late["calls"]).sum())
    return SourceFigures(
        calls=calls,
        missing=missing,
        loss=missing / (calls + missing) if calls + missing else None,
        claimed=claimed,
        denied=denied,
        inflation=denied / claimed if claimed else None,
        late=weighted / int(late["calls"].sum()) if late.height else None,
    )


def rejected_reasons(rejected: pl.DataFrame, most: int) -> tuple[list[RejectedRows], int]:
    """Rejected rows by source and reason, the most frequent first, and how many rows are not listed."""
    grouped = (
        rejected.group_by("source", "reason", maintain_order=True)
        .agg(pl.len().alias("rows"), pl.col("file", "row", "raw").first())
        .sort("rows", "source", "reason", descending=[True, False, False])
    )
    listed = [RejectedRows(**row) for row in grouped.head(most).iter_rows(named=True)]
    return listed, rejected.height - sum(row.rows for row in listed)


def finding_counts(findings: pl.DataFrame, kinds: Sequence[str]) -> dict[str, int]:
    """Findings by kind, the kinds in the given order and then any others by name."""
    counted = _counts(findings, "kind") if findings.height else {}
    known = {kind: counted.pop(kind) for kind in kinds if kind in counted}
    return known | dict(sorted(counted.items()))
