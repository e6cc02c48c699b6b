"""How the sources are: when each last gave something, how its clock goes, what it does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import OuterRef, Subquery

from callwitness.ledger import access
from callwitness.ledger import models as m

QUIET_MS: Final = 26 * 3_600_000
"""A source that sends once a day is heard within this time."""
CLOCK_S: Final = 60.0
LOSS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Health:
    """One source. loss: of the latest week that was measured, None = not measured. tone: ok | nobody | lost."""

    source: m.Source
    clock_s: float | None
    loss: float | None
    quiet: bool

    @property
    def tone(self) -> str:
        if self.quiet:
            return "lost"
        off = abs(self.clock_s or 0) > CLOCK_S or (self.loss or 0) > LOSS
        return "nobody" if off else "ok"


def sources_health(scope: access.Scope, now: int) -> Sequence[Health]:
    """The sources in use, those in trouble first."""
    latest = m.ClockPoint.objects.filter(source=OuterRef("pk")).order_by("-at").values("offset_s")[:1]
    sources = list(
        access.sources(scope).filter(enabled=True).annotate(clock_s=Subquery(latest)).order_by("name")
    )
    losses = _losses(sources)
    found = [
        Health(
            source,
            source.clock_s,
            losses.get(source.pk),
            quiet=source.last_evidence_at is None or now - source.last_evidence_at > QUIET_MS,
        )
        for source in sources
    ]
    return sorted(found, key=lambda health: ("lost", "nobody", "ok").index(health.tone))


def _losses(sources: Sequence[m.Source]) -> dict[int, float]:
    """Share of calls that others prove and the source does not tell, in its latest week."""
    weeks: dict[int, tuple[str, int, int]] = {}
    rows = m.ReliabilityWeek.objects.filter(source__in=sources).order_by("-week")[: 20 * len(sources)]
    for source, week, calls, missing in rows.values_list("source_id", "week", "calls", "missing"):
        known = weeks.get(source, (week, 0, 0))
        if known[0] == week:
            weeks[source] = (week, known[1] + calls, known[2] + missing)
    return {
        source: missing / (calls + missing)
        for source, (_, calls, missing) in weeks.items()
        if calls + missing
    }
