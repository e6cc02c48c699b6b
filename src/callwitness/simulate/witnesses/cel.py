"""The exchange's cel.csv: cel_custom with the column order of the shipped sample, 20 columns, epoch times.

Columns: eventtype, eventtime, cid_name, cid_num, cid_ani, cid_rdnis, cid_dnid, exten, context, channame, appname,
appdata, amaflags, accountcode, uniqueid, linkedid, peer, userfield, userdeftype, extra (JSON).
Events are those of cel.conf's sample with transfers and LINKEDID_END added; APP_START for Dial, Queue, VoiceMail.
"""

from __future__ import annotations

from typing import Final

from callwitness.simulate.clocks import SECOND, SourceClock
from callwitness.simulate.happening import Call, Channel, Consult, Ring, Step

Lines = list[tuple[int, str]]
_LOGGED_APPS: Final = frozenset({"Dial", "Queue", "VoiceMail"})
_LAST: Final = 2_000  # us from the caller's hang-up to the end of the call's last channel


class _Party:
    """A channel with everything that its rows repeat."""

    __slots__ = ("app", "channel", "context", "data", "dnid", "exten", "linked", "name", "number")

    def __init__(
        self, channel: Channel, linked: str, name: str, number: str, context: str, exten: str
    ) -> None:
        self.channel = channel
        self.linked = linked
        self.name = name
        self.number = number
        self.context = context
        self.exten = exten
        self.app = self.data = self.dnid = ""


class Cel:
    """Writes channel events of calls."""

    def __init__(self, clock: SourceClock) -> None:
        self._clock = clock

    def call(self, call: Call) -> Lines:
        """All events of one call, in the order of their moments within each channel."""
        if call.channel is None:
            return []
        return _Script(self._clock, call, call.channel).lines


