"""The people: the bridge to the operator, the conversation, what the caller does while waiting."""

from __future__ import annotations

import numpy as np

from training.corpus.bank import RATE, Sound
from training.corpus.lines import db
from training.corpus.scene import Scene
from training.corpus.sounds import clicks, cough, noise
from training.corpus.telephony import narrow
from training.corpus.waiting import beep, hold, radio, ring


def connected(scene: Scene, waited: bool) -> None:
    """The bridge: what may stand between the last waiting sound and the operator's first word."""
    line, rng = scene.line, scene.rng
    if waited and line.traits["pre_message"] and rng.random() < 0.8:
        scene.tag("pre_message")
        scene.rest(0.05, 0.5)
        scene.announce(line.prompts["connecting"])
    elif waited and rng.random() < 0.16:
        scene.tag("unique_message")
        scene.rest(0.05, 0.5)
        scene.announce(unique_message(scene))
    if waited and line.traits["transfer_ring"] and rng.random() < 0.8:
        scene.tag("transfer_ring")
        scene.rest(0.05, 0.4)
        ring(scene, float(rng.uniform(1.5, 9)))
    if line.traits["pre_beep"] and rng.random() < 0.7:
        scene.tag("pre_beep")
        scene.rest(0.02, 0.3)
        beep(scene, seconds=0.2)
    scene.connect = scene.now


def unique_message(scene: Scene) -> Sound:
    """A recorded message that no other call has: another person than the operator, read from a sheet, dry."""
    who = scene.line.cast.person(
        tuple(agent.voice for agent in scene.line.agents), gain_db=scene.line.prompt_db
    )
    who.wet = 0.0
    parts: list[Sound] = []
    for _ in range(int(scene.rng.integers(1, 3))):
        parts += [
            scene.line.cast.phrase(who, 1.5, 4.5),
            np.zeros(int(scene.rng.uniform(0.15, 0.5) * RATE), dtype=np.float32),
        ]
    return np.concatenate(parts[:-1])


def answered(scene: Scene, waited: bool = True) -> None:
    """The operator comes on the line and says the first words, after the caller's own hello now and then."""
    line, rng = scene.line, scene.rng
    connected(scene, waited)
    began = scene.now
    scene.operator = line.agents[rng.integers(len(line.agents))]
    if line.traits["connect_click"]:
        scene.play(clicks(rng, 0.05), at=scene.now)
    gap = rng.uniform(0.02, 0.6) if rng.random() < 0.6 else rng.uniform(0.4, 2)
    if rng.random() < 0.14:
        scene.tag("caller_first")
        start = scene.now + int(rng.uniform(0.2, 0.9) * RATE)
        for _ in range(int(rng.integers(1, 3))):
            start = scene.caller_says(scene.line.cast.word(scene.caller), start) + int(
                rng.uniform(0.25, 0.9) * RATE
            )
        gap = (start - scene.now) / RATE
    scene.now += int(gap * RATE)
    greeting = rng.random()
    if greeting < 0.2:  # a bare "yes?", "hello"
        scene.operator_says(line.cast.word(scene.operator))
        scene.rest(0.2, 1.2)
        if rng.random() < 0.5:
            scene.operator_says(line.cast.phrase(scene.operator, 1, 3.5))
    else:
        scene.operator_says(line.cast.phrase(scene.operator, 1.0, 5))
        if greeting > 0.75:
            scene.rest(0.1, 0.5)
            scene.operator_says(line.cast.phrase(scene.operator, 1, 4))
    scene.agent_present.append((began, -1))


def talk(scene: Scene, seconds: float) -> None:
    """Turns of caller and operator for about so long, with short acknowledgements and some overlap."""
    assert scene.operator is not None  # noqa: S101 - the flows answer before they talk
    rng, cast = scene.rng, scene.line.cast
    end = scene.now + int(seconds * RATE)
    callers_turn = True
    while scene.now < end:
        who = scene.caller if callers_turn else scene.operator
        other_says = scene.operator_says if callers_turn else scene.caller_says
        scene.now += int(float(np.clip(rng.normal(0.45, 0.55), -0.35, 2.5)) * RATE)
        for _ in range(int(rng.choice([1, 2, 3], p=(0.6, 0.28, 0.12)))):
            said = cast.word(who) if rng.random() < 0.2 else cast.phrase(who, 0.9, 5.5)
            start = scene.now
            (scene.caller_says if callers_turn else scene.operator_says)(said, start)
            scene.now = start + len(said) + int(rng.uniform(0.12, 0.7) * RATE)
            if rng.random() < 0.12 and len(said) > 2 * RATE:
                other = scene.operator if callers_turn else scene.caller
                other_says(cast.word(other), start + int(rng.uniform(0.4, 0.9) * len(said)))
        callers_turn = not callers_turn


