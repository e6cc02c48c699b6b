"""Runs the scripts over the two exchanges and writes down when what happened, from outside the judged logs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.asterisk_lab.ami import Heard, Manager
from tests.asterisk_lab.instance import SECRET, Instance
from tests.asterisk_lab.scenarios import BLACKLIST, CLOSED_LINES, REFUSED_AT_ONCE
from tests.asterisk_lab.scripts import Call, Script

LONGEST_CALL_S = 60.0
SETTLE_S = 1.5  # between waves: phones hang up, exchanges write their records


@dataclass(slots=True)
class Moments:
    """When what happened in one call, seconds since the epoch, from the network's side.

    picked_up: (who, when) of every phone or subscriber that answered. queued: the office's manager interface.
    """

    dialled: float | None = None
    signal: float | None = None
    queued: float | None = None
    picked_up: list[tuple[str, float]] = field(default_factory=list)
    ended: float | None = None


async def run_scripts(office: Instance, network: Instance, scripts: Sequence[Script]) -> dict[str, Moments]:
    """Run all waves; return the moments by call key."""
    pbx = await Manager.login(office.ports.ami, "lab", SECRET)
    public = await Manager.login(network.ports.ami, "lab", SECRET)
    try:
        await _prepare(pbx)
        moments: dict[str, Moments] = {}
        for wave in sorted({script.wave for script in scripts}):
            ended = await asyncio.gather(*(_play(public, script) for script in scripts if script.wave == wave))
            await asyncio.sleep(SETTLE_S)
            calls = [call for script in scripts if script.wave == wave for call in script.calls]
            moments |= {call.key: _moments(call, public.heard, pbx.heard) for call in calls}
            del ended
        return moments
    finally:
        await pbx.close()
        await public.close()


async def _prepare(pbx: Manager) -> None:
    entries = [("blacklist", number) for number in BLACKLIST]
    entries += [("refuse", number) for number in REFUSED_AT_ONCE]
    entries += [("closed", line) for line in CLOSED_LINES]
    for family, key in entries:
        await pbx.send("DBPut", Family=family, Key=key, Val="1")


async def _play(public: Manager, script: Script) -> None:
    for call in script.calls:
        await asyncio.sleep(call.pause)
        for name, plan in call.plans().items():
            await public.send("Setvar", Variable=name, Value=plan)
        await _dial(public, call)
        await _until_ended(public, call)
        for name in call.plans():
            await public.send("Setvar", Variable=name, Value="")


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


async def _until_ended(public: Manager, call: Call) -> None:
    async with asyncio.timeout(LONGEST_CALL_S):
        while not any(_is(heard, "ended", call) for heard in public.heard):
            await asyncio.sleep(0.05)


def _is(heard: Heard, moment: str, call: Call) -> bool:
    event = heard.event
    return event.get("UserEvent") == "Lab" and event.get("Moment") == moment and event.get("Call") == call.key


def _moments(call: Call, public: Sequence[Heard], pbx: Sequence[Heard]) -> Moments:
    found = Moments()
    for heard in public:
        if _is(heard, "dialled", call):
            found.dialled = _time(heard)
        elif _is(heard, "signal", call):
            found.signal = _time(heard)
        elif _is(heard, "ended", call):
            found.ended = _time(heard)
    if found.dialled is None or found.ended is None:
        return found
    shown = {f"{name.removeprefix('PLAN_')}" for name in call.plans()}
    for heard in public:
        event = heard.event
        mine = f"{event.get('Who')}_{event.get('Caller')}" in shown
        if event.get("Moment") == "picks up" and mine and found.dialled <= _time(heard) <= found.ended:
            found.picked_up.append((event["Who"], _time(heard)))
    found.queued = _queued(call, pbx, found.dialled, found.ended)
    return found


def _queued(call: Call, pbx: Sequence[Heard], start: float, end: float) -> float | None:
    caller = "anonymous" if call.withheld else call.caller
    for heard in pbx:
        event = heard.event
        if event.get("Event") == "QueueCallerJoin" and event.get("CallerIDNum") == caller:
            if start <= _time(heard) <= end:
                return _time(heard)
    return None


def _time(heard: Heard) -> float:
    return float(heard.event["Timestamp"])
