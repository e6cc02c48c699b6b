"""The exchange's cel.csv: cel_custom with the column order of the shipped sample, 20 columns, epoch times.

Columns: eventtype, eventtime, cid_name, cid_num, cid_ani, cid_rdnis, cid_dnid, exten, context, channame, appname,
appdata, amaflags, accountcode, uniqueid, linkedid, peer, userfield, userdeftype, extra (JSON).
Events are those of cel.conf's sample with transfers and LINKEDID_END added; APP_START for Dial, Queue, VoiceMail.
The order and the odd corners are those of Asterisk 22 under test.
"""

from __future__ import annotations

from typing import Final

from callwitness.simulate.clocks import SECOND, SourceClock
from callwitness.simulate.happening import Call, Channel, Consult, Ring, Step

Lines = list[tuple[int, str]]
_LOGGED_APPS: Final = frozenset({"Dial", "Queue", "VoiceMail"})
_SYSTEM: Final = "dialplan/builtin"
_INSIDE: Final = "from-internal"


class _Party:
    """A channel with everything that its rows repeat. cid: name and number; place: context and extension."""

    __slots__ = ("ani", "app", "channel", "context", "data", "dnid", "exten", "name", "number")

    def __init__(self, channel: Channel, cid: tuple[str, str], place: tuple[str, str]) -> None:
        self.channel = channel
        self.name, self.number = cid
        self.context, self.exten = place
        self.ani = self.app = self.data = self.dnid = ""

    def enter(self, app: str, data: str, exten: str) -> None:
        """The channel is past its start: it has an application, and its number counts as ANI."""
        self.ani, self.app, self.data, self.exten = self.number, app, data, exten


class Cel:
    """Writes channel events of calls."""

    def __init__(self, clock: SourceClock) -> None:
        self._clock = clock

    def call(self, call: Call) -> Lines:
        """All events of one call."""
        if call.channel is None:
            return []
        return _Script(self._clock, call, call.channel).lines


