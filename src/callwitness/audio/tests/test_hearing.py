"""The two passes together: which side answers, and sides that were not recorded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.audio import decide as choosing
from callwitness.audio.decide import Choice
from callwitness.audio.features import RATE, Floats
from callwitness.audio.hearing import decide, listen_to
from callwitness.audio.line import alone
from callwitness.audio.tests.sounds import noisy, said
from callwitness.audio.trace import Trace

FAULT = "The side called is digital silence from second 10 on while the caller speaks"


def _recorded(folder: Path, left: Floats, right: Floats) -> Trace:
    path = folder / "call.wav"
    long = max(len(left), len(right))
    sides = [np.pad(side, (0, long - len(side))) for side in (left, right)]
    soundfile.write(path, np.stack(sides, axis=1), RATE)
    return listen_to(path)


@pytest.fixture
def caller() -> Floats:
    parts = (said("silence", 12, "waits"), said("speech", 14, "caller"))
    return noisy(np.concatenate(parts), 0.001, 1)


@pytest.fixture
def called() -> Floats:
    return np.concatenate([said("ringback", 5, "ring"), said("speech", 5, "agent")])


def test_a_side_that_falls_silent_while_the_caller_speaks_is_a_fault_and_no_nobody(
    tmp_path: Path, caller: Floats, called: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = _recorded(tmp_path, caller, called)
    assert trace.dead_s == pytest.approx(10, abs=0.3)
    monkeypatch.setattr(
        choosing, "choose", lambda *_: Choice("nobody", None, None, 0.9, [], np.zeros(0, np.float32))
    )
    heard = decide("call.wav", trace, alone(trace.heard))
    assert (heard.status, heard.confidence) == ("unsure", 0.0)
    assert heard.problem is not None
    assert heard.problem.startswith(FAULT)


def test_an_agent_who_was_heard_may_be_silent_to_the_end(
    tmp_path: Path, caller: Floats, called: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = _recorded(tmp_path, caller, called)
    monkeypatch.setattr(
        choosing, "choose", lambda *_: Choice("answered", 5.1, 5.0, 0.9, [], np.zeros(0, np.float32))
    )
    heard = decide("call.wav", trace, alone(trace.heard))
    assert (heard.status, heard.human_voice_s, heard.problem) == ("answered", 5.1, None)


@pytest.mark.parametrize("swapped", [False, True])
def test_the_side_called_is_where_the_network_signals(tmp_path: Path, caller: Floats, swapped: bool) -> None:
    called = np.concatenate([said("ringback", 15, "ring"), said("speech", 5, "agent")])
    trace = _recorded(tmp_path, *((called, caller) if swapped else (caller, called)))
    assert (trace.channels, trace.far) == ("stereo", 0 if swapped else 1)
    path = tmp_path / "trace.npz"
    trace.save(path)
    assert Trace.load(path).far == trace.far


def test_a_silent_side_called_says_nothing_of_an_answer(tmp_path: Path, caller: Floats) -> None:
    trace = _recorded(tmp_path, caller, np.zeros(0, np.float32))
    heard = decide("call.wav", trace, alone(trace.heard))
    assert (heard.status, heard.silence, heard.human_voice_s) == ("unsure", "far", None)
    assert heard.problem is not None
    assert "a fault of the recording" in heard.problem
