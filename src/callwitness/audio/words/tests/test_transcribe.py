"""Sound and facts to a transcript, with an engine that says what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from callwitness.audio.heard import Heard, Span
from callwitness.audio.words.engine import RATE, Said, Samples
from callwitness.audio.words.tape import record
from callwitness.audio.words.transcribe import transcribe
from callwitness.audio.words.transcript import Word, segment_rows, segments_of

HEARD = Heard(
    "calls/1.wav", "answered", duration_s=40.0, channels="stereo",
    spans=[Span(0, 10, "music"), Span(10, 12, "speech_far"), Span(12, 30, "music"), Span(30, 33, "speech_far"),
           Span(33, 35, "speech_near"), Span(35, 40, "quiet")],
)  # fmt: skip


class Loud:
    """Tells a word for every second that sounds: each second of these recordings has a loudness of its own."""

    name = "loud 1"

    def __init__(self, words: bool) -> None:
        self._words = words

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        quarters = samples[: len(samples) // (RATE // 4) * (RATE // 4)].reshape(-1, RATE // 4)
        steps = len(quarters)
        heard = [round(float(each.mean()) * 100) if np.ptp(each) < 0.02 else 0 for each in quarters]
        words = tuple(
            Word(at / 4, at / 4 + 0.25, f"{language}{loud}") for at, loud in enumerate(heard) if loud
        )
        return [
            Said(
                0.0,
                steps / 4,
                " ".join(word.text for word in words),
                words if self._words else (),
                compression=1.0,
            )
        ]


@pytest.fixture
def stereo() -> list[Samples]:
    """A second n of the near side is 0.n0 loud, of the far side as much below nothing."""
    seconds = np.repeat(np.arange(40, dtype=np.float32) / 100, RATE)
    whole = np.stack([seconds, -seconds])
    return np.array_split(whole, 7, axis=1)


def test_words_come_back_at_their_place_and_side(stereo: list[Samples], tmp_path: Path) -> None:
    tape = record(stereo, {"near": 0, "far": 1}, tmp_path)
    told = transcribe(HEARD, tape, Loud(words=True), "u")
    assert [(each.side, each.start_s, each.end_s) for each in told.segments] == [
        ("far", 10.0, 12.0), ("far", 30.1, 33.1), ("near", 32.75, 35.25),
    ]  # fmt: skip
    for segment in told.segments:
        for word in segment.words:
            expected = int((word.start_s + word.end_s) / 2) * (1 if segment.side == "near" else -1)
            assert abs(int(word.text.removeprefix("u")) - expected) <= 1
    assert (told.file, told.language, told.engine) == ("calls/1.wav", "u", "loud 1")


def test_without_times_of_words_a_segment_spans_its_speech(stereo: list[Samples], tmp_path: Path) -> None:
    tape = record(stereo, {"near": 0, "far": 1}, tmp_path)
    told = transcribe(HEARD, tape, Loud(words=False), "u")
    assert [(each.side, each.start_s, each.end_s, each.words) for each in told.segments] == [
        ("far", 10.0, 33.1, ()), ("near", 32.75, 35.25, ()),
    ]  # fmt: skip


def test_rows_bring_segments_back(stereo: list[Samples], tmp_path: Path) -> None:
    told = transcribe(HEARD, record(stereo, {"near": 0, "far": 1}, tmp_path), Loud(words=True), "u")
    assert segments_of(segment_rows(told.segments)) == told.segments


def test_a_recording_without_speech_needs_no_engine(tmp_path: Path) -> None:
    quiet = Heard("a.wav", "nobody", duration_s=3, channels="mono", spans=[Span(0, 3, "music")])

    class Untouched:
        name = "none"

        def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
            raise AssertionError

    assert transcribe(quiet, record([], {"both": 0}, tmp_path), Untouched(), "en").segments == ()


def test_text_in_the_silence_between_pieces_is_nobodys(tmp_path: Path) -> None:
    class Behind:
        name = "behind"

        def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
            end = len(samples) / RATE
            return [Said(end + 1, end + 3, "Thanks for watching"), Said(0, 1, "hello")]

    facts = Heard("a.wav", "answered", duration_s=3, channels="mono", spans=[Span(0, 3, "speech")])
    tape = record([np.zeros((1, 3 * RATE), np.float32)], {"both": 0}, tmp_path)
    assert [each.text for each in transcribe(facts, tape, Behind(), "en").segments] == ["hello"]


def test_a_long_speech_is_cut_in_its_pause(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).normal(0, 0.1, (1, 40 * RATE)).astype(np.float32)
    sound[:, int(24.0 * RATE) : int(24.3 * RATE)] = 0
    tape = record([sound], {"both": 0}, tmp_path)
    assert tape.quietest("both", 22.0, 28.0) == pytest.approx(24.15, abs=0.16)
