"""The sound of a recording by side, on disk while it is worked on: ten hours take no more memory than ten seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.words.engine import RATE, Samples
from callwitness.audio.words.regions import Chunk
from callwitness.audio.words.transcript import Side

_FULL: Final = 32767.0
_QUIET_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Tape:
    """16-bit samples at ``RATE`` by side."""

    sides: Mapping[Side, NDArray[np.int16]]

    def between(self, side: Side, start_s: float, end_s: float) -> Samples:
        """Samples from one time to another, -1..1."""
        piece = self.sides[side][round(start_s * RATE) : round(end_s * RATE)]
        return piece.astype(np.float32) / np.float32(_FULL)

    def quietest(self, side: Side, start_s: float, end_s: float) -> float:
        """The middle of the quietest tenth of a second between two times."""
        length = int(_QUIET_S * RATE)
        sound = self.between(side, start_s, end_s)
        blocks = sound[: len(sound) // length * length].reshape(-1, length)
        if not len(blocks):
            return end_s
        return start_s + (int(np.square(blocks).mean(axis=1).argmin()) + 0.5) * _QUIET_S

    def of(self, chunk: Chunk) -> Samples:
        """A chunk's pieces one after another, silence between them."""
        sound = np.zeros(round(chunk.duration_s * RATE) + 1, np.float32)
        for piece in chunk.pieces:
            part = self.between(chunk.side, piece.start_s, piece.end_s)
            at = round(piece.at_s * RATE)
            sound[at : at + len(part)] = part[: len(sound) - at]
        return sound


def record(blocks: Iterable[NDArray[np.float32]], sides: Mapping[Side, int], folder: Path) -> Tape:
    """Blocks of shape (channels, n) at ``RATE`` as a tape in files of a folder. sides: the channel of each side."""
    files = {side: folder / f"{side}.pcm" for side in sides}
    opened = {side: path.open("wb") for side, path in files.items()}
    try:
        for block in blocks:
            for side, file in opened.items():
                loud = np.clip(block[sides[side]], -1.0, 1.0) * np.float32(_FULL)
                file.write(loud.astype(np.int16).tobytes())
    finally:
        for file in opened.values():
            file.close()
    return Tape({side: _mapped(path) for side, path in files.items()})


def _mapped(path: Path) -> NDArray[np.int16]:
    """A file as samples; an empty file cannot be mapped."""
    if not path.stat().st_size:
        return np.zeros(0, np.int16)
    return np.memmap(path, np.int16, "r")
