"""Sounds of a call and files of them, made by the programs that recorders use: ffmpeg, espeak-ng."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 8000
Floats: TypeAlias = NDArray[np.float32]
Make: TypeAlias = Callable[..., Path]


def tone(seconds: float, *hertz: float, level: float = 0.2, rate: int = RATE) -> Floats:
    at = np.arange(round(seconds * rate)) / rate
    parts = [np.sin(2 * np.pi * one * at) for one in hertz]
    return (level * sum(parts, np.zeros(len(at)))).astype(np.float32)


def quiet(seconds: float) -> Floats:
    return np.zeros(round(seconds * RATE), np.float32)


def spoken(text: str, voice: str, folder: Path) -> Floats:
    """A sentence by espeak-ng at 8 kHz."""
    path = folder / f"{abs(hash((text, voice)))}.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(path), text], check=True)
    sound, rate = soundfile.read(path, dtype="float32")
    return soxr.resample(sound, rate, RATE).astype(np.float32)  # type: ignore[no-any-return]


def ffmpeg(*arguments: str | Path) -> None:
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


@pytest.fixture(scope="session")
def call(tmp_path_factory: pytest.TempPathFactory) -> Floats:
    """Two rings, a greeting, an answer: about ten seconds of one side."""
    folder = tmp_path_factory.mktemp("call")
    ring = np.concatenate([tone(1, 425), quiet(4)])
    greeting = spoken("Good morning, you have reached the sample company, how can I help you?", "en", folder)
    return np.concatenate([ring, ring[: 2 * RATE], greeting, quiet(0.5), 0.5 * greeting[::-1]])


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """make("name.opus", sound, "-b:a", "16k", ...): a file written by ffmpeg. sound: (n,) or (channels, n) at 8 kHz."""

    def made(name: str, sound: Floats, *arguments: str) -> Path:
        source, path = tmp_path / "source.wav", tmp_path / name
        soundfile.write(source, np.atleast_2d(sound).T, RATE, subtype="FLOAT")
        ffmpeg("-i", source, *arguments, path)
        source.unlink()
        return path

    return made
