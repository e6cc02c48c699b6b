"""People who ring: when, which line, how patiently, and what they do when nobody answers."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from callwitness.simulate.clocks import HOUR, MINUTE, SECOND, WallClock
from callwitness.simulate.company import Company, open_at, opening
from callwitness.simulate.happening import Call
from callwitness.simulate.numbers import NumberPool
from callwitness.simulate.options import WorldOptions

FIRST_CALLS: Final = 0.78  # of all calls; the rest follow from them: redials and call-backs
_WEEK: Final = (1.2, 1.2, 1.2, 1.2, 1.2, 0.65, 0.3)
_HOURS: Final = (
    0.15, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.5, 1.4, 7, 11, 12, 10, 8, 9, 10, 9, 7, 2, 1.2, 0.8, 0.6, 0.4, 0.2,
)  # fmt: skip
_MAX_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of one person. Times in us; caller "" = withheld; ``insistent``: redials at once."""

    caller: str
    line: int
    patience: int
    talk: int
    tries: int
    insistent: bool


class People:
    """The public: arrivals of a day, and the next thing a caller does."""

    def __init__(self, options: WorldOptions, company: Company, wall: WallClock, pool: NumberPool) -> None:
        self._options = options
        self._company = company
        self._wall = wall
        self._pool = pool
        self._rng = random.Random(f"{options.seed}/people")
        self._known: deque[tuple[str, int]] = deque(maxlen=4_000)
        self._lately: deque[tuple[int, str, int]] = deque()
        self._owed = 0.5
        self._weights = [line.weight for line in company.lines]
        days = [_WEEK[(options.start + timedelta(days=n)).weekday()] for n in range(options.days)]
        self._mean = sum(days) / len(days)

    def arrivals(self, day: date) -> list[tuple[int, str]]:
        """First calls of a local day: (true moment, inbound | outbound | internal), in time order."""
        mean = self._options.calls_per_day * FIRST_CALLS * _WEEK[day.weekday()] / self._mean
        self._owed += mean
        if mean > 20:
            self._owed += self._rng.gauss(0, mean**0.5)
        count = max(0, int(self._owed))
        self._owed -= count
        midnight = self._wall.at(day, 0)
        hours = self._rng.choices(range(24), _HOURS, k=count)
        moments = [midnight + hour * HOUR + self._rng.randrange(HOUR) for hour in hours]
        moments.extend(self._changing_night(midnight))
        return sorted((at, self._kind(at)) for at in moments)

    def _changing_night(self, midnight: int) -> Iterator[int]:
        """When the clocks change, somebody rings half an hour before and somebody after."""
        for hour in range(24):
            at = midnight + hour * HOUR
            if self._wall.offset(at // SECOND) != self._wall.offset((at + HOUR) // SECOND):
                yield at + HOUR // 2 + self._rng.randrange(10 * MINUTE)
                yield at + 3 * HOUR // 2 + self._rng.randrange(10 * MINUTE)

    def _kind(self, at: int) -> str:
        chance = self._rng.random()
        if chance < 0.74 or not open_at(self._wall, at):
            return "inbound"
        return "outbound" if chance < 0.91 else "internal"

    def ring(self, at: int) -> Attempt:
        """Somebody new, or somebody known, rings at a true moment."""
        rng = self._rng
        line = rng.choices(range(len(self._weights)), self._weights)[0]
        patience = round(rng.lognormvariate(4.2, 0.6) * SECOND)
        chance = rng.random()
        caller = ""
        if 0.04 <= chance < 0.06:
            caller = rng.choice(self._company.blacklist)
        elif 0.06 <= chance < 0.07:
            caller = self._company.test_number
        elif chance >= 0.07:
            caller, line = self._somebody(at, line)
        wrong = rng.random() < 0.03
        talk = rng.uniform(4, 9) if wrong else min(5 + rng.lognormvariate(4.5, 0.8), 1_500)
        insistent = rng.random() < 0.05
        if insistent:
            patience = round(rng.uniform(6, 22) * SECOND)
        return Attempt(caller, line, patience, round(talk * SECOND), 1, insistent)

    def _somebody(self, at: int, line: int) -> tuple[str, int]:
        """A known caller (none who rang within the last hours) or a new one."""
        while self._lately and self._lately[0][0] < at - 3 * HOUR:
            self._known.append(self._lately.popleft()[1:])
        if self._known and self._rng.random() < 0.25:
            place = self._rng.randrange(len(self._known))
            caller, usual = self._known[place]
            del self._known[place]
            line = usual if self._rng.random() < 0.8 else line
        else:
            caller = self._pool.take()
        self._lately.append((at, caller, line))
        return caller, line

    def again(self, call: Call, attempt: Attempt) -> tuple[int, Attempt] | None:
        """When the caller of a missed call rings again, if at all."""
        rng = self._rng
        if attempt.tries >= _MAX_TRIES or call.verdict in ("answered", "rejected"):
            return None
        eager = {"closed": 0.15, "never_arrived": 0.6, "voicemail": 0.1}.get(call.verdict, 0.45)
        if rng.random() >= (0.95 if attempt.insistent else eager):
            return None
        gap = rng.uniform(6, 25) if attempt.insistent else rng.uniform(15, 170)
        patience = attempt.patience if attempt.insistent else attempt.patience * 2
        return call.end + round(gap * SECOND), Attempt(
            attempt.caller, attempt.line, patience, attempt.talk, attempt.tries + 1, attempt.insistent
        )

    def stranger(self) -> str:
        """Somebody whom the company rings on its own business."""
        return self._pool.take()


def next_opening(wall: WallClock, at: int) -> int:
    """The next opening after a true moment."""
    day = wall.day(at)
    while True:
        hours = opening(day)
        if hours is not None and wall.at(day, hours[0]) > at:
            return wall.at(day, hours[0])
        day += timedelta(days=1)
