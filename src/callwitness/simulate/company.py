"""The company: its lines, people, queues, opening hours, and what is agreed about it."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from callwitness.simulate.clocks import WallClock
from callwitness.simulate.numbers import NumberPool, line_numbers
from callwitness.simulate.options import Effects, WorldOptions

HOURS: Final = {0: (9, 18), 1: (9, 18), 2: (9, 18), 3: (9, 18), 4: (9, 18), 5: (10, 16)}
OUTAGE_HOURS: Final = (12.0, 13.5)
SHORT_OUTAGE_HOURS: Final = (12.0, 12.5)
LARGE: Final = 1_000  # calls a day from which one manager and one ring group serve only a few
_WEIGHTS: Final = (0.26, 0.20, 0.14, 0.07, 0.20, 0.13)
_LARGE_WEIGHTS: Final = (0.36, 0.28, 0.01, 0.002, 0.20, 0.148)
_NAMES: Final = (
    "Anna", "Boris", "Vera", "Gleb", "Daria", "Egor", "Zhanna", "Ilya", "Kira", "Lev", "Maria", "Nikita",
    "Olga", "Pavel", "Rita", "Semyon", "Taras", "Ulyana", "Fedor", "Yana",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A number people dial. route: ivr | group | direct | contract. forwards_to: index of the line it ends on."""

    number: str
    route: str
    weight: float
    forwards_to: int


@dataclass(slots=True)
class Agent:
    """A person with a phone. ``member``: the name queues log. ``duty``: free-to-ring windows of the day (us)."""

    ext: str
    name: str
    member: str
    team: str
    free_at: int = 0
    duty: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Queue:
    """A queue of the exchange. ring_s: one attempt; timeout_s: longest stay; all: rings every free member."""

    name: str
    exten: str
    members: list[Agent]
    ring_s: int
    timeout_s: int
    all: bool
    turn: int = 0
    waiting: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that stays the same over the period. Numbers are digits without plus; outage is us, or None."""

    lines: tuple[Line, ...]
    queues: dict[str, Queue]
    office: tuple[Agent, ...]
    group: tuple[Agent, ...]
    manager: Agent
    mobile: str
    test_number: str
    blacklist: tuple[str, ...]
    outage: tuple[int, int] | None

    def excluded(self) -> frozenset[str]:
        """Callers who count for nobody: a judge sets their calls aside, so nothing is planted on them."""
        return frozenset((self.test_number, *self.blacklist))

    def agents(self) -> list[Agent]:
        """Everybody with a phone, queue by queue, the manager last."""
        return [*self.office, *self.queues["contract"].members, self.manager]


def open_at(wall: WallClock, true: int) -> bool:
    """Whether the company works at a true moment (us)."""
    day = wall.day(true)
    hours = HOURS.get(day.weekday())
    return hours is not None and wall.at(day, hours[0]) <= true < wall.at(day, hours[1])


def opening(day: date) -> tuple[int, int] | None:
    """Opening hours of a local day, or None."""
    return HOURS.get(day.weekday())


def build(options: WorldOptions, settled: Effects, wall: WallClock, pool: NumberPool) -> Company:
    """A company big enough for its calls."""
    rng = random.Random(f"{options.seed}/company")
    numbers = line_numbers(options.country)
    routes = ("ivr", "ivr", "group", "direct", "contract", "ivr")
    weights = _WEIGHTS if options.calls_per_day < LARGE else _LARGE_WEIGHTS
    lines = tuple(
        Line(number, route, weight, 0 if index == 5 else index)
        for index, (number, route, weight) in enumerate(zip(numbers, routes, weights, strict=True))
    )
    sales, support, contract = (_staffing(options.calls_per_day, share) for share in (0.5, 0.3, 0.3))
    width = 100 if sales + support < 90 else 1000
    office = _people(rng, width, sales, "sales") + _people(rng, width + sales, support, "support")
    outside = _people(rng, 3 * width, contract, "contract")
    queues = {
        "sales": Queue("sales", "600", office[:sales], 15, 120, all=False),
        "support": Queue("support", "601", office[sales:], 18, 180, all=support <= 5),
        "contract": Queue("contract", "602", outside, 20, 120, all=False),
    }
    manager = Agent(str(2 * width), "Marina", f"PJSIP/{2 * width}", "manager")
    return Company(
        lines, queues, tuple(office), tuple(office[: min(4, sales)]), manager,
        pool.take(), pool.take(), tuple(pool.take() for _ in range(4)), _outage(options, settled, wall),
    )  # fmt: skip


def _staffing(calls_per_day: int, share: float) -> int:
    """Heads for the busy hour of a share of the calls."""
    busy = calls_per_day * share * 0.13 * 190 / 3600
    return max(3, math.ceil(busy * 1.25 + 1.5))


def _people(rng: random.Random, base: int, count: int, team: str) -> list[Agent]:
    """Agents with extensions after ``base``. Those of the contractor are queue members with a name of their own."""
    agents = []
    for number in range(base + 1, base + count + 1):
        member = f"Contract {number}" if team == "contract" else f"PJSIP/{number}"
        agents.append(Agent(str(number), rng.choice(_NAMES), member, team))
    return agents


def _outage(options: WorldOptions, settled: Effects, wall: WallClock) -> tuple[int, int] | None:
    """The agreed outage: noon of a working day, about a third into the period."""
    if not settled.outage:
        return None
    day = options.start + timedelta(days=options.days // 3)
    while day.weekday() > 4 and day < options.start + timedelta(days=options.days - 1):
        day += timedelta(days=1)
    begins, ends = OUTAGE_HOURS if options.days > 2 else SHORT_OUTAGE_HOURS
    return wall.at(day, begins), wall.at(day, ends)
