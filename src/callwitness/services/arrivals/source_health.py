"""How sources are: when each was fed, whether it should have been again by now, its clock, what it loses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery, Sum

from callwitness.ledger import models as m
from callwitness.services.arrivals import watched
from callwitness.services.arrivals.replays import SET_ASIDE

_DAY_MS: Final = 86_400_000
_HABIT_MS: Final = 30 * _DAY_MS
_HABIT_ENOUGH: Final = 4
_PATIENCE: Final = 3
_SHORTEST_MS: Final = 3_600_000
_WEEKS: Final = 4
_TWICE: Final = 2
_MANY_REJECTED: Final = 0.1

WELL, EARLY, SILENT, FAILING, NEVER, OFF = "well", "early", "silent", "failing", "never", "off"
TONES: Final = {
    WELL: "ok", EARLY: "aside", SILENT: "nobody", FAILING: "lost", NEVER: "aside", OFF: "aside",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """state: well | early (fed once: nothing is usual yet) | silent (nothing for three times its usual pause) | failing | never (fed) | off.

    usual_s: its usual pause between arrivals, None where there were too few. problem: why it fails, '' otherwise.
    offset_s, offset_at: its clock against the reference when last measured, + = ahead. lost: share of the reference's
    calls it did not tell, in the last four weeks. records, rejected, pending, failed: of all its evidence.
    many_rejected: share of rejected rows in its newest evidence, None up to a tenth.
    """

    source: m.Source
    state: str
    usual_s: float | None
    problem: str
    offset_s: float | None
    offset_at: int | None
    lost: float | None
    records: int
    rejected: int
    pending: int
    failed: int
    many_rejected: float | None

    @property
    def tone(self) -> str:
        return TONES[self.state]


def health(sources: Iterable[m.Source], now: int) -> list[SourceHealth]:
    """The health of each, in their order, in four queries. now: ms UTC."""
    sources = list(sources)
    ids = [source.pk for source in sources]
    evidence = _evidence(ids, now)
    clocks, lost = _clocks(ids), _lost(ids, now)
    return [
        _health(source, evidence.get(source.pk, {}), clocks.get(source.pk), lost.get(source.pk), now)
        for source in sources
    ]


def _health(
    source: m.Source, told: Mapping[str, Any], clock: tuple[int, float] | None, lost: float | None, now: int
) -> SourceHealth:
    problem = watched.problem(source) if source.folder else ""
    usual = _usual(told)
    state = WELL
    if not source.enabled:
        state = OFF
    elif problem or told.get("newest_failed"):
        state = FAILING
    elif source.last_evidence_at is None:
        state = NEVER
    elif usual is not None and now - source.last_evidence_at > max(_PATIENCE * usual, _SHORTEST_MS):
        state = SILENT
    elif told.get("all_arrivals", 0) < _TWICE:
        state = EARLY
    return SourceHealth(
        source,
        state,
        None if usual is None else usual / 1000,
        problem,
        clock[1] if clock else None,
        clock[0] if clock else None,
        lost,
        told.get("all_records") or 0,
        told.get("all_rejected") or 0,
        told.get("pending") or 0,
        told.get("failed") or 0,
        _many_rejected(told.get("newest_records") or 0, told.get("newest_rejected") or 0),
    )


def _many_rejected(records: int, rejected: int) -> float | None:
    share = rejected / (records + rejected) if rejected else 0.0
    return share if share > _MANY_REJECTED else None


def _usual(told: Mapping[str, Any]) -> float | None:
    """ms between arrivals of the last thirty days; the arrivals of one heap are one."""
    if told.get("arrivals", 0) < _HABIT_ENOUGH or told["first"] == told["last"]:
        return None
    return float((told["last"] - told["first"]) / (told["arrivals"] - 1))


def _evidence(ids: list[int], now: int) -> dict[int, dict[str, Any]]:
    recent = Q(arrived_at__gte=now - _HABIT_MS)
    by_hand = Q(state=m.Evidence.FAILED, problem=SET_ASIDE)  # somebody's wish, not a failure
    newest = (
        m.Evidence.objects.filter(source=OuterRef("source")).exclude(by_hand).order_by("-arrived_at", "-id")
    )
    rows = (
        m.Evidence.objects.filter(source__in=ids)
        .values("source")
        .annotate(
            arrivals=Count("arrived_at", filter=recent, distinct=True),
            first=Min("arrived_at", filter=recent),
            last=Max("arrived_at", filter=recent),
            all_records=Sum("records"),
            all_rejected=Sum("rejected"),
            pending=Count("id", filter=Q(state=m.Evidence.PENDING) | Q(again=True)),
            failed=Count("id", filter=Q(state=m.Evidence.FAILED) & ~by_hand),
            all_arrivals=Count("arrived_at", distinct=True),
            newest=Subquery(newest.values("state")[:1]),
            newest_records=Subquery(newest.values("records")[:1]),
            newest_rejected=Subquery(newest.values("rejected")[:1]),
        )
    )
    return {row["source"]: row | {"newest_failed": row["newest"] == m.Evidence.FAILED} for row in rows}


def _clocks(ids: list[int]) -> dict[int, tuple[int, float]]:
    newest = m.ClockPoint.objects.filter(source=OuterRef("source")).order_by("-at").values("pk")[:1]
    points = m.ClockPoint.objects.filter(source__in=ids, pk=Subquery(newest))
    return {source: (at, offset) for source, at, offset in points.values_list("source", "at", "offset_s")}


def _lost(ids: list[int], now: int) -> dict[int, float]:
    since = (datetime.fromtimestamp(now / 1000, UTC).date() - timedelta(weeks=_WEEKS)).isoformat()
    weeks = m.ReliabilityWeek.objects.filter(source__in=ids, week__gte=since).values("source")
    sums = weeks.annotate(known=Sum(F("calls") + F("missing")), gone=Sum("missing"))
    return {row["source"]: row["gone"] / row["known"] for row in sums if row["known"]}


@dataclass(frozen=True, slots=True)
class Week:
    """A source in a week: Monday's date; calls; shares of one, None where there was nothing to share."""

    monday: date
    calls: int
    missing: int
    lost: float | None
    inflated: float | None
    late: float | None
    offset_s: float | None


def weeks(source: m.Source, most: int = 26) -> list[Week]:
    """Reliability by week, newest first; what several windows say of one week is added up."""
    rows = m.ReliabilityWeek.objects.filter(source=source).values("week")
    sums = rows.annotate(
        all_calls=Sum("calls"),
        gone=Sum("missing"),
        claimed=Sum("claimed_answered"),
        denied=Sum("denied_answered"),
        all_late=Sum("late"),
        all_records=Sum("records"),
        weighed=Sum(F("clock_offset_s") * F("calls")),
        weight=Sum("calls", filter=Q(clock_offset_s__isnull=False)),
    )
    return [_week(row) for row in sums.order_by("-week")[:most]]


def _week(row: Mapping[str, Any]) -> Week:
    def share(part: float | None, whole: float | None) -> float | None:
        return float((part or 0) / whole) if whole else None

    return Week(
        date.fromisoformat(row["week"]),
        row["all_calls"],
        row["gone"],
        share(row["gone"], row["all_calls"] + row["gone"]),
        share(row["denied"], row["claimed"]),
        share(row["all_late"], row["all_records"]),
        None if row["weighed"] is None else share(row["weighed"], row["weight"]),
    )
