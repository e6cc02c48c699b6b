"""Whisper on this machine, through faster-whisper. The model is a folder or an installed package; nothing is fetched."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import soxr

from callwitness.audio.words.engine import RATE, EngineFailed, Said, Samples
from callwitness.audio.words.transcript import Word
from callwitness.domain.errors import UsageError
from callwitness.services.transcripts.engines.registry import EngineOptions

_WANTED: Final = 16_000
_FILES: Final = ("model.bin", "config.json", "tokenizer.json")
"""Without the tokenizer the library would look for one on a hub."""
_MOST_BEAM: Final = 5


class Whisper:
    """A model in memory, of eight-bit integers; one thread, so that it never takes more than one processor."""

    def __init__(self, model: Any, name: str, beam: int) -> None:
        self._model, self._beam = model, beam
        self.name = f"faster-whisper {metadata.version('faster-whisper')} {name} beam {beam}"

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        sound = soxr.resample(samples, RATE, _WANTED, quality="HQ")
        try:
            segments, _info = self._model.transcribe(
                sound,
                language=language,
                beam_size=self._beam,
                temperature=0.0,
                vad_filter=True,
                condition_on_previous_text=False,
                word_timestamps=True,
            )
            return [_said(segment) for segment in segments]
        except (RuntimeError, ValueError) as problem:
            raise EngineFailed(f"Whisper failed: {problem}") from problem


def make(options: EngineOptions) -> Whisper:
    """Raises ``UsageError`` saying what to install or where the model should be."""
    if not 1 <= options.beam <= _MOST_BEAM:
        raise UsageError(f"beam: expected 1 to {_MOST_BEAM}, found {options.beam}")
    try:
        from faster_whisper import WhisperModel  # noqa: PLC0415 the extra is needed by whoever uses the engine
        from tqdm import tqdm  # noqa: PLC0415 as above
    except ImportError:
        raise UsageError(
            "the engine whisper is not installed: pip install 'callwitness[speech]', or in a clone "
            ".venv/bin/python -m pip install --require-hashes -r requirements/speech.txt"
        ) from None
    folder = _folder(options.model)
    tqdm.set_lock(
        threading.RLock()
    )  # its own is shared between processes, and left behind when ours is ended
    try:
        model = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True
        )
    except (RuntimeError, ValueError, OSError) as problem:
        raise UsageError(f"{folder}: the model cannot be loaded: {problem}") from None
    return Whisper(model, folder.name, options.beam)


def _folder(model: str) -> Path:
    """The folder of a model, given itself or by a package that carries it in its folder or in ``data`` below it."""
    if not model:
        raise UsageError(
            "the engine whisper needs a model: a folder or an installed package; none is fetched"
        )
    tried = [Path(model), *_of_package(model)]
    for folder in tried:
        if all((folder / name).is_file() for name in _FILES):
            return folder
    raise UsageError(
        f"{model}: no Whisper model there; expected a folder or an installed package with {', '.join(_FILES)}"
        " and the vocabulary, as CTranslate2 writes them"
    )


def _of_package(name: str) -> list[Path]:
    if not name.isidentifier():
        return []
    found = find_spec(name)
    places = [] if found is None else list(found.submodule_search_locations or ())
    return [Path(place, below) for place in places for below in ("", "data")]


def _said(segment: Any) -> Said:
    words = tuple(Word(float(word.start), float(word.end), str(word.word)) for word in segment.words or ())
    return Said(
        float(segment.start),
        float(segment.end),
        str(segment.text),
        words,
        no_speech=float(segment.no_speech_prob),
        logprob=float(segment.avg_logprob),
        compression=float(segment.compression_ratio),
    )
