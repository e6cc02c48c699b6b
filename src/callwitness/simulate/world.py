"""A world of calls: runs the company day by day and lets every witness write its files."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from callwitness.simulate.cases import LOST, CaseBook
from callwitness.simulate.clocks import DAY, MINUTE, SECOND, SourceClock, WallClock
from callwitness.simulate.company import Agent, build, open_at
from callwitness.simulate.exchange import Exchange
from callwitness.simulate.floor import NEVER, Floor
from callwitness.simulate.happening import Call
from callwitness.simulate.network import Network
from callwitness.simulate.numbers import NumberPool, national
from callwitness.simulate.office import Office
from callwitness.simulate.options import WorldOptions, effects
from callwitness.simulate.people import Attempt, People, next_opening
from callwitness.simulate.recordings import Speak
from callwitness.simulate.scribes import Scribes, silent_window

__all__ = ["Progress", "Summary", "WorldOptions", "simulate"]

Progress = Callable[[str, int], None]
"""Told after each day: the stage ("calls") and how many more are done."""

_CALL_BACKS = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """What came out: calls, calls by direction and verdict, rows or lines by witness, lost cases by state."""

    calls: int
    by_direction: Mapping[str, int]
    by_verdict: Mapping[str, int]
    rows: Mapping[str, int]
    lost: Mapping[str, int]


class _Plan(NamedTuple):
    """Something that will happen. order breaks ties; what: inbound | outbound | internal | call_back | consult."""

    at: int
    order: int
    what: str
    detail: Attempt | tuple[str, int] | Call | None


def simulate(
    options: WorldOptions, out: Path, progress: Progress | None = None, speak: Speak | None = None
) -> Summary:
    """Writes a world into ``out`` (made when absent): same options, same bytes. Raises UsageError.

    Files: provider.csv, Master.csv, queue_log, cel.csv, contractor/<day>.eml, callwitness.toml, truth.csv,
    truth_findings.csv, and recordings where the options ask for them (docs/concepts/simulated-world.md). speak: voices
    for these. Memory does not grow with the days.
    """
    world = _World(options, out, speak)
    for number in range(options.days):
        before = world.calls
        world.day(options.start + timedelta(days=number))
        if progress is not None:
            progress("calls", world.calls - before)
    return world.close()


class _World:
    """The company, the public and the plan of what happens next."""

    def __init__(self, options: WorldOptions, out: Path, speak: Speak | None) -> None:
        settled = effects(options)
        self._wall = wall = WallClock(settled.zone)
        start = wall.at(options.start, 0)
        step_at = start + options.days * DAY // 2
        clock = SourceClock(
            start, settled.office_offset_s, settled.office_drift_s_per_day, settled.office_step_s, step_at
        )
        pool = NumberPool(options.country, random.Random(f"{options.seed}/numbers"))
        self._company = company = build(options, settled, wall, pool)
        silent = silent_window(options, settled, wall)
        self._floor = Floor(company, wall, options.seed)
        self._office = Office(company, self._floor, Exchange(clock, options.seed), wall, options.seed)
        self._network = Network(company, settled.never_arrived_share, options.seed, silent)
        self._people = People(options, company, wall, pool)
        self._excluded = company.excluded()
        self._cases = CaseBook(self._excluded)
        self._scribes = Scribes(options, settled, company, out, clock, start, silent, speak)
        self._rng = random.Random(f"{options.seed}/world")
        self._plans: list[_Plan] = []
        self._order = 0
        self._busy: dict[str, int] = {}
        self._called_back: set[str] = set()
        self._verdicts: Counter[str] = Counter()
        self._directions: Counter[str] = Counter()
        self._end = start
        until = options.until
        self._until = round(until.timestamp() * 1_000_000) if until else NEVER
        self.calls = 0

    def day(self, day: date) -> None:
        """One local day, midnight to midnight."""
        for state in self._floor.open_day(day):
            if state[0] < self._until:
                self._scribes.state(*state)
        self._busy.clear()
        self._called_back.clear()
        for at, what in self._people.arrivals(day):
            self._plan(at, what)
        midnight = self._wall.at(day + timedelta(days=1), 0)
        self._end = min(midnight, self._until)
        while self._plans and self._plans[0].at < self._end:
            self._happen(heapq.heappop(self._plans))
        if midnight <= self._until:
            self._scribes.day_over(day)

    def close(self) -> Summary:
        """The period is over: plans that have not begun are dropped."""
        for plan in sorted(self._plans):
            if isinstance(plan.detail, Call):
                self._tell(plan.detail)
        self._cases.close(self._end)
        rows = self._scribes.close(self._cases.states)
        lost = Counter(self._cases.states)
        return Summary(self.calls, dict(self._directions), dict(self._verdicts), rows, dict(lost))

    def _plan(self, at: int, what: str, detail: Attempt | tuple[str, int] | Call | None = None) -> None:
        self._order += 1
        heapq.heappush(self._plans, _Plan(at, self._order, what, detail))

    def _happen(self, plan: _Plan) -> None:
        self._scribes.pass_time(plan.at)
        if isinstance(plan.detail, Call):
            self._tell(plan.detail)
        elif plan.what == "inbound":
            attempt = plan.detail if isinstance(plan.detail, Attempt) else self._people.ring(plan.at)
            self._inbound(plan.at, attempt)
        elif isinstance(plan.detail, tuple):
            self._call_back(plan.at, *plan.detail)
        elif plan.what == "outbound":
            self._outbound(plan.at, self._people.stranger())
        else:
            self._internal(plan.at)

    def _inbound(self, at: int, attempt: Attempt) -> None:
        if attempt.caller in self._called_back and attempt.tries > 1:
            return  # was rung back meanwhile
        if attempt.caller in self._company.blacklist and self._network.out_of_order(at):
            return  # robots do not insist on a dead line
        line = self._company.lines[attempt.line]
        call = Call(0, "inbound", at, attempt.caller, line.number, line=attempt.line, tries=attempt.tries)
        reaches = self._network.deliver(call, line, open_at(self._wall, at))
        if reaches is not None:
            target = self._company.lines[line.forwards_to]
            self._office.receive(call, target, reaches, attempt.patience, attempt.talk)
        if attempt.caller:
            self._busy[attempt.caller] = call.end
        self._tell(call, forwarded=line.forwards_to != attempt.line)
        for consult in self._office.consults:
            self._plan(consult.start, "consult", consult)
        self._office.consults.clear()
        self._follow_up(call, attempt)

    def _follow_up(self, call: Call, attempt: Attempt) -> None:
        """What caller and company do about a missed call."""
        again = self._people.again(call, attempt)
        if again is not None:
            self._plan(again[0], "inbound", again[1])
        wanted = call.verdict in LOST and call.caller and call.caller not in self._excluded
        if wanted and attempt.tries == 1 and self._rng.random() < 0.7:
            self._plan(call.end + self._later(6.3), "call_back", (call.caller, 1))

    def _later(self, mean: float) -> int:
        return round(min(self._rng.lognormvariate(mean, 0.9), 20_000) * SECOND)

    def _call_back(self, at: int, caller: str, attempt: int) -> None:
        if not self._cases.open(caller):
            return
        if not open_at(self._wall, at):
            opens = next_opening(self._wall, at)
            self._plan(opens + self._rng.randrange(5, 50) * MINUTE, "call_back", (caller, attempt))
            return
        busy = self._busy.get(caller, 0)
        if busy + 20 * SECOND > at:
            self._plan(busy + 2 * MINUTE, "call_back", (caller, attempt))
            return
        call = self._outbound(at, caller)
        if call is None:
            self._plan(at + 5 * MINUTE, "call_back", (caller, attempt))
        elif call.verdict != "answered" and attempt < _CALL_BACKS:
            self._plan(call.end + self._later(7.3) + 15 * MINUTE, "call_back", (caller, attempt + 1))
        elif call.verdict == "answered":
            self._called_back.add(caller)
        if call is not None:
            self._busy[caller] = call.end

    def _outbound(self, at: int, number: str) -> Call | None:
        """A call to somebody outside; None when nobody is free to make it or the trunk is out."""
        agent = self._floor.any_free(self._company.office, at)
        if agent is None or self._network.out_of_order(at):
            return None
        rng = self._rng
        outcome = rng.choices(("answered", "no_answer", "busy", "failed"), (70, 19, 8, 3))[0]
        waits = {"answered": (9, 20), "no_answer": (15, 45), "busy": (1, 4), "failed": (0.2, 1)}[outcome]
        talk = min(8 + rng.lognormvariate(4.3, 0.8), 1_200)
        call = Call(0, "outbound", at, agent.ext, number)
        wait = round(rng.uniform(*waits) * SECOND)
        self._office.dial_out(call, agent, national(number), outcome, wait, round(talk * SECOND))
        self._tell(call)
        return call

    def _internal(self, at: int) -> None:
        """A colleague rings a colleague."""
        agents = self._company.office
        agent = self._floor.any_free(agents, at)
        others = [other for other in agents[:40] if other is not agent and self._floor.free(other, at)]
        if agent is None or not others:
            return
        colleague = self._rng.choice(others)
        answered = self._rng.random() < 0.8
        seconds = self._rng.uniform(14, 120) if answered else self._rng.uniform(6, 19)
        call = Call(0, "internal", at, agent.ext, colleague.ext)
        self._office.dial_inside(call, agent, colleague, at + round(seconds * SECOND), answered)
        self._engage((agent, colleague), call.end)
        self._tell(call)

    def _engage(self, agents: tuple[Agent, ...], until: int) -> None:
        for agent in agents:
            agent.free_at = until + 2 * SECOND

    def _tell(self, call: Call, forwarded: bool = False) -> None:
        if call.end > self._until:
            return
        self.calls += 1
        call.index = self.calls
        self._cases.add(call)
        self._verdicts[call.verdict] += 1
        self._directions[call.direction] += 1
        self._scribes.call(call, forwarded)
