"""The ways a call can go, from the first ring to the last sound. Names of flows and tags are those of the open labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from training.corpus.bank import RATE
from training.corpus.lines import HOLDS, db
from training.corpus.scene import Scene
from training.corpus.talking import answered, away, pastime, talk
from training.corpus.waiting import beep, busy, hold, opening, ring


def wait_s(scene: Scene) -> float:
    """How long one waits: half of the callers under 20 s, a few for two minutes."""
    return float(np.clip(scene.rng.lognormal(3.0, 0.75), 3, 150))


def talk_s(scene: Scene) -> float:
    """How long one talks."""
    return float(np.clip(scene.rng.lognormal(2.75, 0.8), 2, 150))


def queue(scene: Scene) -> None:
    """Ring, greeting, hold, operator."""
    opening(scene)
    hold(scene, wait_s(scene), scene.hold_kind)
    _until_answer(scene)


def second_hold(scene: Scene) -> None:
    """A queue call that is put on hold once or twice more."""
    queue(scene)
    for _ in range(1 if scene.rng.random() < 0.8 else 2):
        away(scene)
        talk(scene, talk_s(scene) * 0.7)


def direct(scene: Scene) -> None:
    """Ringing, then the operator; sometimes a greeting or a tune in between."""
    scene.tag("direct")
    if scene.rng.random() < 0.25:
        opening(scene)
    else:
        ring(scene, float(scene.rng.uniform(1, 25)))
    _until_answer(scene, waited=bool(scene.rng.random() < 0.3))


def immediate(scene: Scene) -> None:
    """The recording begins with the answer."""
    scene.tag("immediate")
    _until_answer(scene, waited=False)


def _until_answer(scene: Scene, *, waited: bool = True) -> None:
    pastime(scene, scene.now)
    answered(scene, waited)
    talk(scene, talk_s(scene))


def no_answer(scene: Scene) -> None:
    """The caller hangs up while it rings, in the hold, in an announcement; or it was busy, or the number is not there."""
    rng, line = scene.rng, scene.line
    scene.tag("no_answer")
    way = str(
        rng.choice(["ring", "hold", "message", "busy", "menu", "error"], p=(0.17, 0.4, 0.2, 0.08, 0.08, 0.07))
    )
    scene.tag(f"null_{way}")
    if way == "ring":
        ring(scene, float(rng.uniform(5, 50)))
        if rng.random() < 0.3:
            busy(scene, float(rng.uniform(1, 4)))
    elif way in {"hold", "message"}:
        opening(scene)
        hold(scene, wait_s(scene) * 1.3, scene.hold_kind)
        if way == "message":
            scene.tag("ends_on_announcement")
            message = line.prompts["queue1"]
            scene.announce(message[: int(len(message) * rng.uniform(0.3, 1))])
    elif way == "busy":
        scene.rest(0, 2)
        busy(scene, float(rng.uniform(3, 12)))
    elif way == "menu":
        opening(scene)
        for role in ("ivr", "ivr2", "ivr")[: int(rng.integers(1, 4))]:
            scene.announce(line.prompts[role], "ivr")
            scene.rest(1, 6)
    else:
        for hz in (950.0, 1400.0, 1800.0):
            beep(scene, hz, 0.33, "sit")
        for _ in range(int(rng.integers(1, 3))):
            scene.announce(line.prompts["closed"])
            scene.rest(0.3, 2)
    pastime(scene, scene.now)


def voicemail(scene: Scene) -> None:
    """Ringing or hold, a recorded message, a beep, the caller's words; or after hours without a beep."""
    rng, line = scene.rng, scene.line
    scene.tag("voicemail")
    if rng.random() < 0.35:
        opening(scene)
        if rng.random() < 0.5:
            hold(scene, wait_s(scene) * 0.6, scene.hold_kind)
    else:
        ring(scene, float(rng.uniform(2, 30)))
    pastime(scene, scene.now)
    closed = bool(rng.random() < 0.35)
    scene.rest(0.1, 1)
    if rng.random() < 0.25:
        scene.tag("unique_message")
        who = line.agents[rng.integers(len(line.agents))]
        scene.announce(line.cast.phrase(who, 2, 6))  # a mailbox greeting recorded by a person of the house
    else:
        scene.announce(line.prompts["closed" if closed else "voicemail"])
    if closed:
        scene.tag("after_hours")
        scene.rest(0.3, 2)
        if rng.random() < 0.3:
            busy(scene, float(rng.uniform(1, 4)))
        return
    scene.rest(0.1, 0.6)
    beep(scene)
    if rng.random() < 0.8:
        _alone(scene, float(rng.uniform(3, 25)), pause_s=(0.1, 1.0))


