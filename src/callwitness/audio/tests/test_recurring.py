"""Known audio: what sounds twice is found, to the moment, through noise; what is new is not."""

from __future__ import annotations

import numpy as np
import pytest

from callwitness.audio.features import FRAMES_PER_SECOND, RATE, Floats
from callwitness.audio.recurring import Index, Likeness
from callwitness.audio.tests.sounds import fingerprint, noisy, said, spoken, tune

TALK = (
    "Good morning, you are speaking with the support desk, what can I do for you today? I see, your line went down last night.",
    "Hello, this is billing. Please tell me the number of your contract, then I shall look at the payment you asked about.",
    "Good afternoon, sales department. Yes, the green ones are in stock again, we can send them to you on Thursday morning.",
)


def _covered(likenesses: list[Likeness], other: int) -> list[tuple[float, float]]:
    return sorted(
        (one.start / FRAMES_PER_SECOND, one.end / FRAMES_PER_SECOND)
        for one in likenesses
        if one.other == other
    )


def _joined(*parts: Floats) -> Floats:
    return np.concatenate(parts).astype(np.float32)


@pytest.mark.parametrize("piece", [said("announcement", 8, "prompt"), tune(8, 5)], ids=["prompt", "tune"])
def test_same_sound_is_found_at_its_ends(piece: Floats) -> None:
    before, after, lead = (spoken(text, pitch) for text, pitch in zip(TALK, (30, 45, 60), strict=True))
    second, tail = lead[: 3 * RATE], lead[3 * RATE : 6 * RATE]
    first = noisy(_joined(before[: 4 * RATE], piece, after[: 4 * RATE]), 0.003, 1)
    second = noisy(_joined(second, np.zeros(3333, np.float32), piece, tail), 0.003, 2)
    prints = [fingerprint(first), fingerprint(second)]
    found = _covered(Index(prints).likenesses(prints[0], 0), 1)
    assert found, "the piece is not found"
    assert abs(found[0][0] - 4.0) < 0.5
    assert abs(found[-1][1] - 12.0) < 0.5
    assert sum(end - start for start, end in found) > 6.5


def test_live_speech_is_not_known() -> None:
    prints = [
        fingerprint(noisy(spoken(text, pitch), 0.003, pitch))
        for text, pitch in zip(TALK, (30, 45, 60), strict=True)
    ]
    index = Index(prints)
    known = sum(
        one.end - one.start
        for place, one_print in enumerate(prints)
        for one in index.likenesses(one_print, place)
    )
    assert known == 0


def test_loop_within_one_recording() -> None:
    loop = tune(6, 9)
    one = fingerprint(noisy(_joined(loop, loop, loop, said("speech", 8, "end")), 0.002, 4))
    found = _covered(Index([one]).likenesses(one, 0), 0)
    assert sum(end - start for start, end in found) > 12
    assert max(end for _, end in found) < 18.7


def test_silence_resembles_nothing() -> None:
    one, other = fingerprint(np.zeros(80_000, np.float32)), fingerprint(np.zeros(90_000, np.float32))
    assert Index([one, other]).likenesses(one, 0) == []


def test_empty_index() -> None:
    assert Index([]).likenesses(fingerprint(tune(3, 1))) == []
