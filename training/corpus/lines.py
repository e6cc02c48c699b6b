"""What the calls of one line have in common: its ring, music, announcements, people, codec, level and noise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from training.corpus.bank import RATE, Bank, Sound, loudness
from training.corpus.sounds import RINGBACK, melody, singing
from training.corpus.telephony import LINE_CODECS, level_out, narrow
from training.corpus.voices import Cast, Speaker, bend

HOLDS: Final = {"music": 0.56, "silence": 0.1, "comfort": 0.07, "vocal": 0.11, "radio": 0.06, "beeps": 0.1}
ROLES: Final = (
    "greeting",
    "notice",
    "ivr",
    "ivr2",
    "closed",
    "voicemail",
    "connecting",
    "survey",
    "queue1",
    "queue2",
    "queue3",
)


def db(level: float) -> np.float32:
    """A factor from decibels."""
    return np.float32(10 ** (level / 20))


@dataclass
class Line:
    """One company number. Sounds in ``prompts`` and ``tracks`` are the same, sample by sample, in all its calls."""

    name: str
    cold: bool
    country: str
    announcer: str
    prompts: dict[str, Sound]
    digits: list[Sound]
    tracks: list[Sound]
    songs: list[Sound]
    cast: Cast
    agents: list[Speaker]
    hold_kind: str
    codec: str
    traits: dict[str, bool]
    music_starts: str  # restart | resume | anywhere
    under: str  # stop | duck | ride
    interval_s: tuple[float, float]
    ring_level: float
    noise: str
    noise_db: float
    agent_noise_db: float
    music_db: float
    prompt_db: float
    stereo_share: float
    position: int = 0  # where the music of the last call stopped
    spoken: list[str] = field(default_factory=list)


def draw(bank: Bank, rng: np.random.Generator, name: str, cold: bool) -> Line:
    """A line by chance."""
    cast = Cast(bank, rng)
    prompt_db, music_db = float(rng.normal(-2, 3)), float(rng.normal(-5, 4))
    announcer, prompts, digits = announcements(bank, cast, rng, prompt_db)
    other = (announcer.removesuffix("_recorded"),) if rng.random() < 0.85 else ()
    agents = [
        cast.person(other, gain_db=prompt_db + rng.normal(-1.5, 4), least=5)
        for _ in range(int(rng.integers(2, 6)))
    ]
    traits = {trait: bool(rng.random() < share) for trait, share in {
        "greeting": 0.5, "notice": 0.3, "pre_message": 0.4, "transfer_ring": 0.12, "pre_beep": 0.1, "ivr": 0.4, "rbt": 0.1,
        "agc": 0.25, "position": 0.4, "crosstalk": 0.4, "connect_click": 0.2, "survey": 0.12, "op_babble": 0.4,
    }.items()}  # fmt: skip
    interval = (float(rng.uniform(4, 15)), float(rng.uniform(16, 40)))
    return Line(
        name=name, cold=cold, country=str(rng.choice(list(RINGBACK))), announcer=announcer, prompts=prompts, digits=digits,
        tracks=music(bank, rng, music_db), songs=[], cast=cast, agents=agents,
        hold_kind=str(rng.choice(list(HOLDS), p=list(HOLDS.values()))),
        codec=str(rng.choice(LINE_CODECS, p=(0.14, 0.28, 0.1, 0.12, 0.08, 0.1, 0.05, 0.07, 0.03, 0.03))), traits=traits,
        music_starts=str(rng.choice(["restart", "resume", "anywhere"], p=(0.5, 0.2, 0.3))),
        under=str(rng.choice(["stop", "duck", "ride"], p=(0.5, 0.3, 0.2))), interval_s=interval,
        ring_level=float(rng.uniform(0.02, 0.2)), noise=str(rng.choice(["white", "pink", "hum", "hiss"])),
        noise_db=float(rng.uniform(-82, -46)), agent_noise_db=float(rng.uniform(-72, -38)), music_db=music_db, prompt_db=prompt_db,
        stereo_share=float(rng.choice([0, 0.08, 0.5, 1.0], p=(0.25, 0.1, 0.35, 0.3) if bank.part == "eval" else (0.4, 0.2, 0.22, 0.18))),
    )  # fmt: skip


def announcements(
    bank: Bank, cast: Cast, rng: np.random.Generator, level: float
) -> tuple[str, dict[str, Sound], list[Sound]]:
    """The announcer's name, a message for each role, the nine numbers if the announcer has them.

    One line in three is announced by a reader of the live kind, at a pitch of its own: announcements must be told by what
    recurs and what follows, not by a studio's sound.
    """
    prompts, digits = bank.of("prompt"), bank.of("digit")
    voices = list(prompts)
    if rng.random() < 0.35:
        who = cast.person(gain_db=level)
        who.wet = 0.0
        messages = {role: _message(cast, who, rng) for role in ROLES}
        return f"{who.voice}_recorded", messages, []
    voice = voices[rng.integers(len(voices))]
    factor = 1.0 if rng.random() < 0.6 else float(np.exp(rng.normal(0, 0.05)))
    long = [piece for piece in prompts[voice] if 1.3 < piece.seconds < 13]
    chosen = [long[at] for at in rng.permutation(len(long))[: len(ROLES)]]
    low, high = float(rng.uniform(60, 350)), float(rng.uniform(2800, 3800))
    shape = [narrow(bend(bank.sound(piece), factor), low, high) * db(level) for piece in chosen]
    numbers = [
        narrow(bend(bank.sound(piece), factor), low, high) * db(level) for piece in digits.get(voice, [])
    ]
    return voice, dict(zip(ROLES, (shape * len(ROLES))[: len(ROLES)], strict=True)), numbers


def _message(cast: Cast, who: Speaker, rng: np.random.Generator) -> Sound:
    """One to three phrases with pauses, as one recording."""
    parts: list[Sound] = []
    for _ in range(int(rng.integers(1, 4))):
        parts += [cast.phrase(who, 1.2, 4.5), np.zeros(int(rng.uniform(0.15, 0.6) * RATE), dtype=np.float32)]
    return np.concatenate(parts[:-1])


def music(bank: Bank, rng: np.random.Generator, level: float) -> list[Sound]:
    """One to three tracks of 15 to 130 s; one in five is a plain tune of an exchange."""
    found = bank.of("music")
    names = list(found)
    tracks: list[Sound] = []
    for _ in range(int(rng.choice([1, 2, 3], p=(0.65, 0.25, 0.1)))):
        if rng.random() < 0.2:
            track = melody(rng, float(rng.uniform(20, 90)))
        else:
            piece = found[names[rng.integers(len(names))]][0]
            sound = bank.sound(piece)
            start = int(rng.uniform(0, 0.4) * len(sound)) if rng.random() < 0.5 else 0
            track = bend(
                sound[start : start + int(rng.uniform(15, 130) * RATE)], float(np.exp(rng.normal(0, 0.04)))
            )
        track = audible(level_out(track, target_db=-21))
        tracks.append(narrow(track, float(rng.uniform(50, 300)), float(rng.uniform(2600, 3800))) * db(level))
    return tracks


def audible(track: Sound) -> Sound:
    """The track without a silent beginning: what is labelled as music must be heard."""
    loud = np.flatnonzero(loudness(track) > -38)
    return track[loud[0] * 80 :] if len(loud) else track


def song(line: Line, rng: np.random.Generator) -> Sound:
    """Vocal music: singing over a track, with bars without it. The same song in all the line's calls."""
    if not line.songs:
        track = line.tracks[0][: 70 * RATE].copy()
        who = line.cast.person(gain_db=line.music_db + rng.uniform(0, 5))
        at = int(rng.uniform(0, 6) * RATE)
        while at < len(track) - RATE:
            sung = singing(rng, line.cast.phrase(who, 1.5, 5))[: len(track) - at]
            track[at : at + len(sung)] += sung
            at += len(sung) + int(rng.exponential(1.5) * RATE)
        line.songs.append(np.clip(track, -0.95, 0.95))
    return line.songs[0]
