"""Voices for simulated recordings: espeak-ng speaks sentences of chance, each its own, in several voices."""

from __future__ import annotations

import io
import subprocess
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE: Final = 8_000
_VOICES: Final = {
    "operator": ("en-us+f2", "en-gb+f4", "en-us+m3", "en-gb+m7", "en-us+f5"),
    "caller": ("en-gb+m1", "en-us+m6", "en-gb+f1", "en-us+f3"),
}
_WORDS: Final = (
    "hello good morning yes please order delivery tomorrow number street seven address thank you certainly one moment "
    "invoice price colour size account payment returned speaking address twelve Friday office manager question about "
    "warranty battery window Thursday evening kitchen garden eleven doctor plumber boiler repair engine winter tyres"
).split()

Sound = npt.NDArray[np.float64]


def speak(who: str, count: int, rng: np.random.Generator) -> Sound:
    """``simulate.recordings.Speak``: live speakers differ from call to call, announcements have one voice."""
    voices = _VOICES.get(who, ("en-us",))
    voice = voices[int(rng.integers(len(voices)))]
    words = [str(word) for word in rng.choice(_WORDS, size=int(count / RATE * 3.2) + 4)]
    sentences = [" ".join(words[at : at + 7]) for at in range(0, len(words), 7)]
    pitch, pace = (str(int(rng.integers(*span))) for span in ((35, 65), (150, 185)))
    command = ["espeak-ng", "-v", voice, "-p", pitch, "-s", pace, "--stdout", ". ".join(sentences)]
    wav = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    samples, rate = soundfile.read(io.BytesIO(wav), dtype="float64")
    sound = soxr.resample(samples, rate, RATE)
    sound = sound[int(np.argmax(np.abs(sound) > 0.02)) :][:count]
    filled = np.zeros(count)
    filled[: len(sound)] = 0.5 * sound / (np.abs(sound).max() or 1.0)
    return filled
