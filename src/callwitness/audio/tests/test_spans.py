"""The strip of a recording: it tiles it, and says on which side and from whom a sound came."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from callwitness.audio.features import MEASURES, Floats
from callwitness.audio.landmarks import Marks
from callwitness.audio.recurring import Print
from callwitness.audio.spans import tile
from callwitness.audio.tones import ToneEvent
from callwitness.audio.trace import CLASSES, Side, Trace

NOTHING = Print(
    Marks(np.zeros(0, np.uint32), np.zeros(0, np.int32)), np.zeros((0, 20), np.int8), np.zeros(0, np.uint8)
)


def _side(*stretches: tuple[str, int]) -> Side:
    """Classes by name and number of blocks, surely."""
    which = [CLASSES.index(name) for name, blocks in stretches for _ in range(blocks)]
    classes = np.eye(5, dtype=np.float32)[which]
    return Side(
        np.full((len(which), len(MEASURES)), 30, np.float16), classes, np.zeros(10 * len(which), np.float16)
    )


def _trace(
    answering: Side,
    near: Side | None = None,
    tones: list[ToneEvent] | None = None,
    duration_s: float | None = None,
) -> Trace:
    return Trace(
        Path("x.wav"), duration_s or len(answering.classes) / 10, "stereo" if near else "mono", None, None, answering, near,
        NOTHING, tones or [],
    )  # fmt: skip


def _told(
    trace: Trace, known: Floats | None = None, answer_s: float | None = None
) -> list[tuple[float, float, str]]:
    share = np.zeros(len(trace.answering.classes), np.float32) if known is None else known
    return [(span.start_s, span.end_s, span.kind) for span in tile(trace, share, answer_s)]


def test_mono() -> None:
    trace = _trace(_side(("tone", 20), ("music", 30), ("speech", 40), ("quiet", 10)))
    known = np.zeros(100, np.float32)
    known[50:70] = 1
    assert _told(trace, known, 7.0) == [
        (0.0, 2.0, "tone"), (2.0, 5.0, "music"), (5.0, 7.0, "announcement"), (7.0, 9.0, "speech"), (9.0, 10.0, "quiet"),
    ]  # fmt: skip


def test_stereo_says_who_spoke() -> None:
    far = _side(("music", 20), ("speech", 20), ("quiet", 20), ("speech", 20))
    near = _side(("quiet", 50), ("speech", 20), ("quiet", 10))
    assert _told(_trace(far, near), answer_s=2.0) == [
        (0.0, 2.0, "music"), (2.0, 4.0, "speech_far"), (4.0, 5.0, "quiet"), (5.0, 6.0, "speech_near"), (6.0, 7.0, "mixed"),
        (7.0, 8.0, "speech_far"),
    ]  # fmt: skip


def test_stereo_before_the_answer_is_a_machine() -> None:
    far = _side(("speech", 30), ("music", 30), ("speech", 30))
    told = _told(_trace(far, _side(("quiet", 90))), answer_s=6.0)
    assert told == [(0.0, 3.0, "announcement"), (3.0, 6.0, "music"), (6.0, 9.0, "speech_far")]
    assert {kind for _, _, kind in _told(_trace(far, _side(("quiet", 90))))} == {"announcement", "music"}


def test_mono_before_the_answer_is_whose_it_sounds() -> None:
    trace = _trace(_side(("speech", 60)))
    machine = np.repeat(np.array([1, 0, 1], np.float32), 20)
    told = [(span.start_s, span.kind) for span in tile(trace, np.zeros(60, np.float32), 4.0, machine)]
    assert told == [(0.0, "announcement"), (2.0, "speech")]


def test_what_nobody_can_hear_is_quiet() -> None:
    side = _side(("music", 30))
    silent = Side(np.full_like(side.blocks, -23.6), side.classes, side.energy)
    assert _told(_trace(silent)) == [(0.0, 3.0, "quiet")]


def test_measured_tones_stand() -> None:
    trace = _trace(_side(("quiet", 50)), tones=[ToneEvent(1.0, 2.0, "ringback", "ru")])
    assert _told(trace) == [(0.0, 1.0, "quiet"), (1.0, 2.0, "tone"), (2.0, 5.0, "quiet")]


@pytest.mark.parametrize("duration_s", [0.004, 0.2, 3.333, 3.4])
def test_tiles_whatever_the_length(duration_s: float) -> None:
    rng = np.random.default_rng(3)
    blocks = max(1, int(np.ceil(duration_s * 10)))
    names = [(CLASSES[which], 1) for which in rng.integers(0, 5, blocks)]
    told = _told(_trace(_side(*names), duration_s=duration_s))
    assert told[0][0] == 0
    assert told[-1][1] == round(duration_s, 3)
    assert all(before[1] == after[0] for before, after in pairwise(told))
    assert all(start < end for start, end, _ in told)
