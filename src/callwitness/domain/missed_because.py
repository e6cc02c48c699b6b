"""Why a caller was lost and whose the case is: read from the records, never guessed.

Agents are looked at in the moment of the last try: on another call (which), paused, not logged in, or ringing
without picking up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import polars as pl

AWAY_EVENTS: Final = {"pause": "agent_paused", "pauseall": "agent_paused", "removemember": "agent_not_logged_in",
                      "agentlogoff": "agent_not_logged_in"}  # fmt: skip
BACK_EVENTS: Final = frozenset({"unpause", "unpauseall", "addmember", "agentlogin"})
BY_VERDICT: Final = {
    "closed": "closed", "never_arrived": "network", "failed": "network", "busy": "all_lines_busy",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Presence:
    """What agents were doing.

    talks: ``agent, call_id, answered_at, ended_at`` (ms UTC); states: ``agent, queue, event, started_at``;
    members: ``queue, agent``, everybody ever seen ringing or talking for a queue.
    """

    talks: pl.DataFrame
    states: pl.DataFrame
    members: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Why:
    """The reason (None = the records do not tell), the agent it concerns and the other call that kept him."""

    code: str | None
    agent: str | None = None
    call_id: str | None = None


class _Agents:
    """Looks up one agent at one moment."""

    def __init__(self, presence: Presence) -> None:
        self._talks = _by_agent(presence.talks, "answered_at", ("ended_at", "call_id"))
        self._states = _by_agent(presence.states, "started_at", ("event", "queue"))
        self.members: dict[str, list[str]] = defaultdict(list)
        for queue, agent in (
            presence.members.select("queue", "agent").drop_nulls().unique().sort("queue", "agent").iter_rows()
        ):
            self.members[queue].append(agent)

    def on_call(self, agent: str, at: int, not_call: str) -> str | None:
        """The call the agent was talking on, if any."""
        starts, rows = self._talks.get(agent, ([], []))
        place = bisect_right(starts, at) - 1
        if place < 0:
            return None
        ended_at, call_id = rows[place]
        return call_id if ended_at is not None and ended_at > at and call_id != not_call else None

    def away(self, agent: str, queue: str | None, at: int) -> str | None:
        """Paused or logged out, as a reason code, or None when present or unknown."""
        starts, rows = self._states.get(agent, ([], []))
        for place in range(bisect_right(starts, at) - 1, -1, -1):
            event, where = rows[place]
            if where not in (queue, None, "NONE"):
                continue
            if event in BACK_EVENTS:
                return None
            if event in AWAY_EVENTS:
                return AWAY_EVENTS[event]
        return None


def _by_agent(
    frame: pl.DataFrame, at: str, rest: tuple[str, str]
) -> dict[str, tuple[list[int], list[tuple]]]:  # type: ignore[type-arg]
    found: dict[str, tuple[list[int], list[tuple]]] = {}  # type: ignore[type-arg]
    for agent, moment, *others in (
        frame.select("agent", at, *rest)
        .drop_nulls(["agent", at])
        .sort("agent", at, maintain_order=True)  # of one second, the later line is the later state
        .iter_rows()
    ):
        starts, rows = found.setdefault(agent, ([], []))
        starts.append(moment)
        rows.append(tuple(others))
    return found


def why_missed(cases: pl.DataFrame, talked_before: pl.DataFrame, presence: Presence) -> pl.DataFrame:
    """Adds ``owner, why_missed, why_call_id`` to the cases (which carry the last try's columns)."""
    agents = _Agents(presence)
    rows = cases.join(talked_before, on="case", how="left", maintain_order="left")
    columns = rows.select(
        "verdict",
        "rang",
        "queue",
        pl.coalesce("queued_at", "last_at").alias("at"),
        "last_call_id",
        "has_office",
        "talked_before",
    )
    answers = [_judge(agents, row[:6]) for row in columns.iter_rows()]
    owners = [why.agent or before for why, before in zip(answers, columns["talked_before"], strict=True)]
    text = pl.String()
    return cases.with_columns(
        pl.Series("owner", owners, text),
        pl.Series("why_missed", [why.code for why in answers], text),
        pl.Series("why_call_id", [why.call_id for why in answers], text),
    )


def _judge(agents: _Agents, case: tuple[str, list[str], str | None, int, str, bool]) -> Why:
    verdict, rang, queue, at, call_id, has_office = case
    for agent in rang:
        other = agents.on_call(agent, at, call_id)
        if other is not None:
            return Why("agent_on_call", agent, other)
    if rang and verdict != "busy":
        return Why("agent_did_not_pick_up", rang[0])
    if verdict in BY_VERDICT:
        return Why(BY_VERDICT[verdict], rang[0] if rang else None)
    members = agents.members.get(queue or "", [])
    states = [(agent, agents.away(agent, queue, at)) for agent in members]
    for agent, away in states:
        other = agents.on_call(agent, at, call_id)
        if away is None and other is not None:
            return Why("agent_on_call", agent, other)
    for code in ("agent_paused", "agent_not_logged_in"):
        if states and all(away is not None for _, away in states) and any(away == code for _, away in states):
            return Why(code)
    return Why("left_before_ringing" if has_office else None)
