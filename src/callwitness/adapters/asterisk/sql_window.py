"""A stretch of a byte stream around the place that is being read: it grows as needed, within bounds."""

from __future__ import annotations

import re
from typing import IO, Final

CHUNK: Final = 1 << 20
REACH: Final = 1 << 20  # the longest row or definition

_BLANK: Final = re.compile(rb"\s*")


class Window:
    """``line`` is the physical line of the place being read, from 1."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.line = 1
        self._stream = stream
        self._data = b""
        self._at = 0
        self._ended = False

    def search(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """The next match; reading goes on behind it."""
        while True:
            found = pattern.search(self._data, self._at)
            if found and (found.end() < len(self._data) or self._ended):
                self._move(found.end())
                return found
            if not found and not self._ended:
                # A match may have begun in what is left: at most the head of a statement.
                self._move(max(self._at, self._data.rfind(b"\n") + 1, len(self._data) - 16_384))
            if not self._grow():
                return None

    def take(self, pattern: re.Pattern[bytes]) -> bytes | None:
        """What the pattern matches at this place, or None with the place unchanged."""
        while True:
            found = pattern.match(self._data, self._at)
            if found:
                self._move(found.end())
                return found[0]
            if len(self._data) - self._at > REACH or not self._grow():
                return None

    def skip_blank(self) -> bytes:
        """Past white space; the byte that stands there, b"" at the end."""
        while True:
            found = _BLANK.match(self._data, self._at)
            self._move(found.end() if found else self._at)
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._grow():
                return b""

    def step(self) -> None:
        """One byte on."""
        self._move(self._at + 1)

    def next_line(self) -> bytes | None:
        """The next line without its end, None at the end of the stream."""
        while (end := self._data.find(b"\n", self._at)) < 0 and self._grow():
            pass
        if end < 0 and self._at >= len(self._data):
            return None
        end = len(self._data) if end < 0 else end
        raw = self._data[self._at : end].removesuffix(b"\r")
        self._move(min(end + 1, len(self._data)))
        return raw

    def rest_of_line(self) -> bytes:
        """What is left of the line, at most ``REACH`` bytes; reading goes on behind it."""
        end = self._data.find(b"\n", self._at)
        end = min(len(self._data) if end < 0 else end, self._at + REACH)
        raw = self._data[self._at : end]
        self._move(end)
        return raw

    def bracketed(self) -> list[bytes]:
        """The parts between commas up to the closing bracket of the open one; the place moves behind it."""
        while len(self._data) - self._at < REACH and self._grow():
            pass
        parts, start, depth, quote = [], self._at, 1, 0
        for at in range(self._at, min(len(self._data), self._at + REACH)):
            code = self._data[at]
            if quote:
                quote = 0 if code == quote else quote
            elif code in b"'\"`":
                quote = code
            elif code == 0x28:
                depth += 1
            elif code == 0x29:
                depth -= 1
            if not quote and (depth == 0 or (depth == 1 and code == 0x2C)):
                parts.append(self._data[start:at])
                start = at + 1
            if depth == 0:
                break
        self._move(start)
        return parts

    def _move(self, to: int) -> None:
        self.line += self._data.count(b"\n", self._at, to)
        self._at = to

    def _grow(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(CHUNK)
        self._ended = not chunk
        self._data, self._at = self._data[self._at :] + chunk, 0
        return bool(chunk)