def nobody(scene: Scene) -> None:
    """Somebody took the call, or so the exchange says, but only the caller is heard: hello? hello?"""
    scene.tag("no_answer", "agent_silent")
    if scene.rng.random() < 0.5:
        opening(scene)
        hold(scene, wait_s(scene) * 0.7, scene.hold_kind)
    else:
        ring(scene, float(scene.rng.uniform(1, 20)))
    scene.agent_present.append((scene.now, -1))
    scene.rest(0.5, 3)
    _alone(scene, float(scene.rng.uniform(3, 20)), pause_s=(0.5, 4))


def _alone(scene: Scene, seconds: float, pause_s: tuple[float, float]) -> None:
    """The caller speaks to nobody for about so long."""
    cast = scene.line.cast
    end = scene.now + int(seconds * RATE)
    scene.rest(0.2, 1.2)
    while scene.now < end:
        said = cast.word(scene.caller) if scene.rng.random() < 0.35 else cast.phrase(scene.caller, 0.9, 5)
        scene.now = scene.caller_says(said, scene.now)
        scene.rest(*pause_s)


FLOWS: Final[dict[str, tuple[float, str, Callable[[Scene], None]]]] = {
    "queue": (0.4, "queue", queue), "secondhold": (0.1, "secondhold", second_hold), "direct": (0.12, "direct", direct),
    "immediate": (0.05, "immediate", immediate), "noanswer": (0.19, "noanswer", no_answer),
    "voicemail": (0.09, "voicemail", voicemail), "nobody": (0.05, "noanswer", nobody),
}  # fmt: skip


def play_call(scene: Scene) -> None:
    """Choose a flow and compose the call to its end."""
    rng, line = scene.rng, scene.line
    names = list(FLOWS)
    rare = (
        1.7 if line.cast.bank.part == "eval" else 1.0
    )  # small groups need many calls before their errors can be quoted
    shares = np.array(
        [FLOWS[name][0] * (rare if name in {"noanswer", "voicemail", "nobody"} else 1) for name in names]
    )
    _share, flow, compose = FLOWS[str(rng.choice(names, p=shares / shares.sum()))]
    scene.flow = flow
    scene.hold_kind = (
        line.hold_kind if rng.random() < 0.75 else str(rng.choice(list(HOLDS), p=list(HOLDS.values())))
    )
    if scene.hold_kind == "radio":
        scene.tag("radio")
    scene.now = int(rng.uniform(0, 0.3) * RATE) if rng.random() < 0.6 else 0
    compose(scene)
    if scene.answer is not None:
        _ending(scene)
    scene.rest(0, 1.5)


def _ending(scene: Scene) -> None:
    """After the talk: silence, busy tone, a survey, or the other side is simply gone."""
    rng = scene.rng
    last = max(
        (int(float(str(end)) * RATE) for _start, end, *_ in scene.spans["operator"] + scene.spans["caller"]),
        default=0,
    )
    scene.now = max(scene.now, last)
    scene.agent_present = [(start, scene.now if end < 0 else end) for start, end in scene.agent_present]
    if scene.line.traits["survey"] and rng.random() < 0.6:
        scene.tag("survey")
        scene.rest(0.2, 1)
        scene.announce(scene.line.prompts["survey"] * db(0))
    elif rng.random() < 0.25:
        scene.tag("dropped_busy")
        scene.rest(0.05, 1)
        busy(scene, float(rng.uniform(1, 5)))
