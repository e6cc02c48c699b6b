"""What the telephone does to a sound: codecs (their delay measured and taken out), loss, gain control, level."""

from __future__ import annotations

import io
import subprocess
from functools import cache
from typing import Final

import numpy as np
import soundfile
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from training.corpus.bank import RATE, Sound

# name -> container, subtype, compression level (libsndfile: 0 best .. 1 smallest). Opus goes through ffmpeg, five times as fast.
_CODECS: Final = {
    "alaw": ("WAV", "ALAW", None), "ulaw": ("WAV", "ULAW", None), "gsm": ("WAV", "GSM610", None), "adpcm": ("WAV", "IMA_ADPCM", None),
    "mp3": ("MP3", "MPEG_LAYER_III", 0.6),
}  # fmt: skip
_OPUS: Final = {"opus8": 8, "opus16": 16}  # kb/s
LINE_CODECS: Final = (
    "none",
    "alaw",
    "ulaw",
    "gsm",
    "opus8",
    "opus16",
    "mp3",
    "alaw+gsm",
    "opus16+alaw",
    "gsm+gsm",
)
FILE_CODECS: Final = (None, "gsm", "mp3", "alaw", "adpcm")


def through(sound: Sound, codec: str | None) -> Sound:
    """The sound after one codec, or several joined by ``+``; length and moments are kept."""
    for name in (codec or "none").split("+"):
        if name != "none":
            sound = _once(sound, name, delay(name))
    return sound


def _once(sound: Sound, name: str, late: int) -> Sound:
    padded = np.concatenate([np.clip(sound, -0.99, 0.99), np.zeros(1600, dtype=np.float32)])
    if name in _OPUS:
        file = io.BytesIO(opus(padded, _OPUS[name]))
    else:
        container, subtype, level = _CODECS[name]
        file = io.BytesIO()
        with soundfile.SoundFile(
            file, "w", RATE, 1, subtype, format=container, compression_level=level
        ) as sink:
            sink.write(padded)
        file.seek(0)
    decoded, _rate = soundfile.read(file, dtype="float32")
    moved = decoded[late:] if late >= 0 else np.concatenate([np.zeros(-late, dtype=np.float32), decoded])
    out = np.zeros(len(sound), dtype=np.float32)
    out[: min(len(sound), len(moved))] = moved[: len(sound)]
    return out


def opus(sound: Sound, kbit: int) -> bytes:
    """An Ogg Opus file at 8 kHz of a sound (n,) or (n, channels), made by ffmpeg at a low complexity."""
    channels = 1 if sound.ndim == 1 else sound.shape[1]
    raw = (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-threads",
        "1",
        "-f",
        "s16le",
        "-ar",
        "8000",
        "-ac",
        str(channels),
        "-i",
        "pipe:0",
    ]
    command += ["-c:a", "libopus", "-b:a", f"{kbit}k", "-compression_level", "0", "-f", "ogg", "pipe:1"]
    return subprocess.run(command, input=raw, capture_output=True, check=True).stdout


@cache
def delay(name: str) -> int:
    """By how many samples a codec is late, by cross-correlation of a second of speech-like noise."""
    rng = np.random.default_rng(5)
    swell = np.repeat(rng.uniform(0.02, 1, 100), 160).astype(np.float32)
    band = butter(4, [300 / 4000, 3000 / 4000], "band", output="sos")
    probe = (sosfilt(band, rng.standard_normal(16000)) * swell * 0.3).astype(np.float32)
    heard = _once(probe, name, 0)
    size = 32768
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(probe, size))
    lag = int(np.argmax(np.fft.irfft(spectrum)))
    return lag if lag < size // 2 else lag - size


def lose(rng: np.random.Generator, sound: Sound, share: float, hidden: bool) -> Sound:
    """Drop 20 ms packets in bursts of mean two; ``hidden``: the last packet is repeated, fading, instead of silence."""
    out = sound.copy()
    packets = len(sound) // 160
    lost = np.zeros(packets, dtype=bool)
    for at in np.flatnonzero(rng.random(packets) < share / 2):
        lost[at : at + 1 + rng.geometric(0.6)] = True
    for at in np.flatnonzero(lost):
        before = out[(at - 1) * 160 : at * 160] if at and hidden else None
        out[at * 160 : (at + 1) * 160] = 0 if before is None else before * 0.6
    return out


def level_out(sound: Sound, target_db: float = -24, most_db: float = 18, seconds: float = 1.5) -> Sound:
    """Automatic gain control: the level of the last ``seconds`` is drawn to the target, quickly down and slowly up."""
    frames = len(sound) // 80
    if frames < 4:
        return sound
    power = np.square(sound[: frames * 80].reshape(frames, 80)).mean(axis=1)
    widths = (30, int(seconds * 100))  # frames of 10 ms; only what was heard already counts
    past = [uniform_filter1d(power, width, origin=width // 2 - 1) for width in widths]
    slow = np.maximum(*past)
    gain_db = np.clip(target_db - 10 * np.log10(slow + 1e-9), -12, most_db)
    gain = np.interp(np.arange(len(sound)), np.arange(frames) * 80, 10 ** (gain_db / 20))
    return np.asarray(np.clip(sound * gain, -0.97, 0.97), dtype=np.float32)


def narrow(sound: Sound, low: float = 250, high: float = 3400) -> Sound:
    """The band of a telephone line or handset."""
    band = butter(2, [low / 4000, high / 4000], "band", output="sos")
    return np.asarray(sosfilt(band, sound), dtype=np.float32)
