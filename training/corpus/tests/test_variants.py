"""Variants change what they say, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from training.corpus.variants import RATE, vary


def _call(folder: Path, **more: Any) -> dict[str, Any]:
    rng = np.random.default_rng(1)
    soundfile.write(folder / "a.wav", 0.1 * rng.normal(size=(20 * RATE, more.get("channels", 1))), RATE)
    spans = {
        "hold_spans": [[0.0, 5.0, "music"]], "announcement_spans": [], "tone_spans": [], "ivr_spans": [],
        "operator_spans": [[6.0, 9.0], [14.0, 16.0]], "caller_spans": [[10.0, 13.0]],
    }  # fmt: skip
    told = {"file": "a.wav", "line": "L1", "channels": 1, "answer_at": 6.0, "connect_at": 5.0, "tags": []}
    return told | spans | more


@pytest.mark.parametrize("channels", [1, 2])
def test_zeros_stand_between_the_words(tmp_path: Path, channels: int) -> None:
    made = vary("zeros", _call(tmp_path, channels=channels), tmp_path, np.random.default_rng(2))
    assert made is not None
    sound, label = made
    far = sound[:, -1]
    assert not far[round(16.2 * RATE) : 20 * RATE].any()
    assert far[: 5 * RATE].any()
    assert np.abs(far[6 * RATE : 9 * RATE]).mean() > 0.05
    assert (label["line"], label["made_from"], label["answer_at"]) == ("L1-zeros", "L1", 6.0)


def test_a_call_without_an_answer_keeps_its_sound(tmp_path: Path) -> None:
    label = _call(tmp_path, answer_at=None, operator_spans=[])
    made = vary("zeros", label, tmp_path, np.random.default_rng(2))
    assert made is not None
    assert (made[0] == soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)[0]).all()


def test_machines_speak_where_the_agent_spoke(tmp_path: Path) -> None:
    label = _call(tmp_path, channels=2)
    before = soundfile.read(tmp_path / "a.wav", dtype="float32", always_2d=True)[0]
    made = vary("machines", label, tmp_path, np.random.default_rng(4))
    assert made is not None
    sound = made[0]
    assert (sound[: 5 * RATE] == before[: 5 * RATE]).all()
    agent = slice(6 * RATE, 9 * RATE)
    assert (sound[agent, 1] != before[agent, 1]).mean() > 0.9
    loud = [float(np.sqrt(np.square(each[agent, 1]).mean())) for each in (sound, before)]
    assert loud[0] == pytest.approx(loud[1], rel=0.1)


def test_agents_under_the_caller_are_left_out(tmp_path: Path) -> None:
    label = _call(tmp_path, caller_spans=[[6.0, 8.0]])
    assert vary("machines", label, tmp_path, np.random.default_rng(3)) is None
