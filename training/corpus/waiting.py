"""What is heard before anybody answers: ringing, greetings, menus, hold of every kind with its announcements."""

from __future__ import annotations

import numpy as np

from training.corpus.bank import RATE, Sound
from training.corpus.lines import db, song
from training.corpus.scene import Scene
from training.corpus.sounds import BUSY, DTMF, RINGBACK, noise, tone


def ring(scene: Scene, seconds: float, country: str | None = None) -> None:
    """Ringback for so long, beginning anywhere in its cadence and cut anywhere."""
    frequencies, cadence = RINGBACK[country or scene.line.country]
    end = scene.now + int(seconds * RATE)
    at = scene.now - int(scene.rng.uniform(0, sum(cadence)) * RATE)
    while at < end:
        for step, length_s in enumerate(cadence):
            size = int(length_s * RATE)
            start, stop = max(at, scene.now), min(at + size, end)
            if step % 2 == 0 and stop - start > 8:
                scene.play(tone(frequencies, (stop - start) / RATE, scene.line.ring_level), at=start)
                scene.mark("tone", start, stop, "ringback")
            at += size
    scene.now = end


def busy(scene: Scene, seconds: float) -> None:
    """Busy tone for so long."""
    frequencies, half_s = BUSY.get(scene.line.country, ((425.0,), 0.35))
    end = scene.now + int(seconds * RATE)
    while scene.now < end - 8:
        length = min(half_s, (end - scene.now) / RATE)
        start = scene.now
        scene.play(tone(frequencies, length, scene.line.ring_level))
        scene.mark("tone", start, scene.now, "busy")
        scene.now = min(end, scene.now + int(half_s * RATE))


def beep(scene: Scene, hz: float = 0, seconds: float = 0.35, kind: str = "beep") -> None:
    """One beep now."""
    start = scene.now
    scene.play(tone((hz or float(scene.rng.choice([440, 620, 850, 1000, 1400])),), seconds, 0.15))
    scene.mark("tone", start, scene.now, kind)


def opening(scene: Scene, rings: bool = True) -> None:
    """From the first sound to the queue: ringing, or a tune instead, a greeting, a notice, a menu."""
    line, rng = scene.line, scene.rng
    if rings and rng.random() < 0.85:
        seconds = float(rng.uniform(1, 9))
        if line.traits["rbt"]:
            scene.tag("rbt")
            start = scene.now
            track = line.tracks[-1]
            scene.play(np.resize(track, int(seconds * RATE)))
            scene.mark("hold", start, scene.now, "rbt")
        else:
            ring(scene, seconds)
        scene.rest(0.02, 0.5)
    for trait, role in (("greeting", "greeting"), ("notice", "notice")):
        if line.traits[trait]:
            scene.announce(line.prompts[role])
            scene.rest(0.05, 0.6)
    if line.traits["ivr"] and rng.random() < 0.85:
        menu(scene)


def menu(scene: Scene, deep: int = 2) -> None:
    """A menu of one or more levels with the caller's keys (in band, on both sides)."""
    for role in ("ivr", "ivr2")[: int(scene.rng.integers(1, deep + 1))]:
        scene.announce(scene.line.prompts[role], "ivr")
        scene.rest(0.1, 3)
        key = str(scene.rng.choice(list("123450")))
        start = scene.now
        scene.play(tone(DTMF[key], 0.12, 0.08))
        scene.mark("tone", start, scene.now, "dtmf")
        scene.rest(0.2, 1)


def hold(scene: Scene, seconds: float, kind: str, *, announced: bool = True) -> None:
    """Waiting of one kind for about so long, with the line's announcements in between."""
    line, rng = scene.line, scene.rng
    end = scene.now + int(seconds * RATE)
    at = {"restart": 0, "resume": line.position, "anywhere": int(rng.uniform(0, len(line.tracks[0])))}[
        line.music_starts
    ]
    track = song(line, rng) if kind == "vocal" else line.tracks[rng.integers(len(line.tracks))]
    gain = db(rng.normal(0, 1.5))
    turn = int(rng.integers(0, 3)) if rng.random() < 0.3 else 0
    while scene.now < end - RATE // 2:
        length = min(end - scene.now, int(rng.uniform(*line.interval_s) * RATE))
        at = fill(scene, kind, track * gain, at, length)
        if announced and scene.now < end - RATE:
            at = between(scene, kind, track * gain, at, turn)
            turn += 1
            if line.under == "stop" and line.music_starts == "restart":
                at = 0
    line.position = at


