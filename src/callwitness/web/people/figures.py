"""Calls of each agent in the last thirty days: how many, how many talked, how many rang in vain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from callwitness.ledger import models as m

PERIOD: Final = "last_30_days"
PERIOD_MS: Final = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class Figures:
    """calls: talked in or was rung for; talked: had the caller on the line; missed: rung, and nobody answered."""

    calls: int = 0
    talked: int = 0
    missed: int = 0


def figures(agents: Collection[int], now: int) -> dict[int, Figures]:
    """Figures by agent id, in one query; agents without calls are left out."""
    recent = m.CallAgent.objects.filter(agent__in=agents, started_at__gte=now - PERIOD_MS)
    missed = Q(talked=False, call__direction="inbound") & ~Q(call__verdict="answered")
    rows = recent.values("agent").annotate(
        calls=Count("id"), talks=Count("id", filter=Q(talked=True)), missed=Count("id", filter=missed)
    )
    return {
        agent: Figures(*counts) for agent, *counts in rows.values_list("agent", "calls", "talks", "missed")
    }
