"""Copies that a browser plays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from callwitness.services.listening import copies
from callwitness.services.listening.copies import CopyTask, copy

RATE = 16_000


def stereo(folder: Path, seconds: float = 4.0) -> Path:
    """Left: a tone in the first half; right: silence."""
    at = np.arange(round(seconds * RATE)) / RATE
    left = np.where(at < seconds / 2, 0.5 * np.sin(2 * np.pi * 440 * at), 0)
    path = folder / "call.wav"
    soundfile.write(path, np.stack([left, 0 * left], axis=1), RATE, subtype="PCM_16")
    return path


def test_a_copy_keeps_channels_and_length_and_tells_its_outline(tmp_path: Path) -> None:
    target = tmp_path / "1.ogg"
    done = copy(CopyTask("call.wav", stereo(tmp_path), target))
    assert done is not None
    assert done.seconds == pytest.approx(4.0, abs=0.01)
    told = soundfile.info(target)
    assert (told.format, told.samplerate, told.channels) == ("OGG", 8000, 2)
    assert told.duration == pytest.approx(4.0, abs=0.05)
    half = len(done.peaks) // 2
    assert all(45 <= peak <= 55 for peak in done.peaks[2 : half - 2])
    assert all(peak <= 2 for peak in done.peaks[half + 2 :])


def test_a_long_recording_is_copied_from_its_start_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "LONGEST_S", 1)
    done = copy(CopyTask("call.wav", stereo(tmp_path), tmp_path / "1.ogg"))
    assert done is not None
    assert done.seconds == 1.0
    assert soundfile.info(tmp_path / "1.ogg").duration == pytest.approx(1.0, abs=0.05)


def test_what_can_no_longer_be_read_leaves_no_copy(tmp_path: Path) -> None:
    (tmp_path / "call.wav").write_bytes(b"")
    assert copy(CopyTask("call.wav", tmp_path / "call.wav", tmp_path / "1.ogg")) is None
    assert not (tmp_path / "1.ogg").exists()
