"""Runs the scripts over the two exchanges and notes when what happened, from outside the logs that are judged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.asterisk_lab.ami import Manager, Message
from tests.asterisk_lab.configuration import SECRET
from tests.asterisk_lab.desk_phone import DeskPhone
from tests.asterisk_lab.instance import Instance
from tests.asterisk_lab.scenarios import BLACKLIST, CLOSED_LINES, REFUSED_AT_ONCE
from tests.asterisk_lab.scripts import DESK_PHONE, Call, Phone, Script

LONGEST_CALL_S = 60.0
SLACK_S = 0.3
SETTLE_S = 1.5  # between waves: phones hang up, exchanges write their records


@dataclass(slots=True)
class Moments:
    """When what happened in one call, seconds since the epoch, from the network's side.

    picked_up: (who, when) of every phone or subscriber that answered. queued: told by the office's manager interface.
    provider_id, office_id: what network and office call the call in their own records.
    """

    provider_id: str = ""
    office_id: str = ""
    dialled: float = 0.0
    signal: float | None = None
    queued: float | None = None
    picked_up: list[tuple[str, float]] = field(default_factory=list)
    ended: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """All scripts, played.

    opened_at: when the office's working hours began, seconds since the epoch. heard: events of its manager interface.
    """

    scripts: tuple[Script, ...]
    moments: Mapping[str, Moments]
    opened_at: float
    heard: Sequence[Message] = ()

    @property
    def calls(self) -> list[Call]:
        """All calls in the order of the scripts."""
        return [call for script in self.scripts for call in script.calls]


async def play(office: Instance, network: Instance, scripts: Sequence[Script]) -> Session:
    """Play all waves, wave 0 before the office opens at a full minute."""
    pbx = await Manager.login(office.ports.ami, "lab", SECRET)
    public = await Manager.login(network.ports.ami, "lab", SECRET)
    desk_phone = await DeskPhone.registered(_desk_plan(scripts), office.ports.sip)
    try:
        await _prepare(pbx)
        opened_at = 0.0
        for wave in sorted({script.wave for script in scripts}):
            if wave > 0 and not opened_at:
                opened_at = await _next_minute()
            now = [script for script in scripts if script.wave == wave]
            # Spread over a second: lists that cut times to whole seconds shall not all err alike.
            phases = [place / len(now) for place in range(len(now))]
            await asyncio.gather(*(_play(pbx, public, *each) for each in zip(now, phases, strict=True)))
            await asyncio.sleep(SETTLE_S)
        calls = [call for script in scripts for call in script.calls]
        moments = {call.key: _moments(call, public.heard, pbx.heard) for call in calls}
        for call in calls:
            told = [(DESK_PHONE, at) for caller, at in desk_phone.picked_up if caller == call.caller]
            moments[call.key].picked_up[:0] = told
        return Session(tuple(scripts), moments, opened_at, pbx.heard)
    finally:
        desk_phone.close()
        await pbx.close()
        await public.close()


def _desk_plan(scripts: Sequence[Script]) -> Phone:
    """How the desk phone treats its calls: one plan for all."""
    phones = [phone for script in scripts for call in script.calls for phone in call.phones]
    return next((phone for phone in phones if phone.who == DESK_PHONE), Phone(DESK_PHONE))


async def _prepare(pbx: Manager) -> None:
    entries = [("blacklist", number) for number in BLACKLIST]
    entries += [("refuse", number) for number in REFUSED_AT_ONCE]
    entries += [("closed", line) for line in CLOSED_LINES]
    for family, key in entries:
        await pbx.send("DBPut", Family=family, Key=key, Val="1")


async def _next_minute() -> float:
    opened_at = (time.time() // 60 + 1) * 60
    await asyncio.sleep(opened_at - time.time() + 0.1)
    return opened_at


async def _play(pbx: Manager, public: Manager, script: Script, phase: float) -> None:
    await asyncio.sleep(phase)
    for call in script.calls:
        await asyncio.sleep(call.pause)
        for name, plan in call.plans().items():
            await public.send("Setvar", Variable=name, Value=plan)
        await (_click(pbx, call) if call.by_click else _dial(public, call))
        members = [asyncio.create_task(_pause(pbx, *pause)) for pause in call.pauses]
        members += [asyncio.create_task(_join(pbx, *join)) for join in call.joins]
        async with asyncio.timeout(LONGEST_CALL_S):
            await public.until(lambda event, call=call: _is_over(call, event))  # type: ignore[misc]
        await asyncio.gather(*members)
        for name in call.plans():
            await public.send("Setvar", Variable=name, Value="")


async def _pause(pbx: Manager, after: float, queue: str, phone: str) -> None:
    await asyncio.sleep(after)
    await pbx.send("QueuePause", Queue=queue, Interface=f"PJSIP/{phone}", Paused="true", Reason="lunch")


async def _join(pbx: Manager, after: float, queue: str, phone: str) -> None:
    await asyncio.sleep(after)
    await pbx.send("QueueAdd", Queue=queue, Interface=f"PJSIP/{phone}")


async def _click(pbx: Manager, call: Call) -> None:
    await pbx.send(
        "Originate",
        Channel=f"PJSIP/{call.caller}", CallerID=call.called,
        Context="from-internal", Exten=call.called, Priority="1", Async="true", Timeout="20000",
    )  # fmt: skip


async def _dial(public: Manager, call: Call) -> None:
    context = "from-phone" if call.by_phone else "from-subscriber"
    variables = {
        "CALL": call.key, "CALLER": call.caller, "PATIENCE": str(call.patience), "ROUTE": call.route,
        "KEYS": call.keys, "SPEECH": call.speech, "PRESENTATION": "withheld" if call.withheld else "",
    }  # fmt: skip
    await public.send(
        "Originate",
        *(f"__{name}={value}" for name, value in variables.items()),
        Channel=f"Local/{call.called}@{context}/n",
        Context="caller", Exten="s", Priority="1", Async="true", Timeout="120000",
    )  # fmt: skip


def _is(moment: str, call: Call, event: Message) -> bool:
    return event.get("UserEvent") == "Lab" and event.get("Moment") == moment and event.get("Call") == call.key


def _is_over(call: Call, event: Message) -> bool:
    if not call.by_click:
        return _is("ended", call, event)
    return event.get("Moment") == "leaves" and event.get("Who") == call.called


def _moments(call: Call, public: Sequence[Message], pbx: Sequence[Message]) -> Moments:
    found = _of_click(call, public, pbx) if call.by_click else Moments()
    for event in public:
        if _is("dialled", call, event):
            found.dialled, found.provider_id = _time(event), event["Uniqueid"]
        elif _is("signal", call, event):
            found.signal = _time(event)
        elif _is("ended", call, event):
            found.ended = _time(event)
    shown = {name.removeprefix("PLAN_") for name in call.plans()}
    for event in _during(found, public):
        if event.get("Moment") == "picks up" and f"{event['Who']}_{event['Caller']}" in shown:
            found.picked_up.append((event["Who"], _time(event)))
    if call.by_click:
        found.signal = next((at for who, at in found.picked_up if who == call.called), None)
    _add_office_side(found, call, _during(found, pbx))
    return found


def _of_click(call: Call, public: Sequence[Message], pbx: Sequence[Message]) -> Moments:
    """The exchange began it: the start is its first channel, the end the subscriber's."""
    own = f"PJSIP/{call.caller}-"
    first = next(
        event for event in pbx if event["Event"] == "Newchannel" and event["Channel"].startswith(own)
    )
    ended = next(event for event in public if _is_over(call, event))
    return Moments(office_id=first["Linkedid"], dialled=_time(first), ended=_time(ended))


def _add_office_side(found: Moments, call: Call, pbx: Sequence[Message]) -> None:
    caller = "anonymous" if call.withheld else call.caller
    for event in pbx:
        if event.get("CallerIDNum") != caller:
            continue
        if event["Event"] == "Newchannel" and event["Exten"] == call.called and not found.office_id:
            found.office_id = event["Linkedid"]
        if event["Event"] == "QueueCallerJoin" and found.queued is None:
            found.queued = _time(event)


def _during(found: Moments, events: Sequence[Message]) -> list[Message]:
    """Events of the call's time; stamps of concurrent events may be some milliseconds out of order."""
    return [event for event in events if found.dialled - SLACK_S <= _time(event) <= found.ended + SLACK_S]


def _time(event: Message) -> float:
    return float(event.get("Timestamp", 0))
