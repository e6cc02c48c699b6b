"""What the address asks for: whose cases, which line, which state, and the period of the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.http import QueryDict

from callwitness.domain.errors import UsageError
from callwitness.domain.view import PERIODS
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.services.lost import life

STATES: Final = (*life.WAITING, *life.DONE)
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """team: id of a team, 0 = of no team, None = all. line: a number, '' = all. state: one of STATES, '' = the board."""

    team: int | None = None
    line: str = ""
    state: str = ""
    mine: bool = False
    period: str = "last_7_days"

    def of(self, cases: QuerySet[m.LostCase], user_id: int) -> QuerySet[m.LostCase]:
        """Those of the cases that the filters mean, but for the state."""
        if self.team is not None:
            cases = cases.filter(owner_team_id=self.team or None)
        if self.line:
            cases = cases.filter(line=self.line)
        if self.mine:
            cases = cases.filter(owner_agent__user_id=user_id) | cases.filter(claimed_by_id=user_id)
        return cases


def filters_of(get: QueryDict) -> Filters:
    """Filters from the query of an address. Raises ``UsageError`` naming what is not understood."""
    team = get.get("team", "")
    if team and not (team.isdecimal() and len(team) < 18):
        raise UsageError(f"team: expected the number of a team, found {team[:_LONGEST]!r}")
    state, period = get.get("state", ""), get.get("period") or Filters().period
    if state and state not in STATES:
        raise UsageError(f"state: expected one of {', '.join(STATES)}, found {state[:_LONGEST]!r}")
    if period not in PERIODS:
        raise UsageError(f"period: expected one of {', '.join(PERIODS)}, found {period[:_LONGEST]!r}")
    line = get.get("line", "")[:_LONGEST]
    return Filters(int(team) if team else None, line, state, get.get("mine") == "yes", period)


def teams_of(scope: access.Scope) -> list[m.Team]:
    """Teams that a reader may choose from; none for who sees no people."""
    return list(access.teams(scope)) if scope.may("see_people") else []
