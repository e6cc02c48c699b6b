"""How much sound is still ahead: files tell their bytes, not their seconds, and a byte of MP3 holds more than one of WAV."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_PLAIN: Final = frozenset({".wav", ".wave", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf"})
_PLAIN_BYTES: Final = 16_000
"""A second of telephone sound, 16 bits of one channel."""
_PACKED_BYTES: Final = 4_000


class Ahead:
    """Seconds of sound in files that were not heard yet, by what a byte of their kind held so far."""

    def __init__(self, files: Iterable[tuple[Path, int]]) -> None:
        self._left: Counter[str] = Counter()
        for path, size in files:
            self._left[_kind(path)] += size
        self._bytes: Counter[str] = Counter()
        self._seconds: dict[str, float] = defaultdict(float)

    def take(self, path: Path, size: int, seconds: float) -> None:
        """A file is through. seconds: its length, 0 where it could not be heard."""
        kind = _kind(path)
        self._left[kind] -= size
        if seconds:
            self._bytes[kind] += size
            self._seconds[kind] += seconds

    def done(self) -> float:
        """Share of all sound that is through, 0..1."""
        ahead = sum(size / self._bytes_a_second(kind) for kind, size in self._left.items())
        through = sum(self._seconds.values())
        return through / (through + ahead) if through + ahead else 1.0

    def _bytes_a_second(self, kind: str) -> float:
        if kind in self._seconds:
            return self._bytes[kind] / self._seconds[kind]
        return _PLAIN_BYTES if kind in _PLAIN else _PACKED_BYTES


def _kind(path: Path) -> str:
    return path.suffix.lower()
