"""Between the caller and the office: the provider of the numbers, its trunk, forwarding, and what gets lost there."""

from __future__ import annotations

import random

from callwitness.simulate.clocks import SECOND
from callwitness.simulate.company import Company, Line
from callwitness.simulate.happening import Call


class Network:
    """Carries inbound calls to the office."""

    def __init__(
        self, company: Company, never_arrived_share: float, seed: int, silent: tuple[int, int] | None
    ) -> None:
        self._company = company
        self._excluded = company.excluded()
        self._share = never_arrived_share
        self._silent = (
            silent  # the provider tells nothing here: a call lost here would have no witness at all
        )
        self._rng = random.Random(f"{seed}/network")

    def deliver(self, call: Call, line: Line, working: bool) -> int | None:
        """When the call reaches the exchange, None when it never does (verdict ``never_arrived``).

        Fills in how the exchange sees caller and dialled number. Calls are lost in ``working`` hours only: at
        night the office would have answered with an announcement, and no verdict hangs on it.
        """
        rng = self._rng
        target = self._company.lines[line.forwards_to]
        forwarded = target is not line
        call.arrives_as = target.number
        call.shown, call.shown_name = call.caller or "anonymous", "" if call.caller else "Anonymous"
        if forwarded and call.caller not in self._company.blacklist and rng.random() < 0.4:
            call.shown, call.shown_name = line.number, ""
        delay = rng.uniform(1.2, 2.6) if forwarded else rng.uniform(0.12, 0.7)
        out = self.out_of_order(call.start)
        told = self._silent is None or not self._silent[0] <= call.start < self._silent[1]
        if out or (rng.random() < self._share and told and working and call.caller not in self._excluded):
            call.verdict, call.hangup_by, call.cause = "never_arrived", "caller", 0
            call.end = call.start + round(rng.uniform(3, 24) * SECOND)
            if not out:
                call.findings.append("never_arrived")
            return None
        return call.start + round(delay * SECOND)

    def out_of_order(self, at: int) -> bool:
        """Whether the agreed outage holds at a true moment."""
        outage = self._company.outage
        return outage is not None and outage[0] <= at < outage[1]
