from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt
import pytest

from callwitness.simulate.recordings import RATE, recording


def samples(data: bytes) -> npt.NDArray[np.float64]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32_768


def loudness(sound: npt.NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(sound**2)))


def test_a_recording_is_as_long_as_its_spans_and_repeats_itself() -> None:
    spans = [("ringback", 1.0), ("music", 2.5), ("speech", 4.0)]
    sound = recording(spans, "call 1")
    assert samples(sound).size == 7.5 * RATE
    assert recording(spans, "call 1") == sound
    assert recording(spans, "call 2") != sound


@pytest.mark.parametrize("kind", ["ringback", "busy", "music", "speech", "caller", "announcement"])
def test_every_kind_is_heard_and_none_is_cut_off(kind: str) -> None:
    sound = samples(recording([(kind, 6.0)], "call"))
    assert loudness(sound) > 0.02
    assert np.abs(sound).max() < 0.9


def test_silence_is_quiet_and_nothing_is_an_empty_file() -> None:
    assert loudness(samples(recording([("silence", 1.0)], "call"))) < 0.01
    assert samples(recording([], "call")).size == 0
    assert samples(recording([("speech", 0.0), ("announcement", -1.0)], "call")).size == 0


def test_speech_has_pauses_and_music_has_none() -> None:
    frames = [
        samples(recording([(kind, 20.0)], "call")).reshape(-1, RATE // 2) for kind in ("speech", "music")
    ]
    speech, music = (np.sqrt((frame**2).mean(axis=1)) for frame in frames)
    assert (speech < 0.01).any() or speech.min() < speech.max() / 5
    assert music.min() > 0.02


def test_an_announcement_with_a_name_sounds_alike_in_every_recording() -> None:
    one, other = (recording([("announcement:closed", 3.0)], seed) for seed in ("a", "b"))
    difference = samples(one) - samples(other)
    assert loudness(difference) < 0.01  # the noise of the line is each one's own


def test_who_brings_a_voice_is_heard() -> None:
    def tick(who: str, count: int, _rng: np.random.Generator) -> npt.NDArray[np.float64]:
        return np.full(count, 0.5 if who == "operator" else -0.5)

    sound = samples(recording([("speech", 20.0)], "call", speak=tick))
    assert sound[:100].mean() > 0.4  # the side called begins
    assert sound.min() < -0.4
