"""Signals of networks: named through codecs and noise, at the right time, and never found in speech or music."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.audio.decode import RATE, open_sound
from callwitness.audio.features import Meter
from callwitness.audio.tests.conftest import Floats, Make, quiet, spoken, tone
from callwitness.audio.toneplans import HIGH_HERTZ, KEYS, LOW_HERTZ
from callwitness.audio.tones import ToneEvent

pytestmark = pytest.mark.real("ffmpeg, sox and espeak-ng", commands=("ffmpeg", "sox", "espeak-ng"))

# As the corpus of recordings hears them: country | hertz | on and off
RINGING = """
ru | 425     | 1 4
ua | 425     | 1 4
de | 425     | 1 4
it | 425     | 1 4
es | 425     | 1.5 3
fr | 440     | 1.5 3.5
us | 440 480 | 2 4
uk | 400 450 | .4 .2 .4 2
au | 413 438 | .4 .2 .4 2
au | 400 425 | .4 .2 .4 2
jp | 384 416 | 1 2
""".strip().splitlines()
BUSY = """
ru | 425     | .35 .35
ua | 425     | .4 .4
de | 425     | .48 .48
it | 425     | .5 .5
es | 425     | .2 .2
fr | 440     | .5 .5
us | 480 620 | .5 .5
uk | 400     | .375 .375
""".strip().splitlines()
LINES = {
    "clean": "-c:a pcm_s16le",
    "alaw": "-c:a pcm_alaw",
    "ulaw": "-c:a pcm_mulaw",
    "gsm": "-c:a libgsm_ms",
    "opus": "-c:a libopus -b:a 12k -application voip",
    "mp3": "-c:a libmp3lame -b:a 16k",
}


def beaten(row: str, times: int, level: float = 0.1) -> tuple[str, Floats]:
    country, hertz, beat = (cell.strip() for cell in row.split("|"))
    lengths = [float(length) for length in beat.split()]
    parts = []
    for on, off in zip(lengths[::2], lengths[1::2], strict=True):
        parts += [tone(on, *map(float, hertz.split()), level=level), quiet(off)]
    return country, np.concatenate(parts * times)


def tone_events(*pieces: Floats) -> list[ToneEvent]:
    """The signals of one side, as it is measured: samples in pieces of any length."""
    meter = Meter()
    for piece in pieces:
        meter.feed(piece)
    return meter.finish().tones


def noisy(sound: Floats, decibels: float) -> Floats:
    noise = np.random.default_rng(7).normal(0, 1, len(sound))
    return (sound + noise * 0.07 * 10 ** (-decibels / 20)).astype(np.float32)


def through(make: Make, line: str, sound: Floats) -> list[ToneEvent]:
    name = {"opus": "a.opus", "mp3": "a.mp3"}.get(line, "a.wav")
    with open_sound(make(name, sound, *LINES[line].split())) as opened:
        return tone_events(*(chunk[0] for chunk in opened))


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("row", RINGING)
def test_ringing_tells_its_country(row: str, line: str, make: Make) -> None:
    country, sound = beaten(row, 3)
    events = through(make, line, noisy(sound, 25))
    assert {event.name for event in events} == {"ringback"}
    assert len(events) == 3 * len(row.split("|")[2].split()) // 2
    assert all(country in event.detail.split(",") for event in events)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("row", BUSY)
def test_busy_tells_its_country(row: str, line: str, make: Make) -> None:
    country, sound = beaten(row, 8)
    events = through(make, line, noisy(sound, 25))
    assert {event.name for event in events} == {"busy"}
    assert all(country in event.detail.split(",") for event in events)


@pytest.mark.parametrize("row", RINGING)
def test_bursts_begin_and_end_where_they_do(row: str) -> None:
    _, sound = beaten(row, 3)
    events = tone_events(np.concatenate([quiet(0.333), sound]))
    sounds = np.abs(sound) > 0
    starts = np.flatnonzero(np.convolve(sounds, np.ones(400)) == 0)
    assert events[0].start_s == pytest.approx(0.333, abs=0.012)
    assert starts.size
    for event in events:
        on = sounds[
            round((event.start_s - 0.333 + 0.015) * RATE) : round((event.end_s - 0.333 - 0.015) * RATE)
        ]
        assert on.mean() > 0.99


def test_a_recording_may_begin_inside_a_ring_and_end_when_somebody_answers(tmp_path: Path) -> None:
    answer = spoken("Hello, sample company, Maria speaking.", "en", tmp_path)
    _, ring = beaten("us | 440 480 | 2 4", 2)
    first, second = tone_events(np.concatenate([ring[RATE:], tone(0.9, 440, 480, level=0.1), answer]))[:2]
    assert (first.name, first.detail, second.detail) == ("ringback", "ca,us", "ca,us")
    assert first.end_s == pytest.approx(1.0, abs=0.03)


def test_one_ring_is_enough_when_it_has_its_length(tmp_path: Path) -> None:
    answer = spoken("Hello, sample company, Maria speaking.", "en", tmp_path)
    for row in ("fr | 440 | 1.5 3.5", "es | 425 | 1.5 3", "us | 440 480 | 2 4"):
        country, ring = beaten(row, 1)
        events = tone_events(np.concatenate([quiet(1), ring[: len(ring) * 2 // 3], answer]))
        assert [event.name for event in events] == ["ringback"]
        assert country in events[0].detail.split(",")


def keyed(key: str, seconds: float, level: float = 0.1) -> Floats:
    row = next(at for at, keys in enumerate(KEYS) if key in keys)
    return tone(seconds, LOW_HERTZ[row], HIGH_HERTZ[KEYS[row].index(key)], level=level)


@pytest.mark.parametrize("line", LINES)
def test_keys_are_read_through_every_line(line: str, make: Make) -> None:
    typed = "".join(KEYS) + "1100"
    sound = np.concatenate([piece for key in typed for piece in (keyed(key, 0.1), quiet(0.1))])
    events = through(make, line, noisy(np.concatenate([quiet(0.5), sound]), 30))
    assert "".join(event.detail for event in events) == typed
    assert {event.name for event in events} == {"dtmf"}
    for at, event in enumerate(events):
        assert event.start_s == pytest.approx(0.5 + 0.2 * at, abs=0.03)


def test_the_shortest_key_of_the_standard_is_heard() -> None:
    sound = np.concatenate([piece for key in "4711" for piece in (keyed(key, 0.05), quiet(0.06))])
    assert "".join(event.detail for event in tone_events(np.concatenate([quiet(0.2), sound]))) == "4711"


@pytest.mark.parametrize("line", LINES)
def test_fax_machines_are_known(line: str, make: Make) -> None:
    calling = np.concatenate([tone(0.5, 1100), quiet(3)] * 3)
    answering = np.concatenate([quiet(1), tone(3, 2100), quiet(1)])
    assert [(event.name, event.detail) for event in through(make, line, calling)] == [("fax", "cng")] * 3
    (event,) = through(make, line, answering)
    assert (event.name, event.detail) == ("fax", "ced")
    assert event.start_s == pytest.approx(1, abs=0.05)
    assert event.end_s == pytest.approx(4, abs=0.05)


@pytest.mark.parametrize("voice", ["en", "en+f3", "ru", "ru+f2", "uk", "de", "fr+f4", "es"])
def test_speech_is_no_signal(voice: str, tmp_path: Path) -> None:
    text = "Please stay on the line. One two three four five six seven eight nine zero. Алло, добрый день, слушаю вас."
    assert tone_events(np.tile(spoken(text, voice, tmp_path), 3)) == []


@pytest.mark.parametrize("kind", ["pluck", "sine", "triangle", "square"])
def test_a_tune_is_no_signal(kind: str, tmp_path: Path) -> None:
    """Scales and chords in A, whose 440 Hz is what French exchanges ring with, and two notes that lie near keys."""
    notes = [
        (0.3, "A4"),
        (0.3, "C#5"),
        (0.6, "A4"),
        (0.3, "E4"),
        (0.15, "F5"),
        (0.15, "D6"),
        (0.3, "G#4"),
        (0.9, "A4"),
    ]
    path = tmp_path / "tune.wav"
    tune = []
    for seconds, note in notes * 6:
        subprocess.run(
            ["sox", "-n", "-r", "8000", "-c", "1", path, "synth", str(seconds), kind, note, "gain", "-12"],
            check=True,
        )
        tune.append(soundfile.read(path, dtype="float32")[0])
    melody = np.concatenate(tune).astype(np.float32)
    chords = melody + np.float32(0.5) * np.roll(melody, RATE)
    assert tone_events(melody) == []
    assert tone_events(chords) == []


def test_pieces_give_what_the_whole_gives() -> None:
    _, sound = beaten(RINGING[0], 4)
    sound = np.concatenate([sound, keyed("5", 0.1), quiet(0.3)])
    pieces = [sound[at : at + 7777] for at in range(0, len(sound), 7777)]
    assert tone_events(*pieces) == tone_events(sound)


def test_silence_and_nothing_have_no_signals() -> None:
    assert tone_events(quiet(5)) == []
    assert tone_events(quiet(0.01)) == []
    assert tone_events() == []
