"""What services send, taken carefully: numbers that are numbers, texts that are texts, not too much of anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from callwitness.audio.words.engine import RATE, EngineFailed, Samples

_MOST: Final = 5_000
_LONGEST_TEXT: Final = 20_000


def rows(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of objects under a name; missing is empty. Raises ``EngineFailed``."""
    found = answer.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > _MOST or not all(isinstance(row, dict) for row in found):
        raise EngineFailed(f"the service answers {name} that are no list of objects")
    return found


def text(row: Mapping[str, Any], name: str) -> str:
    """A text, '' when missing. Raises ``EngineFailed``."""
    found = row.get(name, "")
    if not isinstance(found, str) or len(found) > _LONGEST_TEXT:
        raise EngineFailed(f"the service answers a {name} that is no text")
    return found


def number(row: Mapping[str, Any], name: str) -> float | None:
    """A finite number, None when missing. Raises ``EngineFailed``."""
    found = row.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise EngineFailed(f"the service answers a {name} that is no number")
    return float(found)


def wav(samples: Samples) -> bytes:
    """Samples as a WAV file: 16 bit, mono, 8 kHz."""
    data = (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()
    form = (
        b"fmt "
        + _le(16, 4)
        + _le(1, 2)
        + _le(1, 2)
        + _le(RATE, 4)
        + _le(2 * RATE, 4)
        + _le(2, 2)
        + _le(16, 2)
    )
    return (
        b"RIFF" + _le(4 + len(form) + 8 + len(data), 4) + b"WAVE" + form + b"data" + _le(len(data), 4) + data
    )


def _le(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")
