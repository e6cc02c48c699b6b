"""Whose calls are shown: one's own, those of a member of the group, or the group at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services.lost import life

_TALKED = Q(talked=True)
_INBOUND = Q(call__direction="inbound")
_OUTSIDE = Q(call__direction__in=("inbound", "outbound"))
_MISSED = Q(talked=False, call__direction="inbound") & ~Q(call__verdict="answered")


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one person and period. taken, made: calls talked in, inbound and outbound; missed: rang here, nobody answered.

    passed: rang here, a colleague answered. talk_s: of these talks, whole calls; lost: own lost callers who wait.
    """

    taken: int
    made: int
    missed: int
    passed: int
    talk_s: float
    lost: int

    @property
    def average_s(self) -> float | None:
        talks = self.taken + self.made
        return self.talk_s / talks if talks else None


@dataclass(frozen=True, slots=True)
class Member:
    """One person of the group."""

    agent: m.Agent
    figures: Figures


@dataclass(frozen=True, slots=True)
class Chosen:
    """agents: whose calls are shown, [] = the group at a glance; group: whom the reader may choose."""

    agents: Sequence[m.Agent]
    group: Sequence[m.Agent]
    own: bool


def chosen(scope: Scope, member: str) -> Chosen:
    """Whom the address asks for. Raises ``Absent`` for whoever is not in the reader's group."""
    own = list(m.Agent.objects.filter(workspace=scope.workspace, user=scope.user).select_related("team"))
    group = list(access.agents(scope).filter(active=True)) if scope.may("see_people") else []
    if not member:
        return Chosen(own, group, own=True)
    if member == "group" and group:
        return Chosen([], group, own=False)
    found = [agent for agent in (*own, *group) if str(agent.pk) == member]
    if not found:
        raise Absent
    return Chosen(found[:1], group, own=found[0] in own)


def figures(agents: Sequence[m.Agent], begin: int, end: int) -> dict[int, Figures]:
    """Figures by agent id."""
    ids = [agent.pk for agent in agents]
    rows = _part(ids, begin, end).order_by().values("agent_id")
    counts = rows.annotate(
        taken=Count("id", filter=_TALKED & _INBOUND),
        made=Count("id", filter=_TALKED & Q(call__direction="outbound")),
        missed=Count("id", filter=_MISSED),
        passed=Count("id", filter=Q(talked=False, call__direction="inbound", call__verdict="answered")),
        talk_s=Sum("call__talk_s", filter=_TALKED & _OUTSIDE),
    )
    by_agent: dict[int, dict[str, Any]] = {row["agent_id"]: dict(row) for row in counts}
    waiting = m.LostCase.objects.filter(owner_agent_id__in=ids, state__in=life.WAITING).order_by()
    lost = dict(waiting.values_list("owner_agent_id").annotate(n=Count("id")))
    return {agent: _figures(by_agent.get(agent, {}), lost.get(agent, 0)) for agent in ids}


def _figures(row: Mapping[str, Any], lost: int) -> Figures:
    counts = {name: row.get(name) or 0 for name in Figures.__slots__ if name != "lost"}
    return Figures(**counts, lost=lost)


def added(each: Sequence[Figures]) -> Figures:
    """Figures of several agents that are one person."""
    return Figures(*(sum(getattr(one, name) for one in each) for name in Figures.__slots__))


def calls_of(agents: Sequence[m.Agent], begin: int, end: int) -> QuerySet[m.CallAgent]:
    """The part that these agents had in calls, latest first."""
    return _part([agent.pk for agent in agents], begin, end).order_by("-started_at", "-call_id")


def _part(agents: Sequence[int], begin: int, end: int) -> QuerySet[m.CallAgent]:
    return m.CallAgent.objects.filter(agent_id__in=agents, started_at__gte=begin, started_at__lt=end)
