"""How well lost callers are won back: shares, minutes, bands, attempts, lost by hour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Count, Q, QuerySet, Sum

from callwitness.domain.rules import Rules
from callwitness.ledger import models as m
from callwitness.services.lost import life
from callwitness.services.lost.clock import LATE_MS, STANDARD_SLA_MINUTES
from callwitness.services.lost.working_time import working_time


@dataclass(frozen=True, slots=True)
class LostFigures:
    """Of cases that began in a period. counted = all but short ones and those nobody needed.

    ours: we reached the caller; themselves: the caller got through; waiting: open or in work; gone: expired.
    median, p90: working minutes from the first try to our call, None without one. good, late: of ours, in their band.
    hours: tries by hour of the day in the reader's zone. attempts, attempted: calls to them, and cases with any.
    """

    counted: int = 0
    ours: int = 0
    themselves: int = 0
    waiting: int = 0
    gone: int = 0
    short: int = 0
    not_needed: int = 0
    tries: int = 0
    attempts: int = 0
    attempted: int = 0
    median: float | None = None
    p90: float | None = None
    good: int = 0
    late: int = 0
    hours: tuple[int, ...] = field(default=(0,) * 24)

    @property
    def share(self) -> float | None:
        """Cases in which the caller was reached, by whomever, of those counted."""
        return (self.ours + self.themselves) / self.counted if self.counted else None

    @property
    def tries_per_case(self) -> float | None:
        """How often a lost caller tried."""
        return self.tries / self.counted if self.counted else None


def figures(cases: QuerySet[m.LostCase], rules: Rules, zone: str) -> LostFigures:
    """The figures of these cases. zone: of the reader, for the hours of the day; rules: of the workspace."""
    short, nobody = Q(short=True), Q(state=life.NOT_NEEDED)
    left_out = cases.aggregate(
        n_short=Count("id", filter=short), n_nobody=Count("id", filter=nobody & ~short)
    )
    counted = cases.exclude(short | nobody)
    states = dict(counted.order_by().values_list("state").annotate(n=Count("id")))
    sums = counted.aggregate(
        n_tries=Sum("tries"), n_attempts=Sum("attempts"), n_attempted=Count("id", filter=Q(attempts__gt=0))
    )
    median, p90, good, late = _speed(counted, rules)
    return LostFigures(
        counted=sum(states.values()),
        ours=states.get(life.RECOVERED, 0) + states.get(life.OTHER_CHANNEL, 0),
        themselves=states.get(life.SELF_RECOVERED, 0),
        waiting=sum(states.get(state, 0) for state in life.WAITING),
        gone=states.get(life.EXPIRED, 0),
        short=left_out["n_short"],
        not_needed=left_out["n_nobody"],
        tries=sums["n_tries"] or 0,
        attempts=sums["n_attempts"] or 0,
        attempted=sums["n_attempted"],
        median=median,
        p90=p90,
        good=good,
        late=late,
        hours=_by_hour(counted, zone),
    )


def _speed(cases: QuerySet[m.LostCase], rules: Rules) -> tuple[float | None, float | None, int, int]:
    """Median and 90th percentile of working minutes until we called back, and how many were good and late."""
    ours = cases.filter(state__in=(life.RECOVERED, life.OTHER_CHANNEL), closed_at__isnull=False)
    rows = list(ours.values_list("first_at", "closed_at", "owner_team__sla_minutes"))
    if not rows:
        return None, None, 0, 0
    first, closed = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    agreed = np.array([row[2] or STANDARD_SLA_MINUTES for row in rows])
    clock = working_time(rules, int(first.min()), int(closed.max()))
    minutes = clock.between(first, closed) / life.MINUTE_MS
    good = minutes <= agreed
    late = ~good & (closed - first <= LATE_MS)
    median, p90 = np.quantile(minutes, [0.5, 0.9])
    return float(median), float(p90), int(good.sum()), int(late.sum())


def _by_hour(cases: QuerySet[m.LostCase], zone: str) -> tuple[int, ...]:
    """Cases by the hour of their first try."""
    local = ZoneInfo(zone)
    hours = Counter(
        datetime.fromtimestamp(at / 1000, local).hour for at in cases.values_list("first_at", flat=True)
    )
    return tuple(hours.get(hour, 0) for hour in range(24))
