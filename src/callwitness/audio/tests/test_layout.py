"""What two channels are, told from the sound itself after real codecs have been at it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from callwitness.audio.decode import RATE, open_sound
from callwitness.audio.layout import Layout, LayoutMeter, Signals, far_of
from callwitness.audio.tests.conftest import Floats, Make, quiet

pytestmark = pytest.mark.real("ffmpeg and espeak-ng", commands=("ffmpeg", "espeak-ng"))

CODECS = [
    ("a.wav", "-c:a pcm_s16le"),
    ("alaw.wav", "-c:a pcm_alaw"),
    ("ulaw.wav", "-c:a pcm_mulaw"),
    ("wide.wav", "-c:a pcm_alaw -ar 44100"),
    ("a.opus", "-b:a 24k"),
    ("voip.opus", "-b:a 24k -application voip"),
    ("joint.mp3", "-b:a 24k"),
    ("apart.mp3", "-b:a 32k -joint_stereo 0"),
    ("a.ogg", "-c:a libvorbis -q:a 1"),
    ("a.m4a", "-b:a 32k"),
]
each_codec = pytest.mark.parametrize(("name", "arguments"), CODECS, ids=[name for name, _ in CODECS])


def layout_of(path: Path) -> Layout:
    with open_sound(path) as sound:
        meter = LayoutMeter(sound.channels)
        for chunk in sound:
            meter.add(chunk)
    return meter.layout()


def late(sound: Floats, seconds: float) -> Floats:
    return np.roll(sound, round(seconds * RATE))


@each_codec
def test_two_people_are_two_sides(name: str, arguments: str, call: Floats, make: Make) -> None:
    layout = layout_of(make(name, np.stack([call, late(call, 7)]), *arguments.split()))
    assert (layout.channels, layout.silence()) == ("stereo", None)


@each_codec
@pytest.mark.parametrize("gain", [1.0, 0.7])
def test_one_sound_written_twice_is_known(
    name: str, arguments: str, gain: float, call: Floats, make: Make
) -> None:
    layout = layout_of(make(name, np.stack([call, gain * call]), *arguments.split()))
    assert (layout.channels, layout.silence()) == ("dual_mono", None)


@pytest.mark.parametrize("samples", [-2, -1, 1, 2])
def test_a_copy_may_be_a_sample_late(samples: int, call: Floats, make: Make) -> None:
    sides = np.stack([call, np.roll(call, samples)])
    assert layout_of(make("a.wav", sides, "-c:a", "pcm_alaw")).channels == "dual_mono"
    assert layout_of(make("b.wav", sides, "-ar", "44100")).channels == "dual_mono"


@each_codec
def test_a_side_that_is_digital_silence_is_a_fault(
    name: str, arguments: str, call: Floats, make: Make
) -> None:
    nothing = quiet(len(call) / RATE)
    far = layout_of(make(name, np.stack([call, nothing]), *arguments.split()))
    near = layout_of(make(name, np.stack([nothing, call]), *arguments.split()))
    assert (far.channels, far.silence(), far.silence(far=0)) == ("stereo", "far", "near")
    assert (near.channels, near.silence()) == ("stereo", "near")


def test_a_quiet_room_is_not_digital_silence(call: Floats, make: Make) -> None:
    room = np.random.default_rng(3).normal(0, 30 / 32768, len(call)).astype(np.float32)
    assert layout_of(make("a.wav", np.stack([call, room]), "-c:a", "pcm_alaw")).silence() is None


def test_one_word_in_ten_minutes_is_not_silence(call: Floats, make: Make) -> None:
    word = np.concatenate([quiet(300), call[12 * RATE : 12 * RATE + RATE // 2], quiet(300)])
    other = np.resize(call, len(word))
    assert layout_of(make("a.wav", np.stack([other, word]), "-c:a", "pcm_s16le")).silence() is None


def test_an_echo_of_the_other_side_is_no_copy(call: Floats, make: Make) -> None:
    other = late(call, 7)
    layout = layout_of(make("a.wav", np.stack([call + 0.3 * other, other + 0.3 * call])))
    assert layout.channels == "stereo"


def test_silence_of_everything(call: Floats, make: Make) -> None:
    assert layout_of(make("a.wav", quiet(3), "-c:a", "pcm_alaw")).silence() == "all"
    assert layout_of(make("b.wav", np.stack([quiet(3)] * 2))).silence() == "all"
    assert layout_of(make("c.wav", call)).silence() is None
    assert layout_of(make("c.wav", call)).channels == "mono"


def test_stillness_is_known_for_every_tenth_of_a_second(call: Floats, make: Make) -> None:
    sides = np.stack([np.concatenate([call[:RATE], quiet(1)]), np.concatenate([quiet(1), call[:RATE]])])
    still = layout_of(make("a.wav", sides)).still
    assert still.shape == (2, 20)
    assert still[0].tolist() == [False] * 10 + [True] * 10
    assert still[1].tolist() == [True] * 10 + [False] * 10


def test_nothing_at_all_is_silence() -> None:
    assert LayoutMeter(2).layout().silence() == "all"


@pytest.mark.parametrize(
    ("left", "right", "far"),
    [
        ((0.0, -np.inf), (12.0, -30.0), 1),
        ((0.0, -np.inf), (0.0, -np.inf), 1),
        ((1.0, -30.0), (0.0, -np.inf), 1),
        ((20.0, -30.0), (0.5, -30.0), 0),
        ((20.0, -30.0), (9.0, -30.0), 1),
        ((20.0, -30.0), (20.0, -55.0), 0),
        ((20.0, -55.0), (20.0, -30.0), 1),
    ],
)
def test_signals_on_the_left_swap_the_sides(
    left: tuple[float, float], right: tuple[float, float], far: int
) -> None:
    layout = Layout("stereo", (False, False), np.zeros((2, 0), bool))
    assert far_of(layout, Signals(*left), Signals(*right)) == far


def test_a_silent_channel_is_not_taken_for_the_caller() -> None:
    layout = Layout("stereo", (False, True), np.zeros((2, 0), bool))
    assert far_of(layout, Signals(20.0, -55.0), Signals(0.0, -np.inf)) == 1
    assert layout.silence(1) == "far"