class _Script:
    """The events of one call."""

    def __init__(self, clock: SourceClock, call: Call, channel: Channel) -> None:
        self.lines: Lines = []
        self._read = clock.read
        self._call = call
        self._linked = channel.uniqueid
        inside = call.direction != "inbound"
        place = (_INSIDE, call.steps[0].exten) if inside else ("from-trunk", call.arrives_as)
        self._caller = caller = _Party(channel, (call.shown_name, call.shown), place)
        self._up = False
        self._status = ""
        self._source = _SYSTEM if call.hangup_by == "system" else channel.name
        self._after: tuple[int, _Party] | None = None
        self._event(channel.start, "CHAN_START", caller)
        caller.dnid, caller.ani = caller.exten, caller.number
        for step in call.steps:
            self._step(step)
        self._finish(call)

    def _finish(self, call: Call) -> None:
        """The caller's channel ends, and the phone's after it when the caller hung up first."""
        caller, last = self._caller, self._caller
        caller.app = caller.data = ""
        if call.cause in (17, 34):
            self._source = caller.channel.name  # the exchange refused, yet names the caller's own channel
        self._gone(call.end + 600, caller, call.cause, self._source, self._status)
        at = call.end + 600
        if self._after is not None:
            at, last = self._after
            self._gone(at, last, 16, caller.channel.name)
        self._event(at, "LINKEDID_END", last)

    def _step(self, step: Step) -> None:
        caller = self._caller
        caller.context = step.context
        caller.enter(step.app, step.data, step.exten)
        if step.answers and not self._up:
            self._up = True
            if step.app != "VoiceMail":
                caller.app, caller.data = "Answer", ""
            self._event(step.answers, "ANSWER", caller)
            caller.app, caller.data = step.app, step.data
        if step.app in _LOGGED_APPS:
            self._event(step.start, "APP_START", caller)
        for ring in step.rings:
            self._ring(step, ring)
        if step.app == "Dial":
            self._status = step.status
        elif step.rings:
            outcome = step.rings[-1].outcome
            self._status = "ANSWER" if step.talk else "CANCEL" if outcome == "cancelled" else "NOANSWER"

    def _ring(self, step: Step, ring: Ring) -> None:
        outside = ring.party.startswith("+")
        place = ("from-trunk" if outside else _INSIDE, "s")
        party = _Party(ring.channel, (ring.name, ring.party.lstrip("+")), place)
        self._event(ring.start, "CHAN_START", party)
        party.enter("AppQueue" if step.queue else "AppDial", "(Outgoing Line)", step.exten)
        if ring.answered:
            self._talk(step, ring, party)
            return
        name = party.channel.name
        ends = {"elsewhere": (26, ""), "busy": (17, name), "failed": (34, name)}
        given_up = 16 if ring.outcome == "cancelled" and step.app == "Dial" else 0
        cause, source = ends.get(ring.outcome, (given_up, ""))
        self._gone(ring.end + 400, party, cause, source)

    def _talk(self, step: Step, ring: Ring, party: _Party) -> None:
        caller, at = self._caller, ring.answered
        self._event(at, "ANSWER", party)
        if not self._up:
            self._up = True
            self._event(at + 100, "ANSWER", caller)
        if step.app == "Dial":
            party.exten = ""
        self._meet(at + 400, step.bridge, party, caller)
        if step.consult is not None:
            self._attended(step, step.consult, party)
        elif step.left == "blind":
            self._blind(step, ring, party)
        else:
            self._part(step, ring, party)

    def _part(self, step: Step, ring: Ring, party: _Party) -> None:
        """The talk ends. Whoever hangs up leaves the bridge first; after a Dial his channel also ends first."""
        caller, end = self._caller, ring.end
        if self._call.hangup_by == "callee":
            self._source = party.channel.name
            self._leave(end, step.bridge, party, caller)
        else:
            self._leave(end, step.bridge, caller, party)
            if step.app == "Dial":
                self._after = end + 800, party
                return
        self._gone(end + 250, party, 16, self._source)

    def _blind(self, step: Step, ring: Ring, party: _Party) -> None:
        caller, at = self._caller, ring.end
        transfer = (
            f'{{"extension":"{step.passed_to}","context":"{_INSIDE}","bridge_id":"{step.bridge}",'
            f'"transferee_channel_name":"{caller.channel.name}",'
            f'"transferee_channel_uniqueid":"{caller.channel.uniqueid}"}}'
        )
        self._event(at, "BLINDTRANSFER", party, extra=transfer)
        self._bridge(at + 20, "BRIDGE_EXIT", party, step.bridge, caller)
        caller.context, caller.exten = _INSIDE, step.passed_to
        self._bridge(at + 190, "BRIDGE_EXIT", caller, step.bridge)
        self._gone(at + 570, party, 16, "")

    def _attended(self, step: Step, consult: Consult, party: _Party) -> None:
        """The agent asks a colleague through a Local channel; then the caller is put in the agent's place."""
        caller, colleague, exten = self._caller, consult.colleague, consult.colleague.party
        near = _Party(consult.near, ("", ""), (_INSIDE, exten))
        far = _Party(consult.far, ("", ""), (_INSIDE, exten))
        second = _Party(colleague.channel, (colleague.name, exten), (_INSIDE, "s"))
        at, picks, merged, end = consult.start, colleague.answered, consult.merged, step.end
        self._event(at, "CHAN_START", near)
        self._event(at + 10, "CHAN_START", far)
        far.name, far.number = consult.agent.name, consult.agent.party
        far.enter("Dial", f"PJSIP/{exten},20,tT", exten)
        self._event(at + 130, "APP_START", far)
        self._bridge(at + 180, "BRIDGE_ENTER", near, consult.bridge)
        self._bridge(at + 900, "BRIDGE_EXIT", party, step.bridge, caller)
        self._bridge(at + 930, "BRIDGE_ENTER", party, consult.bridge, near)
        self._event(colleague.start, "CHAN_START", second)
        second.enter("AppDial", "(Outgoing Line)", exten)
        self._event(picks, "ANSWER", second)
        self._event(picks + 70, "ANSWER", far)
        second.exten = ""
        self._bridge(picks + 150, "BRIDGE_ENTER", second, consult.far_bridge)
        near.number = exten
        self._event(picks + 190, "ANSWER", near)
        self._bridge(picks + 510, "BRIDGE_ENTER", far, consult.far_bridge, second)
        self._bridge(merged, "BRIDGE_EXIT", near, consult.bridge, party)
        self._bridge(merged + 100, "BRIDGE_ENTER", near, step.bridge, caller)
        self._bridge(merged + 210, "BRIDGE_EXIT", party, consult.bridge)
        self._event(merged + 280, "ATTENDEDTRANSFER", party, extra=self._transfer(step, consult, party))
        self._gone(merged + 400, party, 16, party.channel.name)
        self._source = second.channel.name if self._call.hangup_by == "callee" else caller.channel.name
        self._bridge(end, "BRIDGE_EXIT", second, consult.far_bridge, far)
        self._gone(end + 100, second, 16, self._source)
        far.name, far.number, far.ani = caller.name, caller.number, consult.agent.party
        self._bridge(end + 170, "BRIDGE_EXIT", far, consult.far_bridge)
        far.app = far.data = ""
        self._gone(end + 230, far, 16, self._source, "ANSWER")
        self._bridge(end + 310, "BRIDGE_EXIT", near, step.bridge, caller)
        self._gone(end + 320, near, 16, party.channel.name)
        self._bridge(end + 500, "BRIDGE_EXIT", caller, step.bridge)

    def _transfer(self, step: Step, consult: Consult, party: _Party) -> str:
        caller = self._caller.channel
        return (
            f'{{"bridge1_id":"{step.bridge}","channel2_name":"{party.channel.name}",'
            f'"channel2_uniqueid":"{party.channel.uniqueid}","bridge2_id":"{consult.bridge}",'
            f'"transferee_channel_name":"{caller.name}","transferee_channel_uniqueid":"{caller.uniqueid}",'
            f'"transfer_target_channel_name":"{consult.near.name}",'
            f'"transfer_target_channel_uniqueid":"{consult.near.uniqueid}"}}'
        )

    def _meet(self, at: int, bridge: str, first: _Party, second: _Party) -> None:
        self._bridge(at, "BRIDGE_ENTER", first, bridge)
        self._bridge(at + 170, "BRIDGE_ENTER", second, bridge, first)

    def _leave(self, at: int, bridge: str, first: _Party, second: _Party) -> None:
        self._bridge(at, "BRIDGE_EXIT", first, bridge, second)
        self._bridge(at + 40, "BRIDGE_EXIT", second, bridge)

    def _bridge(self, at: int, kind: str, party: _Party, bridge: str, peer: _Party | None = None) -> None:
        extra = f'{{"bridge_id":"{bridge}","bridge_technology":"simple_bridge"}}'
        self._event(at, kind, party, peer.channel.name if peer else "", extra)

    def _gone(self, at: int, party: _Party, cause: int, source: str, status: str = "") -> None:
        extra = f'{{"hangupcause":{cause},"hangupsource":"{source}","dialstatus":"{status}"}}'
        self._event(at, "HANGUP", party, extra=extra)
        self._event(at, "CHAN_END", party)

    def _event(self, at: int, kind: str, party: _Party, peer: str = "", extra: str = "") -> None:
        seconds, micros = divmod(self._read(at), SECOND)
        quoted, channel = extra.replace('"', '""'), party.channel
        line = (
            f'"{kind}","{seconds}.{micros:06d}","{party.name}","{party.number}","{party.ani}","","{party.dnid}",'
            f'"{party.exten}","{party.context}","{channel.name}","{party.app}","{party.data}","3","",'
            f'"{channel.uniqueid}","{self._linked}","{peer}","","","{quoted}"\n'
        )
        self.lines.append((at, line))
