"""The service level of a stretch of calls by three clocks: the exchange answered, an agent answered, a person spoke.

The same rule as ``services.summary.service_counts``, counted by the database: answered within T of the queue (for the
exchange: of the start), of those answered and those who left or were not answered after more than T.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Coalesce

from callwitness.ledger import models as m

CLOCKS: Mapping[str, str] = {
    "signal": "signal_answered_at",
    "agent": "agent_answered_at",
    "voice": "human_voice_at",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One clock: calls answered within T, and calls that count."""

    within: int
    of: int

    @property
    def share(self) -> float | None:
        return self.within / self.of if self.of else None


def levels(calls: QuerySet[m.Call], within_s: float) -> dict[str, Level | None]:
    """Levels by clock; None where no call has that clock. within_s: T."""
    within = int(within_s * 1000)
    begun = Coalesce("queued_at", "started_at")
    inbound = calls.filter(direction="inbound").order_by()
    rows = inbound.annotate(begun=begun).annotate(
        to_signal=F("signal_answered_at") - F("started_at"),
        to_agent=F("agent_answered_at") - F("begun"),
        to_voice=F("human_voice_at") - F("begun"),
        lasted=F("ended_at") - F("begun"),
        whole=F("ended_at") - F("started_at"),
    )
    gave_up = Q(verdict__in=("abandoned_in_queue", "no_answer"), lasted__gt=within)
    unheard = Q(signal_answered_at=None, whole__gt=within)
    counts = rows.aggregate(
        gave_up=Count("id", filter=gave_up),
        unheard=Count("id", filter=unheard),
        **{
            f"{name}_n": Count("id", filter=Q(**{f"{column}__isnull": False}))
            for name, column in CLOCKS.items()
        },
        **{f"{name}_in": Count("id", filter=Q(**{f"to_{name}__lte": within})) for name in CLOCKS},
    )
    missed = {"signal": counts["unheard"], "agent": counts["gave_up"], "voice": counts["gave_up"]}
    return {
        name: Level(counts[f"{name}_in"], counts[f"{name}_n"] + missed[name]) if counts[f"{name}_n"] else None
        for name in CLOCKS
    }
