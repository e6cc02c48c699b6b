"""What a card shows: a case with its tries, its clock, who works on it and what was tried so far. Few queries a page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.services.lost import life
from callwitness.services.lost.clock import Clock, clocks
from callwitness.services.lost.decisions import on_the_line

MOST_TRIES: Final = 12
"""Tries that a card names; it always says how many there are."""
_OWN_MISS: Final = frozenset({"agent_did_not_pick_up", "agent_on_call"})


@dataclass(frozen=True, slots=True)
class Card:
    """A case as it is shown. tries: calls, newest first; own: the reader works on it; enough: attempts are used up."""

    case: m.LostCase
    clock: Clock
    tries: Sequence[m.Call]
    line: m.Number | None
    decisions: Sequence[m.LostDecision]
    calling: bool
    own: bool
    may_work: bool
    may_free: bool

    @property
    def waiting(self) -> bool:
        return self.case.state in life.WAITING

    @property
    def enough(self) -> bool:
        return self.case.attempts >= life.MOST_ATTEMPTS

    @property
    def missed_by_owner(self) -> bool:
        """The owner let it ring or was on another call; else the caller is his for an earlier talk only."""
        return self.case.why_missed in _OWN_MISS

    @property
    def works(self) -> bool:
        """The reader may note an outcome: the case is free or his own."""
        return self.may_work and (self.case.state == life.OPEN or self.own)

    @property
    def reopens(self) -> bool:
        """What people closed, people open again; what the calls prove stays."""
        proved = self.case.derived_state in (life.RECOVERED, life.SELF_RECOVERED)
        by_word = self.case.state == life.RECOVERED and not proved
        closed = (life.OTHER_CHANNEL, life.NOT_NEEDED, life.EXPIRED)
        return self.may_work and (self.case.state in closed or by_word)

    @property
    def said(self) -> m.LostDecision | None:
        """The word that closed the case, where it was one."""
        last = self.decisions[-1] if self.decisions else None
        endings = (life.TALKED, life.OTHER_CHANNEL, life.NOT_NEEDED)
        return last if last is not None and not self.waiting and last.action in endings else None


def cards(scope: access.Scope, cases: Sequence[m.LostCase], now: int) -> list[Card]:
    """Cards of cases that the reader may see, in their order."""
    workspace = scope.workspace
    shown = list(
        m.LostCase.objects.filter(pk__in=[case.pk for case in cases]).select_related(
            "owner_agent", "owner_team", "claimed_by", "why_call", "recovered_call"
        )
    )
    found = {case.pk: case for case in shown}
    ordered = [found[case.pk] for case in cases if case.pk in found]
    ringing = on_the_line(workspace, {case.caller for case in ordered}, now)
    lines = {number.value: number for number in _numbers(workspace, {case.line for case in ordered})}
    decisions = _decisions(ordered)
    tries = _tries(scope, ordered)
    head = scope.membership.role in (m.Membership.OWNER, m.Membership.MANAGER)
    return [
        Card(
            case=case,
            clock=clock,
            tries=tries[case.pk],
            line=lines.get(case.line),
            decisions=decisions[case.pk],
            calling=case.caller in ringing,
            own=case.state == life.IN_WORK and case.claimed_by_id == scope.user.pk,
            may_work=scope.may("work_lost"),
            may_free=head and case.state == life.IN_WORK and case.claimed_by_id != scope.user.pk,
        )
        for case, clock in zip(ordered, clocks(workspace, ordered, now), strict=True)
    ]


def _numbers(workspace: m.Workspace, values: set[str]) -> Sequence[m.Number]:
    return list(m.Number.objects.filter(workspace=workspace, value__in=values).select_related("project"))


def _decisions(cases: Sequence[m.LostCase]) -> dict[int, list[m.LostDecision]]:
    found: dict[int, list[m.LostDecision]] = defaultdict(list)
    rows = m.LostDecision.objects.filter(case__in=cases).select_related("by").order_by("at", "id")
    for decision in rows:
        if decision.case_id is not None:
            found[decision.case_id].append(decision)
    return found


def _tries(scope: access.Scope, cases: Sequence[m.LostCase]) -> dict[int, list[m.Call]]:
    """The calls of each case that the reader may open, newest first, at most MOST_TRIES."""
    found: dict[int, list[m.Call]] = defaultdict(list)
    if not cases:
        return found
    calls = access.calls(scope).filter(
        caller__in={case.caller for case in cases},
        started_at__gte=min(case.first_at for case in cases),
        started_at__lte=max(case.last_at for case in cases),
        direction="inbound",
    )
    by_caller: dict[tuple[str, str], list[m.Call]] = defaultdict(list)
    shown = calls.exclude(recovery="").only("id", "public_id", "caller", "did", "started_at", "verdict")
    for call in shown.order_by("-started_at"):
        by_caller[call.caller, call.did].append(call)
    for case in cases:
        own = by_caller[case.caller, case.line]
        found[case.pk] = [c for c in own if case.first_at <= c.started_at <= case.last_at][:MOST_TRIES]
    return found
