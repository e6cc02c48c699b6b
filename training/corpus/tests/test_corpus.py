"""The truth of the labels, on a bank of noises and tones that the test makes itself."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from training.corpus.bank import RATE, Bank, Builder, loudness, phrases
from training.corpus.lines import draw
from training.corpus.make import make_line
from training.corpus.telephony import LINE_CODECS, delay, level_out, through


def _speech(rng: np.random.Generator, seconds: float) -> npt.NDArray[np.float32]:
    """Noise with syllables of 0.2 s: what the corpus takes for speech."""
    at = np.arange(int(seconds * RATE)) / RATE
    return (rng.standard_normal(len(at)) * (0.2 + np.abs(np.sin(np.pi * at / 0.2))) * 0.1).astype(np.float32)


@pytest.fixture
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, builder = np.random.default_rng(3), Builder()
    for voice in range(8):
        for _ in range(8):
            builder.add(_speech(rng, float(rng.uniform(1, 4))), f"voice{voice}", "speech", "train")
            builder.add(_speech(rng, 0.6), f"voice{voice}", "short", "train")
    for _ in range(12):
        builder.add(_speech(rng, 3), "prompter", "prompt", "train")
        builder.add(_speech(rng, 0.5), "prompter", "digit", "train")
    tune = np.sin(np.arange(40 * RATE) * 0.3) * 0.1
    builder.add(tune.astype(np.float32), "tune", "music", "train")
    folder = tmp_path_factory.mktemp("bank")
    builder.save(folder)
    return folder


def _labels(bank: Path, out: Path, seed: int) -> list[dict[str, Any]]:
    out.mkdir()
    lines = (
        make_line(number, bank=bank, part="train", out=out, calls=6, seed=seed, prefix="t")
        for number in range(3)
    )
    return [label for line in lines for label in line]


def test_the_labels_say_what_is_in_the_file(bank: Path, tmp_path: Path) -> None:
    labels = _labels(bank, tmp_path / "out", seed=1)
    assert {label["answer_at"] is None for label in labels} == {True, False}
    for label in labels:
        info = soundfile.info(tmp_path / "out" / label["file"])
        assert info.channels == label["channels"]
        assert abs(info.frames / info.samplerate - label["duration"]) < 0.001
        if label["answer_at"] is None:
            assert label["operator_spans"] == []
        else:
            assert label["answer_at"] == min(start for start, _end in label["operator_spans"])
            assert 0 <= label["connect_at"] <= label["answer_at"] < label["duration"]
        for key in ("hold_spans", "operator_spans", "caller_spans", "announcement_spans", "tone_spans"):
            assert all(0 <= span[0] <= span[1] <= label["duration"] for span in label[key])


def test_the_same_seed_makes_the_same_calls(bank: Path, tmp_path: Path) -> None:
    assert _labels(bank, tmp_path / "a", seed=2) == _labels(bank, tmp_path / "b", seed=2)


def test_nobody_says_the_same_twice_on_a_line(bank: Path) -> None:
    line = draw(Bank(bank, "train"), np.random.default_rng(4), "t", cold=False)
    who = line.cast.person()
    heard = [line.cast.phrase(who, 0.5, 9) for _ in range(12)]
    for at, one in enumerate(heard):
        for other in heard[:at]:
            size = min(len(one), len(other))
            alike = float(np.corrcoef(one[:size], other[:size])[0, 1])
            assert alike < 0.5


def test_a_phrase_begins_with_its_first_sound() -> None:
    silence, rng = np.zeros(RATE, dtype=np.float32), np.random.default_rng(1)
    found = list(phrases(np.concatenate([silence, _speech(rng, 2), silence, _speech(rng, 1), silence])))
    assert [round(len(phrase) / RATE, 1) for phrase in found] == [2.0, 1.0]
    assert loudness(found[0])[1] > -40


@pytest.mark.parametrize("codec", LINE_CODECS)
def test_a_codec_keeps_the_moments(codec: str) -> None:
    probe = _speech(np.random.default_rng(2), 2)
    heard = through(probe, codec)
    lags = [float(np.dot(heard[200:-200], np.roll(probe, lag)[200:-200])) for lag in range(-160, 161)]
    assert len(heard) == len(probe)
    assert abs(int(np.argmax(lags)) - 160) <= 8
    assert all(isinstance(delay(name), int) for name in codec.split("+") if name != "none")


def test_gain_control_does_not_hear_what_comes() -> None:
    sound = np.full(10 * RATE, 0.01, dtype=np.float32)
    louder = sound.copy()
    louder[5 * RATE :] = 0.2
    assert np.array_equal(level_out(sound)[: 5 * RATE - 800], level_out(louder)[: 5 * RATE - 800])
