"""The measures of a block beside those around it: what the classes of sound are told by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from callwitness.audio.features import MEASURES, Floats
from callwitness.audio.smoothing import running_mean

WIDTHS: Final = (5, 15, 31, 101)  # blocks of 100 ms
_WIDE: Final = 18  # measures whose mean and spread around a block are given; the shape of the spectrum is not
_PART: Final = 6000  # blocks

NAMES: Final = (
    *MEASURES,
    *(f"{name}_{how}_{width}" for width in WIDTHS for how in ("mean", "sd") for name in MEASURES[:_WIDE]),
)


def in_context(blocks: Floats) -> Floats:
    """(n, len(NAMES)) of the measures of one side. Levels become relative to the quiet and loud parts of the side."""
    return _beside(_relative(blocks))


def in_context_by_parts(blocks: Floats) -> Iterator[Floats]:
    """The rows of ``in_context`` in parts of ten minutes: all of ten hours would be half a gigabyte."""
    own = _relative(blocks)
    reach = max(WIDTHS)
    for first in range(0, len(own), _PART):
        before = max(0, first - reach)
        yield _beside(own[before : first + _PART + reach])[first - before : first - before + _PART]


def _relative(blocks: Floats) -> Floats:
    level = blocks[:, 0]
    floor, top = np.percentile(level, (5, 95)).astype(np.float32)
    own = blocks.copy()
    own[:, 0] = level - floor
    own[:, 1] -= top
    return own


def _beside(own: Floats) -> Floats:
    """Each row with means and spreads around it."""
    wide = own[:, :_WIDE]
    parts = [own]
    for width in WIDTHS:
        mean = running_mean(wide, width)
        square = running_mean(np.square(wide), width)
        parts += [mean, np.sqrt(np.maximum(0, square - np.square(mean)))]
    return np.concatenate(parts, axis=1)