def fill(scene: Scene, kind: str, track: Sound, at: int, size: int) -> int:
    """Waiting sound of ``size`` samples; answers where the track goes on."""
    start, rng = scene.now, scene.rng
    if kind in {"music", "vocal"}:
        scene.play(excerpt(track, at, size))
    elif kind == "radio":
        scene.play(radio(scene, track, size))
    elif kind == "comfort":
        scene.play(noise(rng, size, "white") * db(rng.uniform(-62, -44)))
    elif kind == "beeps":
        if rng.random() < 0.5:
            ring(scene, size / RATE)
        else:
            pips(scene, size)
    scene.now = start + size
    scene.mark("hold", start, scene.now, kind)
    return at + size


def excerpt(track: Sound, at: int, size: int) -> Sound:
    """A stretch of a looping track with soft ends."""
    out = np.take(track, np.arange(at, at + size), mode="wrap").astype(np.float32)
    edge = min(80, size // 2)
    out[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    out[size - edge :] *= np.linspace(1, 0, edge, dtype=np.float32)
    return out


def pips(scene: Scene, size: int) -> None:
    """A beep now and then: you are still on the line."""
    every, hz = float(scene.rng.uniform(3, 10)), float(scene.rng.choice([425, 440, 1000]))
    for start in range(scene.now + int(every * RATE / 2), scene.now + size - RATE // 2, int(every * RATE)):
        scene.play(tone((hz,), 0.25, scene.line.ring_level), at=start)
        scene.mark("tone", start, start + RATE // 4, "beep")


def radio(scene: Scene, track: Sound, size: int) -> Sound:
    """Live radio: music from anywhere, a presenter who never says the same twice, now over the music, now alone."""
    rng, cast = scene.rng, scene.line.cast
    out = excerpt(track, int(rng.uniform(0, len(track))), size)
    who = cast.person(gain_db=scene.line.music_db + 3)
    at = int(rng.uniform(0, 8) * RATE)
    while at < size - RATE:
        said = cast.phrase(who, 2, 6)[: size - at]
        out[at : at + len(said)] *= db(rng.choice([-6, -14, -60]))
        out[at : at + len(said)] += said
        at += len(said) + int(rng.choice([rng.uniform(0.2, 1), rng.uniform(5, 15)]) * RATE)
    return np.clip(out, -0.95, 0.95)


def between(scene: Scene, kind: str, track: Sound, at: int, turn: int) -> int:
    """One announcement of the queue; the music stops for it, is turned down, or goes on."""
    line, rng = scene.line, scene.rng
    message = line.prompts[f"queue{turn % 3 + 1}"]
    if line.traits["position"] and line.digits and rng.random() < 0.6:
        scene.tag("position")
        place = line.digits[min(len(line.digits) - 1, int(rng.integers(0, 9)))]
        pause = np.zeros(int(rng.uniform(0.02, 0.25) * RATE), dtype=np.float32)
        parts = [message, pause, place] if rng.random() < 0.5 else [place, pause, message]
        message = np.concatenate(parts)
    under = line.under if kind in {"music", "vocal"} else "stop"
    if under == "stop":
        scene.rest(0.03, 0.6)
        scene.announce(message)
        scene.rest(0.03, 0.5)
        return at
    size = len(message)
    scene.play(
        excerpt(track, at, size) * db(rng.uniform(-18, -9) if under == "duck" else rng.uniform(-6, 0)),
        at=scene.now,
    )
    scene.mark("hold", scene.now, scene.now + size, f"{kind}_under")
    scene.announce(message)
    return at + size
