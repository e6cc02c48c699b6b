"""The office: what its exchange does with a call that comes in, and whom the caller reaches."""

from __future__ import annotations

import random
from typing import Final

from callwitness.simulate.clocks import SECOND, WallClock
from callwitness.simulate.company import Agent, Company, Line, open_at
from callwitness.simulate.exchange import Exchange
from callwitness.simulate.floor import Floor, ring_round
from callwitness.simulate.happening import Call, Consult, Ring, Step

TRUNK: Final = "trunk"
_MENU_S: Final = 13
_CLOSED_S: Final = 12


class Office:
    """Routes inbound calls. Fills ``Call.steps``, verdict and moments; keeps agents engaged."""

    def __init__(
        self, company: Company, floor: Floor, exchange: Exchange, wall: WallClock, seed: int
    ) -> None:
        self._company = company
        self._floor = floor
        self._exchange = exchange
        self._wall = wall
        self._rng = random.Random(f"{seed}/office")
        self._by_ext = {agent.ext: agent for agent in company.agents()}
        self.consults: list[Call] = []

    def receive(self, call: Call, line: Line, at: int, patience: int, talk: int) -> None:
        """An inbound call reaches the trunk at ``at``. patience, talk: us the caller will wait and speak."""
        call.channel = self._exchange.channel(TRUNK, at)
        call.office_id = call.channel.uniqueid
        if call.shown in self._company.blacklist:
            self._reject(call, at)
        elif not open_at(self._wall, call.start):
            self._closed(call, at, line)
        elif line.route == "ivr":
            self._menu(call, at, at + patience, talk)
        elif line.route == "group":
            self._group(call, at, at + patience, talk)
        elif line.route == "direct":
            self._direct(call, at, at + patience, talk)
        else:
            step = Step("Queue", "contract,tT,,,120", "from-trunk", call.arrives_as, at + 9_000, 0)
            self._queue(call, step, "contract", at + patience, talk)

    def _reject(self, call: Call, at: int) -> None:
        call.end = at + self._rng.randrange(4_000, 40_000)
        call.steps.append(Step("Hangup", "21", "blacklisted", call.arrives_as, call.end, call.end))
        call.verdict, call.cause, call.hangup_by = "rejected", 21, "system"

    def _closed(self, call: Call, at: int, line: Line) -> None:
        """The closed announcement; the manager's line takes messages instead."""
        if line.route == "direct" and self._rng.random() < 0.5:
            self._voicemail(call, at + 8_000, "u")
            return
        call.verdict = "closed"
        self._announce(call, "closed", "closed", at + 8_000, _CLOSED_S)

    def _announce(self, call: Call, what: str, context: str, at: int, seconds: float) -> None:
        """Plays something and hangs up; half of the callers do not wait for its end."""
        end = at + round(seconds * SECOND)
        leaves = at + round(self._rng.uniform(2.5, 1.8 * seconds) * SECOND)
        self._answer(call, at)
        call.steps.append(Step("Playback", what, context, "s", at, min(end, leaves), answers=at))
        if leaves < end:
            self._over(call, leaves, "caller")
        else:
            call.steps.append(Step("Hangup", "", context, "s", end, end))
            self._over(call, end, "system")

    def _menu(self, call: Call, at: int, leaves: int, talk: int) -> None:
        """The voice menu: some hang up in it, the rest come to sales or support."""
        begin = at + 11_000
        chooses = begin + round(self._rng.uniform(3.0, 16.0) * SECOND)
        self._answer(call, begin)
        gone = leaves < chooses or self._rng.random() < 0.05
        until = min(leaves, chooses)
        heard = min(until, begin + _MENU_S * SECOND)
        call.steps.append(Step("BackGround", "main-menu", "ivr-main", "s", begin, heard, answers=begin))
        if until > heard:
            call.steps.append(Step("WaitExten", "8", "ivr-main", "s", heard, until))
        if gone:
            call.verdict = "abandoned_in_ivr"
            self._over(call, until, "caller")
            return
        name = "sales" if self._rng.random() < 0.62 else "support"
        queue = self._company.queues[name]
        data = f"{name},tT,,,{queue.timeout_s}"
        step = Step("Queue", data, "queues", queue.exten, chooses + 6_000, 0)
        self._queue(call, step, name, max(leaves, chooses + SECOND), talk)

    def _queue(self, call: Call, step: Step, name: str, leaves: int, talk: int) -> None:
        step.queue = name
        call.steps.append(step)
        self._floor.wait(self._company.queues[name], step, leaves, self._exchange.channel)
        if step.talk is not None:
            self._talk(call, step, step.talk, talk)
        elif step.left == "abandon":
            call.verdict = call.verdict or "abandoned_in_queue"
            self._over(call, step.end, "caller")
        elif name == "sales" and not call.verdict:
            self._mobile(
                call, step.end + 7_000, max(leaves, step.end + 4 * SECOND), talk, "abandoned_in_queue"
            )
        else:
            call.verdict = call.verdict or "abandoned_in_queue"
            self._announce(call, "nobody-available", step.context, step.end + 7_000, 6)

    def _group(self, call: Call, at: int, leaves: int, talk: int) -> None:
        """Rings the phones of the group at once; then the manager's mobile."""
        free = [agent for agent in self._company.group if self._floor.free(agent, at)]
        begin = at + 9_000
        if free:
            phones = "&".join(f"PJSIP/{agent.ext}" for agent in free)
            stops = min(begin + 25 * SECOND, leaves)
            step = Step("Dial", f"{phones},25,tT", "from-trunk", call.arrives_as, begin, stops)
            call.steps.append(step)
            answers = self._ring(step, free, stops, stops == leaves)
            if answers is not None:
                self._talk(call, step, answers, talk)
                return
            begin = stops + 6_000
            if stops == leaves:
                call.verdict = "no_answer"
                self._over(call, stops, "caller")
                return
        self._mobile(call, begin, leaves, talk, "no_answer")

    def _ring(self, step: Step, agents: list[Agent], stops: int, leaves: bool) -> Ring | None:
        got = ring_round(
            self._floor, step, agents, step.start + 5_000, stops, leaves, self._exchange.channel, ""
        )
        step.status = "ANSWER" if got else "CANCEL" if leaves else "NOANSWER"
        step.left = "talk" if got else "abandon" if leaves else "timeout"
        return step.talk

    def _direct(self, call: Call, at: int, leaves: int, talk: int) -> None:
        """The manager's own number: answered, busy, unregistered, or a message."""
        manager = self._company.manager
        begin = at + 9_000
        data = f"PJSIP/{manager.ext},20,tT"
        step = Step("Dial", data, "from-trunk", call.arrives_as, begin, begin)
        call.steps.append(step)
        if self._rng.random() < 0.02:
            step.status, step.left, call.verdict, call.cause = "CHANUNAVAIL", "failed", "failed", 20
            self._over(call, begin + 30_000, "system")
            return
        if manager.free_at > begin:
            self._engaged(call, step, manager)
            return
        step.end = stops = min(begin + 20 * SECOND, leaves)
        if self._floor.free(manager, begin):
            answers = self._ring(step, [manager], stops, stops == leaves)
            if answers is not None:
                self._talk(call, step, answers, talk)
                return
        else:
            self._ring_empty_desk(step, manager, stops, stops == leaves)
        if stops == leaves:
            call.verdict = "no_answer"
            self._over(call, stops, "caller")
        else:
            self._voicemail(call, stops + 6_000, "u")

    def _engaged(self, call: Call, step: Step, manager: Agent) -> None:
        step.end = step.start + 180_000
        channel = self._exchange.channel(manager.ext, step.start + 5_000)
        step.rings.append(
            Ring(manager.ext, manager.member, manager.name, channel, channel.start, step.end, "busy")
        )
        step.status, step.left = "BUSY", "failed"
        if self._rng.random() < 0.4:
            self._voicemail(call, step.end + 5_000, "b")
            return
        call.verdict, call.cause = "busy", 17
        end = step.end + round(self._rng.uniform(1.5, 8) * SECOND)
        call.steps.append(Step("Busy", "10", step.context, step.exten, step.end + 4_000, end))
        self._over(call, end, "caller")

    def _ring_empty_desk(self, step: Step, agent: Agent, stops: int, leaves: bool) -> None:
        channel = self._exchange.channel(agent.ext, step.start + 5_000)
        outcome = "cancelled" if leaves else "no_answer"
        step.rings.append(Ring(agent.ext, agent.member, agent.name, channel, channel.start, stops, outcome))
        step.status, step.left = ("CANCEL", "abandon") if leaves else ("NOANSWER", "timeout")

    def _voicemail(self, call: Call, at: int, greeting: str) -> None:
        """A message is left: whoever reaches the beep speaks."""
        end = at + round(self._rng.uniform(14, 45) * SECOND)
        self._answer(call, at)
        data = f"{self._company.manager.ext}@default,{greeting}"
        call.steps.append(Step("VoiceMail", data, "from-trunk", call.arrives_as, at, end, answers=at))
        call.verdict = "voicemail"
        self._over(call, end, "caller")

    def _mobile(self, call: Call, at: int, leaves: int, talk: int, missed: str) -> None:
        """Overflow to the manager's mobile, out by the same trunk."""
        number = self._company.mobile
        stops = min(at + 30 * SECOND, leaves)
        step = Step("Dial", f"PJSIP/{number}@{TRUNK},30,tT", "overflow", "s", at, stops)
        call.steps.append(step)
        picks = at + round(self._rng.uniform(5, 22) * SECOND)
        channel = self._exchange.channel(TRUNK, at + 4_000)
        ring = Ring(f"+{number}", f"+{number}", "", channel, channel.start, stops, "no_answer")
        step.rings.append(ring)
        if picks < stops and self._rng.random() < 0.6:
            ring.end, ring.answered, ring.outcome = picks, picks, "answer"
            step.talk, step.status, step.left = ring, "ANSWER", "talk"
            self._talk(call, step, ring, talk)
            return
        gone = stops == leaves
        ring.outcome = "cancelled" if gone else "no_answer"
        step.status, step.left = ("CANCEL", "abandon") if gone else ("NOANSWER", "timeout")
        call.verdict = missed
        if gone:
            self._over(call, stops, "caller")
        else:
            self._give_up(call, step)

    def _give_up(self, call: Call, step: Step) -> None:
        """Nobody came: the dialplan hangs up."""
        end = step.end + 1_500
        call.steps.append(Step("Hangup", "", step.context, step.exten, step.end, end))
        self._over(call, end, "system")

    def _talk(self, call: Call, step: Step, ring: Ring, talk: int) -> None:
        """A person answered. Some talks are passed on."""
        self._answer(call, ring.answered)
        step.bridge = self._exchange.bridge()
        call.human = call.human or ring.answered + self._rng.randrange(300_000, 1_600_000)
        call.agent, call.verdict = ring.party.lstrip("+"), "answered"
        passing = self._rng.random() if step.queue and talk > 20 * SECOND and len(call.steps) < 4 else 1.0
        if passing < 0.05:
            self._blind(call, step, ring, talk)
        elif passing < 0.09:
            self._attended(call, step, ring, talk)
        else:
            self._hang_up(call, step, ring, ring.answered + talk)
            if passing < 0.11:
                self._vain_consult(ring, talk)

    def _hang_up(self, call: Call, step: Step, ring: Ring, end: int) -> None:
        ring.end = step.end = end
        self._engage(ring, end)
        self._over(call, end, "caller" if self._rng.random() < 0.6 else "callee")

    def _engage(self, ring: Ring, end: int) -> None:
        """Keeps the phone engaged until the talk ends, and a little longer to write things down."""
        agent = self._by_ext.get(ring.party)
        if agent is not None:
            agent.free_at = end + self._rng.randrange(2, 12) * SECOND

    def _blind(self, call: Call, step: Step, ring: Ring, talk: int) -> None:
        """Blind transfer to a colleague, who may not pick up, or into the support queue."""
        passed = ring.answered + round(talk * self._rng.uniform(0.2, 0.5))
        ring.end = step.end = passed
        self._engage(ring, passed)
        step.left = "blind"
        rest = max(talk // 2, 5 * SECOND)
        if step.queue == "sales" and self._rng.random() < 0.35:
            queue = self._company.queues["support"]
            step.passed_to = queue.exten
            data = f"support,tT,,,{queue.timeout_s}"
            onward = Step("Queue", data, "from-internal", queue.exten, passed + 9_000, 0)
            self._queue(call, onward, "support", passed + 90 * SECOND, rest)
            return
        colleague = self._rng.choice([agent for agent in self._company.office if agent.ext != ring.party])
        step.passed_to = colleague.ext
        begin = passed + 9_000
        stops = begin + 20 * SECOND
        dial = Step("Dial", f"PJSIP/{colleague.ext},20,tT", "from-internal", colleague.ext, begin, stops)
        call.steps.append(dial)
        if self._floor.free(colleague, begin):
            answers = self._ring(dial, [colleague], stops, leaves=False)
            if answers is not None:
                self._talk(call, dial, answers, rest)
                return
        else:
            self._ring_empty_desk(dial, colleague, stops, leaves=False)
        self._give_up(call, dial)

    def _attended(self, call: Call, step: Step, ring: Ring, talk: int) -> None:
        """Attended transfer by feature code: the caller waits, the agent asks a colleague, then they are joined."""
        asks = ring.answered + round(talk * self._rng.uniform(0.2, 0.5))
        colleague = self._floor.any_free(self._company.office, asks)
        if colleague is None or colleague.ext == ring.party:
            self._hang_up(call, step, ring, ring.answered + talk)
            return
        near, far = self._exchange.local(colleague.ext, asks)
        called = self._exchange.channel(colleague.ext, asks + 1_200)
        picks = asks + self._rng.randrange(2, 12) * SECOND + 345_000
        merged = picks + self._rng.randrange(4, 20) * SECOND + 120_000
        end = merged + max(talk // 2, 5 * SECOND)
        second = Ring(
            colleague.ext, colleague.member, colleague.name, called, called.start, end, "answer", picks
        )
        bridges = self._exchange.bridge(), self._exchange.bridge()
        step.consult = Consult(near, far, asks, ring, second, merged, *bridges)
        ring.end, step.end, step.left = merged, end, "attended"
        self._engage(ring, merged)
        self._engage(second, end)
        call.agent = colleague.ext
        self._over(call, end, "caller" if self._rng.random() < 0.6 else "callee")

    def _vain_consult(self, ring: Ring, talk: int) -> None:
        """The agent tries a colleague during the talk and nobody picks up: an internal call of its own."""
        asks = ring.answered + talk // 3
        colleague = self._rng.choice(self._company.office)
        if colleague.ext == ring.party or ring.party not in self._by_ext or talk < 40 * SECOND:
            return
        call = Call(0, "internal", asks, ring.party, colleague.ext)
        self.dial_inside(call, self._by_ext[ring.party], colleague, asks + 9 * SECOND, answered=False)
        self.consults.append(call)

    def dial_inside(self, call: Call, agent: Agent, colleague: Agent, end: int, answered: bool) -> None:
        """An internal call; answered ones end at ``end``, the others ring until then."""
        self._start(call, agent)
        begin = call.start + 8_000
        step = Step("Dial", f"PJSIP/{colleague.ext},20,tT", "from-internal", colleague.ext, begin, end)
        call.steps.append(step)
        channel = self._exchange.channel(colleague.ext, begin + 5_000)
        ring = Ring(colleague.ext, colleague.member, colleague.name, channel, channel.start, end, "cancelled")
        step.rings.append(ring)
        self._finish(call, step, ring, answered, end)

    def dial_out(self, call: Call, agent: Agent, dialled: str, outcome: str, wait: int, talk: int) -> None:
        """An outbound call. outcome: answered | no_answer | busy | failed; wait: ringing (us)."""
        self._start(call, agent)
        begin = call.start + 10_000
        end = begin + wait + (talk if outcome == "answered" else 0)
        step = Step("Dial", f"PJSIP/{call.did}@{TRUNK},60,T", "from-internal", dialled, begin, end)
        call.steps.append(step)
        channel = self._exchange.channel(TRUNK, begin + 6_000)
        ring = Ring(f"+{call.did}", f"+{call.did}", "", channel, channel.start, end, "cancelled")
        step.rings.append(ring)
        if outcome in ("busy", "failed"):
            ring.outcome = outcome
            step.status, step.left = ("BUSY" if outcome == "busy" else "CONGESTION"), "failed"
            call.verdict, call.cause = outcome, 17 if outcome == "busy" else 34
            self._over(call, end, "system")
        else:
            self._finish(call, step, ring, outcome == "answered", end)
        agent.free_at = max(agent.free_at, call.end + 4 * SECOND)

    def _start(self, call: Call, agent: Agent) -> None:
        call.channel = self._exchange.channel(agent.ext, call.start)
        call.office_id = call.channel.uniqueid
        call.shown, call.shown_name = agent.ext, agent.name

    def _finish(self, call: Call, step: Step, ring: Ring, answered: bool, end: int) -> None:
        if not answered:
            step.status, step.left, call.verdict = "CANCEL", "abandon", "no_answer"
            self._over(call, end, "caller")
            return
        ring.answered = min(ring.start + self._rng.randrange(2_000_000, 9_000_000), end - SECOND)
        ring.outcome, step.talk, step.status, step.left = "answer", ring, "ANSWER", "talk"
        step.bridge = self._exchange.bridge()
        call.verdict = "answered"
        call.agent = call.did if call.direction == "internal" else call.shown
        self._answer(call, ring.answered)
        call.human = ring.answered + self._rng.randrange(300_000, 1_600_000)
        self._over(call, end, "caller" if self._rng.random() < 0.5 else "callee")

    def _answer(self, call: Call, at: int) -> None:
        call.answered = call.answered or at

    def _over(self, call: Call, end: int, by: str) -> None:
        call.end, call.hangup_by = end, by
