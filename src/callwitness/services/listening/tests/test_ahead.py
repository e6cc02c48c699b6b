"""How much is done is told by seconds of sound, not by bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.services.listening.ahead import Ahead

MINUTE_OF_MP3 = 60 * 2_000
MINUTE_OF_WAV = 60 * 32_000


def test_a_large_wav_after_many_small_mp3_is_no_more_than_it_holds() -> None:
    packed = [Path(f"{n}.mp3") for n in range(40)]
    ahead = Ahead([*((path, MINUTE_OF_MP3) for path in packed), (Path("long.WAV"), 10 * MINUTE_OF_WAV)])
    assert ahead.done() == 0.0
    for path in packed:
        ahead.take(path, MINUTE_OF_MP3, 60.0)
    assert ahead.done() == pytest.approx(
        40 / 60
    )  # no WAV was heard yet: it is taken for one of a single channel
    ahead.take(Path("long.WAV"), 10 * MINUTE_OF_WAV, 600.0)
    assert ahead.done() == 1.0


def test_what_a_byte_holds_is_learned_from_what_was_heard() -> None:
    ahead = Ahead([(Path("a.wav"), MINUTE_OF_WAV), (Path("b.wav"), 3 * MINUTE_OF_WAV)])
    ahead.take(Path("a.wav"), MINUTE_OF_WAV, 60.0)
    assert ahead.done() == pytest.approx(0.25)


def test_files_that_cannot_be_heard_are_through_all_the_same() -> None:
    ahead = Ahead([(Path("a.wav"), 100), (Path("empty.mp3"), 0)])
    ahead.take(Path("a.wav"), 100, 0.0)
    assert ahead.done() == 1.0