def away(scene: Scene) -> None:
    """A second hold, and the same or another operator after it."""
    line, rng = scene.line, scene.rng
    scene.tag("second_hold")
    scene.agent_present[-1] = (scene.agent_present[-1][0], scene.now)
    scene.rest(0.1, 1)
    if rng.random() < 0.3:
        scene.tag("transfer")
        scene.operator = line.agents[rng.integers(len(line.agents))]
        if rng.random() < 0.5:
            ring(scene, float(rng.uniform(2, 10)))
    if rng.random() < 0.8:
        hold(scene, float(rng.uniform(5, 40)), scene.hold_kind, announced=bool(rng.random() < 0.6))
    began = scene.now
    scene.rest(0.05, 1.2)
    assert scene.operator is not None  # noqa: S101 - as in talk
    scene.operator_says(line.cast.phrase(scene.operator, 0.9, 4))
    scene.agent_present.append((began, -1))


def pastime(scene: Scene, end: int) -> None:
    """What the caller's side does from the first second to ``end``: coughs, keys, talk to somebody, a television."""
    rng = scene.rng
    room = end / RATE - 2
    if room < 4:
        return
    kinds = [
        kind
        for kind, share in (("cough", 0.12), ("talk", 0.14), ("tv", 0.07), ("clicks", 0.08))
        if rng.random() < share
    ]
    for kind in kinds:
        scene.tag(f"caller_{kind}")
        for _ in range(1 if kind == "tv" else int(rng.integers(1, 5))):
            start = int(rng.uniform(0.5, room) * RATE)
            sound = _pastime(scene, kind, min(end - start, int(rng.uniform(5, 25) * RATE)))
            if start + len(sound) > end - RATE // 4:
                continue
            scene.overlay(sound, start, kind)
            if kind == "talk":
                scene.mark("caller", start, start + len(sound))


def _pastime(scene: Scene, kind: str, size: int) -> Sound:
    rng, cast = scene.rng, scene.line.cast
    if kind == "cough":
        return cough(rng) * db(scene.caller.gain_db)
    if kind == "clicks":
        return clicks(rng, min(size / RATE, float(rng.uniform(0.5, 6)))) * db(scene.caller.gain_db)
    if kind == "tv":
        return narrow(radio(scene, scene.line.tracks[-1], max(size, 2 * RATE)), 150, 2500) * db(
            rng.uniform(-16, -6)
        )
    if rng.random() < 0.2:
        return cast.stranger(scene.caller.gain_db - rng.uniform(0, 8))
    who = (
        scene.caller if rng.random() < 0.6 else cast.person(gain_db=scene.caller.gain_db - rng.uniform(0, 10))
    )
    return cast.phrase(who, 0.8, 5)


def babble(scene: Scene, size: int) -> Sound:
    """A call centre behind the operator: several people who cannot be understood, rms 1."""
    rng, cast = scene.rng, scene.line.cast
    pieces = cast.bank.of("speech")
    names = list(pieces)
    out = np.zeros(size, dtype=np.float32)
    for _ in range(int(rng.integers(4, 9))):
        at = int(rng.uniform(-2, 0) * RATE)
        while at < size:
            group = pieces[names[rng.integers(len(names))]]
            sound = cast.bank.sound(group[rng.integers(len(group))])
            start, skip = max(at, 0), max(-at, 0)
            part = sound[skip : skip + size - start]
            out[start : start + len(part)] += part * rng.uniform(0.3, 1)
            at += len(sound) + int(rng.exponential(0.5) * RATE)
    out = narrow(out[::-1].copy(), 200, 2200)  # backwards: no words, and nothing that recurs
    return np.asarray(out / max(float(np.std(out)), 1e-6), dtype=np.float32)


def quiet_line(rng: np.random.Generator, size: int, kind: str, level_db: float) -> Sound:
    """The noise of a line or a place."""
    return noise(rng, size, kind) * db(level_db)
