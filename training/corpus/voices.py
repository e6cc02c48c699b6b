"""Who speaks on a line, and that nobody says the same sentence twice there.

A person who greets with the same words says them differently each time; a sentence replayed sample by sample would teach the
detector that live speech recurs. So a phrase is used once on a line, and again only at another pitch and pace.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import soxr

from training.corpus.bank import RATE, Bank, Piece, Sound, loudness
from training.corpus.sounds import room
from training.corpus.telephony import narrow

APART = 0.045  # two uses of one phrase on a line differ by at least this much in pitch and pace


def bend(sound: Sound, factor: float) -> Sound:
    """The sound higher and faster by ``factor`` (formants too: another person)."""
    if abs(factor - 1) < 0.004:
        return sound
    bent = soxr.resample(sound, RATE * round(factor * 500) / 500, RATE, quality="MQ")
    return np.asarray(bent, dtype=np.float32)


@dataclass(slots=True)
class Speaker:
    """One person with a mouth (voice, bend), a telephone (band) and a place (room)."""

    voice: str
    factor: float
    band: tuple[float, float]
    wet: float
    gain_db: float

    def treat(self, sound: Sound, rng: np.random.Generator) -> Sound:
        """What the person's telephone makes of the sound."""
        out = narrow(sound, *self.band)
        if self.wet:
            out = room(rng, out, self.wet)
        return out * np.float32(10 ** ((self.gain_db + rng.normal(0, 1)) / 20))


@dataclass
class Cast:
    """The people of one line and what has been said there."""

    bank: Bank
    rng: np.random.Generator
    said: dict[int, list[float]] = field(default_factory=dict)
    _speech: dict[str, list[Piece]] = field(init=False)
    _short: dict[str, list[Piece]] = field(init=False)
    _weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self._speech = {voice: pieces for voice, pieces in self.bank.of("speech").items() if len(pieces) >= 2}
        self._short = self.bank.of("short")
        self._weights = [len(pieces) ** 0.7 for pieces in self._speech.values()]

    def person(self, other_than: tuple[str, ...] = (), gain_db: float = -3, least: int = 2) -> Speaker:
        """Somebody new, not of the voices given, with ``least`` phrases: who talks much needs many to stay the same person."""
        rng = self.rng
        names = list(self._speech)
        fit = [name not in other_than and len(self._speech[name]) >= least for name in names]
        share = np.where(fit, self._weights, 0.0)
        voice = str(rng.choice(names, p=share / share.sum()))
        spread = 0.12 if len(self._speech[voice]) > 100 else 0.06  # one reader is many people
        factor = math.exp(rng.normal(0, spread))
        band = (float(rng.uniform(90, 380)), float(rng.uniform(2500, 3750)))
        return Speaker(
            voice,
            factor,
            band,
            float(rng.uniform(0.1, 0.6)) if rng.random() < 0.35 else 0.0,
            gain_db + rng.normal(0, 3.5),
        )

    def phrase(self, who: Speaker, least_s: float, most_s: float) -> Sound:
        """Something ``who`` says, of about this length, as nobody said it on the line before."""
        pieces = self._speech[who.voice]
        order = [pieces[at] for at in self.rng.permutation(len(pieces))]
        fitting = [piece for piece in order if least_s <= piece.seconds / who.factor <= most_s]
        for piece in (*fitting, *order):
            if piece.start not in self.said:
                return self._say(who, piece, who.factor, most_s)
        for piece in (*fitting, *order):
            for step in self.rng.permutation([0.88, 0.92, 0.955, 1.05, 1.09, 1.13]):
                if self._free(piece, who.factor * step):
                    return self._say(who, piece, who.factor * step, most_s)
        piece = order[
            0
        ]  # a voice of few phrases on a line of many calls: a stranger's pitch rather than a repetition
        factor = who.factor * math.exp(self.rng.uniform(-0.3, 0.3))
        return self._say(who, piece, factor, most_s)

    def word(self, who: Speaker) -> Sound:
        """A short utterance of the same voice: an acknowledgement, a hello; the beginning of a phrase if need be."""
        for piece in self._short.get(who.voice, ()):
            if self._free(piece, who.factor):
                return self._say(who, piece, who.factor, 1.5)
        sound = self.phrase(who, 0.6, 3)
        level = loudness(sound[: int(1.1 * RATE)])
        if len(level) < 60:
            return sound
        end = (35 + int(np.argmin(level[35:]))) * 80
        cut = sound[:end].copy()
        cut[-80:] *= np.linspace(1, 0, 80, dtype=np.float32)
        return cut

    def stranger(self, gain_db: float) -> Sound:
        """A word of somebody else in the room."""
        voices = list(self._short)
        group = self._short[voices[self.rng.integers(len(voices))]]
        who = Speaker("", math.exp(self.rng.normal(0, 0.08)), (200, 3000), 0.4, gain_db)
        return self._say(who, group[self.rng.integers(len(group))], who.factor, 1.5)

    def _free(self, piece: Piece, factor: float) -> bool:
        return all(abs(math.log(factor / other)) > APART for other in self.said.get(piece.start, ()))

    def _say(self, who: Speaker, piece: Piece, factor: float, most_s: float) -> Sound:
        self.said.setdefault(piece.start, []).append(factor)
        sound = bend(self.bank.sound(piece), factor)
        if len(sound) > most_s * RATE * 1.5:
            sound = sound[: int(most_s * RATE * 1.3)].copy()
            sound[-80:] *= np.linspace(1, 0, 80, dtype=np.float32)
        return who.treat(sound, self.rng)
