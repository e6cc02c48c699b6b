"""The exchange's own counters: names of channels, uniqueids, bridge ids."""

from __future__ import annotations

import random

from callwitness.simulate.clocks import SECOND, SourceClock
from callwitness.simulate.happening import Channel


class Exchange:
    """One Asterisk: gives out channels in the order they are made, stamped by its own clock."""

    def __init__(self, clock: SourceClock, seed: int) -> None:
        self.clock = clock
        self._made = 0
        self._locals = 0
        self._rng = random.Random(f"{seed}/bridges")

    def channel(self, endpoint: str, at: int) -> Channel:
        """A new PJSIP channel towards or from an endpoint at a true moment (us)."""
        number = self._made
        self._made += 1
        return Channel(f"PJSIP/{endpoint}-{number:08x}", f"{self.clock.read(at) // SECOND}.{number}", at)

    def local(self, exten: str, at: int) -> tuple[Channel, Channel]:
        """Both ends of a new Local channel to an extension inside."""
        name = f"Local/{exten}@from-internal-{self._locals:08x}"
        self._locals += 1
        ends = []
        for end in (1, 2):
            uniqueid = f"{self.clock.read(at) // SECOND}.{self._made}"
            ends.append(Channel(f"{name};{end}", uniqueid, at))
            self._made += 1
        return ends[0], ends[1]

    def bridge(self) -> str:
        """A new bridge id: a random UUID, as the exchange makes it."""
        text = f"{self._rng.getrandbits(128):032x}"
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
