"""The floor: who is on duty when, and how a call waits until somebody picks up."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from callwitness.simulate.clocks import MINUTE, SECOND, WallClock
from callwitness.simulate.company import Agent, Company, Queue, opening
from callwitness.simulate.happening import Channel, Ring, Step

Dial = Callable[[str, int], Channel]
"""Makes a channel towards an endpoint at a true moment."""

NEVER: Final = 1 << 62
_RETRY: Final = 5 * SECOND
_BREAKS: Final = ("lunch", "tea", "training")


class Floor:
    """Agents of one company over the period."""

    def __init__(self, company: Company, wall: WallClock, seed: int) -> None:
        self._company = company
        self._wall = wall
        self._rng = random.Random(f"{seed}/floor")
        self.slow = False

    def open_day(self, day: date) -> Iterator[tuple[int, str, str, str, str]]:
        """Sends people to work: sets their duty, yields (moment, queue, member, event, parameter)."""
        hours = opening(day)
        self.slow = self._rng.random() < 0.2  # a bad day of the contractor
        for agent in self._company.agents():
            agent.duty = []
            if hours is not None:
                first, last = self._wall.at(day, hours[0]), self._wall.at(day, hours[1])
                yield from self._shift(agent, first, last)

    def _shift(self, agent: Agent, first: int, last: int) -> Iterator[tuple[int, str, str, str, str]]:
        rng = self._rng
        absent = agent.team == "contract" and self.slow and rng.random() < 0.5
        comes = first - rng.randrange(MINUTE, 9 * MINUTE)
        goes = last + rng.randrange(0, 6 * MINUTE)
        breaks = sorted(self._breaks(first, last))
        queue = agent.team if agent.team in self._company.queues else ""
        if queue and not absent:
            yield comes, queue, agent.member, "ADDMEMBER", ""
        at = comes
        for start, end, why in breaks:
            if start <= at or absent:
                continue
            agent.duty.append((at, start))
            at = end
            if queue:
                yield start, queue, agent.member, "PAUSE", why
                yield end, queue, agent.member, "UNPAUSE", ""
        if queue and not absent:
            yield goes, queue, agent.member, "REMOVEMEMBER", ""
        if not absent:
            agent.duty.append((at, goes))

    def _breaks(self, first: int, last: int) -> Iterator[tuple[int, int, str]]:
        rng = self._rng
        for index, why in enumerate(_BREAKS[: 3 if rng.random() < 0.1 else 2]):
            start = first + round((last - first) * (0.3 + 0.25 * index + rng.random() * 0.15))
            yield start, start + rng.randrange(8, 40 if why == "lunch" else 16) * MINUTE, why

    def free(self, agent: Agent, at: int) -> bool:
        """Whether an agent could be rung now."""
        return agent.free_at <= at and any(start <= at < end for start, end in agent.duty)

    def next_free(self, agent: Agent, at: int) -> int:
        """First moment from ``at`` at which the agent can be rung, NEVER for not today."""
        at = max(at, agent.free_at)
        place = bisect_right(agent.duty, (at, NEVER)) - 1
        if place >= 0 and at < agent.duty[place][1]:
            return at
        return agent.duty[place + 1][0] if place + 1 < len(agent.duty) else NEVER

    def any_free(self, agents: list[Agent] | tuple[Agent, ...], at: int) -> Agent | None:
        """Somebody free, beginning at a random place."""
        begin = self._rng.randrange(len(agents))
        for index in range(len(agents)):
            agent = agents[(begin + index) % len(agents)]
            if self.free(agent, at):
                return agent
        return None

    def pick_up(self, team: str) -> int:
        """How long a phone of this team rings before it is picked up (us)."""
        outside = team == "contract"
        if self._rng.random() < (0.2 if outside else 0.08):
            return MINUTE  # away from the desk
        mean = (2.7 if self.slow else 2.1) if outside else 1.6
        return round(max(1.2, min(self._rng.lognormvariate(mean, 0.5), 60)) * SECOND)

    def wait(self, queue: Queue, step: Step, leaves: int, dial: Dial) -> None:
        """Fills in a Queue step: rings, who answered (step.talk), how and when it ended. ``leaves``: patience."""
        until = min(leaves, step.start + queue.timeout_s * SECOND)
        queue.waiting = [end for end in queue.waiting if end > step.start]
        step.position = len(queue.waiting) + 1
        at = step.start + self._rng.randrange(4_000, 30_000)
        while True:
            members = self._candidates(queue, at)
            if not members:
                at = min((self.next_free(agent, at) for agent in queue.members), default=NEVER) + 200_000
                if at >= until:
                    break
                continue
            stops = min(at + queue.ring_s * SECOND, until)
            if ring_round(self, step, members, at, stops, stops == leaves, dial, queue.name):
                break
            at += queue.ring_s * SECOND + _RETRY
            if at >= until:
                break
        if step.talk is None:
            step.end = until
            step.left = "abandon" if until == leaves else "timeout"
        queue.waiting.append(step.talk.answered if step.talk else until)

    def _candidates(self, queue: Queue, at: int) -> list[Agent]:
        """Whom to ring now: every free member, or the next one in turn."""
        if queue.all:
            return [agent for agent in queue.members if self.free(agent, at)]
        count = len(queue.members)
        for index in range(count):
            agent = queue.members[(queue.turn + index) % count]
            if self.free(agent, at):
                queue.turn = (queue.turn + index + 1) % count
                return [agent]
        return []


def ring_round(
    floor: Floor, step: Step, agents: list[Agent], at: int, stops: int, leaves: bool, dial: Dial, team: str
) -> bool:
    """Rings phones at once until ``stops``; True when somebody answered (step.talk) or the caller ``leaves``."""
    rings = []
    for place, agent in enumerate(agents):
        start = at + 1_300 * place
        rings.append(
            Ring(agent.ext, agent.member, agent.name, dial(agent.ext, start), start, stops, "no_answer")
        )
    picks = [(at + floor.pick_up(team), place) for place in range(len(agents))]
    moment, winner = min(picks)
    step.rings.extend(rings)
    if moment < stops:
        for place, ring in enumerate(rings):
            ring.end, ring.outcome = moment, "elsewhere"
            agents[place].free_at = moment + SECOND
        rings[winner].outcome, rings[winner].answered = "answer", moment
        step.talk, step.left = rings[winner], "talk"
        return True
    for agent, ring in zip(agents, rings, strict=True):
        agent.free_at = stops + SECOND
        if leaves:
            ring.outcome = "cancelled"
    return False