class _Script:
    """The events of one call."""

    def __init__(self, clock: SourceClock, call: Call, channel: Channel) -> None:
        self.lines: Lines = []
        self._read = clock.read
        self._call = call
        inside = call.direction != "inbound"
        context = "from-internal" if inside else "from-trunk"
        exten = call.steps[0].exten if inside else call.arrives_as
        self._caller = _Party(channel, channel.uniqueid, call.shown_name, call.shown, context, exten)
        self._up = False
        self._status = ""
        self._source = "" if call.hangup_by == "system" else channel.name
        self._event(channel.start, "CHAN_START", self._caller, ani="")
        self._caller.dnid = exten
        for step in call.steps:
            self._step(step)
        if call.cause == 21 and not call.steps:
            self._caller.app = ""
        if call.cause in (17, 20, 21, 34) and not self._source:
            self._source = channel.name  # the exchange refused, yet names the caller's own channel
        self._gone(call.end + 1_000, self._caller, call.cause, self._source, self._status)
        self._event(call.end + _LAST, "LINKEDID_END", self._caller)

    def _step(self, step: Step) -> None:
        caller = self._caller
        caller.context, caller.exten, caller.app, caller.data = step.context, step.exten, step.app, step.data
        if step.answers and not self._up:
            self._up = True
            answered = _Party(
                caller.channel, caller.linked, caller.name, caller.number, step.context, step.exten
            )
            answered.dnid, answered.app = caller.dnid, "VoiceMail" if step.app == "VoiceMail" else "Answer"
            self._event(step.answers, "ANSWER", answered)
        if step.app in _LOGGED_APPS:
            self._event(step.start, "APP_START", caller)
        if step.app == "Dial":
            self._status = step.status
        for ring in step.rings:
            self._ring(step, ring)

    def _ring(self, step: Step, ring: Ring) -> None:
        number = ring.party.lstrip("+")
        context = "from-trunk" if ring.party.startswith("+") else "from-internal"
        party = _Party(ring.channel, self._caller.linked, ring.name, number, context, "s")
        self._event(ring.start, "CHAN_START", party, ani="")
        party.app, party.data = ("AppQueue" if step.queue else "AppDial"), "(Outgoing Line)"
        party.exten = step.exten
        if ring.answered:
            self._talk(step, ring, party)
            return
        cause, source = {"elsewhere": (26, ""), "busy": (17, party.channel.name), "failed": (34, "")}.get(
            ring.outcome, (0, "")
        )
        self._gone(ring.end + 400, party, cause, source, "")

    def _talk(self, step: Step, ring: Ring, party: _Party) -> None:
        caller = self._caller
        at = ring.answered
        self._event(at, "ANSWER", party)
        if not self._up:
            self._up = True
            self._event(at + 500, "ANSWER", caller)
        bridge = _bridge(step.bridge)
        self._event(at + 3_000, "BRIDGE_ENTER", party, extra=bridge)
        self._event(at + 4_500, "BRIDGE_ENTER", caller, peer=party.channel.name, extra=bridge)
        if step.consult is not None:
            self._attended(step, step.consult, party)
            return
        if step.left == "blind":
            self._blind(step, ring, party, bridge)
            return
        if self._call.hangup_by == "callee":
            self._source = party.channel.name
        self._event(ring.end - 900, "BRIDGE_EXIT", party, peer=caller.channel.name, extra=bridge)
        self._event(ring.end - 400, "BRIDGE_EXIT", caller, extra=bridge)
        self._gone(ring.end - 200, party, 16, self._source, "")

    def _blind(self, step: Step, ring: Ring, party: _Party, bridge: str) -> None:
        caller = self._caller
        transfer = (
            f'{{"extension":"{step.passed_to}","context":"from-internal","bridge_id":"{step.bridge}",'
            f'"transferee_channel_name":"{caller.channel.name}",'
            f'"transferee_channel_uniqueid":"{caller.channel.uniqueid}"}}'
        )
        self._event(ring.end, "BLINDTRANSFER", party, peer=caller.channel.name, extra=transfer)
        self._event(ring.end + 700, "BRIDGE_EXIT", caller, peer=party.channel.name, extra=bridge)
        self._event(ring.end + 1_100, "BRIDGE_EXIT", party, extra=bridge)
        self._gone(ring.end + 1_500, party, 16, party.channel.name, "")

    def _attended(self, step: Step, consult: Consult, party: _Party) -> None:
        """The agent's second call, the merge, and the talk of caller and colleague after it."""
        caller, colleague = self._caller, consult.colleague
        own = _Party(
            consult.channel, consult.channel.uniqueid, consult.agent.name, consult.agent.party, "from-internal", colleague.party
        )  # fmt: skip
        second = _Party(
            colleague.channel, consult.channel.uniqueid, colleague.name, colleague.party, "from-internal", "s"
        )
        bridge, first = _bridge(consult.bridge), _bridge(step.bridge)
        self._event(consult.start, "CHAN_START", own, ani="")
        own.dnid, own.app, own.data = colleague.party, "Dial", f"PJSIP/{colleague.party},20,tT"
        self._event(consult.start + 8_000, "APP_START", own)
        self._event(colleague.start, "CHAN_START", second, ani="")
        second.app, second.data, second.exten = "AppDial", "(Outgoing Line)", colleague.party
        self._event(colleague.answered, "ANSWER", second)
        self._event(colleague.answered + 500, "ANSWER", own)
        self._event(colleague.answered + 3_000, "BRIDGE_ENTER", second, extra=bridge)
        self._event(colleague.answered + 4_500, "BRIDGE_ENTER", own, peer=second.channel.name, extra=bridge)
        at = consult.merged
        transfer = (
            f'{{"bridge1_id":"{step.bridge}","channel2_name":"{own.channel.name}",'
            f'"channel2_uniqueid":"{own.channel.uniqueid}","bridge2_id":"{consult.bridge}",'
            f'"transferee_channel_name":"{caller.channel.name}",'
            f'"transferee_channel_uniqueid":"{caller.channel.uniqueid}",'
            f'"transfer_target_channel_name":"{second.channel.name}",'
            f'"transfer_target_channel_uniqueid":"{second.channel.uniqueid}"}}'
        )
        self._event(at, "BRIDGE_EXIT", caller, peer=party.channel.name, extra=first)
        self._event(at + 300, "LINKEDID_END", own)
        own.linked = second.linked = caller.linked
        self._event(at + 500, "BRIDGE_EXIT", own, peer=second.channel.name, extra=bridge)
        self._event(at + 600, "BRIDGE_ENTER", caller, peer=second.channel.name, extra=bridge)
        self._event(at + 900, "ATTENDEDTRANSFER", party, peer=caller.channel.name, extra=transfer)
        self._event(at + 1_200, "BRIDGE_EXIT", party, extra=first)
        self._gone(at + 1_500, own, 16, own.channel.name, "ANSWER")
        self._gone(at + 1_900, party, 16, party.channel.name, "")
        if self._call.hangup_by == "callee":
            self._source = second.channel.name
        self._event(step.end - 900, "BRIDGE_EXIT", second, peer=caller.channel.name, extra=bridge)
        self._event(step.end - 400, "BRIDGE_EXIT", caller, extra=bridge)
        self._gone(step.end - 200, second, 16, self._source, "")

    def _gone(self, at: int, party: _Party, cause: int, source: str, status: str) -> None:
        extra = f'{{"hangupcause":{cause},"hangupsource":"{source}","dialstatus":"{status}"}}'
        self._event(at, "HANGUP", party, extra=extra)
        self._event(at + 150, "CHAN_END", party)

    def _event(
        self, at: int, kind: str, party: _Party, ani: str | None = None, peer: str = "", extra: str = ""
    ) -> None:
        seconds, micros = divmod(self._read(at), SECOND)
        quoted = extra.replace('"', '""')
        channel = party.channel
        self.lines.append((
            at,
            f'"{kind}","{seconds}.{micros:06d}","{party.name}","{party.number}",'
            f'"{party.number if ani is None else ani}","","{party.dnid}","{party.exten}","{party.context}",'
            f'"{channel.name}","{party.app}","{party.data}","3","","{channel.uniqueid}","{party.linked}",'
            f'"{peer}","","","{quoted}"\n',
        ))  # fmt: skip


def _bridge(identity: str) -> str:
    return f'{{"bridge_id":"{identity}","bridge_technology":"simple_bridge"}}'
