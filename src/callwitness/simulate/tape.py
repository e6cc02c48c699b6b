"""A file of lines that come slightly out of order: held until nothing earlier can come, then written sorted."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path
from typing import Final

_BATCH: Final = 20_000
_moment: Final = itemgetter(0)


class Tape:
    """Lines of one log file, written in the order of their true moments (us)."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._held: list[tuple[int, str]] = []
        self.lines = 0

    def extend(self, lines: list[tuple[int, str]]) -> None:
        """Takes lines (moment, text with its line end)."""
        self._held.extend(lines)

    def pass_time(self, now: int) -> None:
        """Writes what is earlier than ``now``; nothing earlier may be added afterwards."""
        if len(self._held) >= _BATCH:
            self._write(now)

    def close(self) -> None:
        """Writes the rest."""
        self._write(1 << 62)
        self._file.close()

    def _write(self, before: int) -> None:
        self._held.sort(key=_moment)
        place = len(self._held)
        if self._held and self._held[-1][0] >= before:
            place = next(index for index, line in enumerate(self._held) if line[0] >= before)
        self._file.writelines(text for _, text in self._held[:place])
        self.lines += place
        del self._held[:place]
