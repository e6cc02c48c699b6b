"""The exchange's queue_log: ``epoch|callid|queue|agent|EVENT|parameters``."""

from __future__ import annotations

from callwitness.simulate.clocks import SECOND, SourceClock
from callwitness.simulate.happening import Call, Ring, Step

Lines = list[tuple[int, str]]


class QueueLog:
    """Writes queue visits and members' states, stamped by the exchange's clock."""

    def __init__(self, clock: SourceClock) -> None:
        self._clock = clock

    def start(self, at: int) -> Lines:
        """The exchange is started."""
        return [self._line(at, "NONE", "NONE", "NONE", "QUEUESTART", "")]

    def state(self, at: int, queue: str, member: str, event: str, parameter: str) -> Lines:
        """A member comes, goes, or takes a break."""
        call = "MANAGER" if event in ("ADDMEMBER", "REMOVEMEMBER") else "NONE"
        return [self._line(at, call, queue, member, event, parameter)]

    def call(self, call: Call) -> Lines:
        """Every queue visit of a call."""
        lines: Lines = []
        if call.channel is not None:
            for step in call.steps:
                if step.queue:
                    self._visit(lines, call, call.channel.uniqueid, step)
        return lines

    def _visit(self, lines: Lines, call: Call, callid: str, step: Step) -> None:
        queue = step.queue
        lines.append(
            self._line(step.start, callid, queue, "NONE", "ENTERQUEUE", f"|{call.shown}|{step.position}")
        )
        for ring in step.rings:
            rang = (ring.end - ring.start) // 1000
            if ring.outcome == "no_answer":
                lines.append(self._line(ring.end, callid, queue, ring.member, "RINGNOANSWER", f"{rang}"))
            elif ring.outcome == "cancelled":
                lines.append(self._line(ring.end, callid, queue, ring.member, "RINGCANCELED", f"{rang}"))
        if step.talk is not None:
            self._talk(lines, call, callid, step, step.talk)
            return
        waited = (step.end - step.start) // SECOND
        event = "ABANDON" if step.left == "abandon" else "EXITWITHTIMEOUT"
        position = f"{step.position}|{step.position}|{waited}"
        lines.append(self._line(step.end, callid, queue, "NONE", event, position))

    def _talk(self, lines: Lines, call: Call, callid: str, step: Step, ring: Ring) -> None:
        hold, rang = (ring.answered - step.start) // SECOND, (ring.answered - ring.start) // SECOND
        connect = f"{hold}|{ring.channel.uniqueid}|{rang}"
        lines.append(self._line(ring.answered, callid, step.queue, ring.member, "CONNECT", connect))
        times = f"{hold}|{(ring.end - ring.answered) // SECOND}|{step.position}"
        if step.left == "blind":
            event, rest = "BLINDTRANSFER", f"{step.passed_to}|from-internal|{times}"
        elif step.consult is not None:
            event, rest = "ATTENDEDTRANSFER", f"BRIDGE|{step.bridge}|{times}"
        else:
            event, rest = ("COMPLETECALLER" if call.hangup_by == "caller" else "COMPLETEAGENT"), times
        lines.append(self._line(ring.end, callid, step.queue, ring.member, event, rest))

    def _line(self, at: int, call: str, queue: str, agent: str, event: str, rest: str) -> tuple[int, str]:
        return at, f"{self._clock.read(at) // SECOND}|{call}|{queue}|{agent}|{event}|{rest}\n"
