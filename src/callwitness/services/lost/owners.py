"""Whose a lost caller's case is: the agent whom the sources name, else the team of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from callwitness.ledger import models as m
from callwitness.services.people.book import AgentBook, agents_of


@dataclass(frozen=True, slots=True)
class Owner:
    """Ids; null = nobody. A case without both belongs to the whole workspace."""

    agent: int | None = None
    team: int | None = None


@dataclass(frozen=True, slots=True)
class Owners:
    """Finds owners among the people of one workspace. queues: name of a queue to the team that serves it."""

    book: AgentBook
    queues: dict[str, int]

    def of(self, cases: Sequence[tuple[str, str, int]]) -> list[Owner]:
        """Owners of cases: (agent as a source names him, queue, last try: numbers change hands), in their order."""
        texts = pl.Series([text or None for text, _, _ in cases], dtype=pl.String)
        moments = pl.Series([at for _, _, at in cases], dtype=pl.Int64)
        agents: list[int | None] = self.book.ids(texts, moments).to_list()
        return [self._owner(agent, queue) for agent, (_, queue, _) in zip(agents, cases, strict=True)]

    def _owner(self, agent: int | None, queue: str) -> Owner:
        team = self.book.teams.get(agent) if agent is not None else None
        return Owner(agent, team if team is not None else self.queues.get(queue))


def owners_of(workspace: m.Workspace) -> Owners:
    """The owners of a workspace, in three queries. A queue of several teams is that of the first."""
    queues: dict[str, int] = {}
    teams = m.Team.objects.filter(workspace=workspace).order_by("id").values_list("id", "queues")
    for team, names in teams:
        for name in names:
            queues.setdefault(str(name), team)
    return Owners(agents_of(workspace), queues)
