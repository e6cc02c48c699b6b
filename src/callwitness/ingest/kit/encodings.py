"""In which encoding a text file is written, and its text whatever it is.

``detect`` judges the first bytes; ``open_as_utf8`` gives any file as UTF-8. Bytes that do not fit the encoding never
stop a file: a name in cp1251 inside a UTF-8 export is read as cp1251, anything else becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BLOCK: Final = 1 << 20
HEAD: Final = 64 * 1024
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# the twelve most frequent letters of Russian and Ukrainian: about two thirds of any text
_FREQUENT: Final = frozenset("оаинетсрвлкмі")
_CYRILLIC: Final = ("cp1251", "koi8-u", "cp866")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A Python codec name and how many bytes of byte-order mark precede the text."""

    name: str
    bom: int = 0


def detect(head: bytes) -> Encoding | None:
    """The encoding of the text that starts with ``head``; None when it is not text."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    wide = _wide(head)
    if wide:
        return Encoding(wide)
    if _is_binary(head):
        return None
    if _is_utf8(head):
        return Encoding("utf-8")
    return Encoding(_single_byte(head))


def _wide(head: bytes) -> str | None:
    # UTF-16 without a mark: ASCII separators and digits leave a zero in every other byte
    even, odd = head[0::2], head[1::2]
    if len(head) < 4 or head.count(0) < len(head) // 8:
        return None
    if odd.count(0) > 4 * even.count(0):
        return "utf-16-le"
    if even.count(0) > 4 * odd.count(0):
        return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    # a few NUL bytes are found in copies of logs that were being written; more are no text
    return len(_CONTROL.findall(head)) > max(8, len(head) // 50)


def _is_utf8(head: bytes) -> bool:
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(head)
    foreign = text.count("\ufffd")
    # one foreign name inside a UTF-8 export: most letters beyond ASCII are still whole
    return foreign == 0 or foreign * 4 < sum(letter > "\x7f" for letter in text)


def _single_byte(head: bytes) -> str:
    if _looks_western(head):
        return "cp1252"
    scores = {name: _cyrillic_score(head.decode(name, errors="replace")) for name in _CYRILLIC}
    return max(_CYRILLIC, key=lambda name: scores[name])


def _looks_western(head: bytes) -> bool:
    # an accented letter stands alone between Latin ones; Cyrillic letters come in runs
    runs = re.findall(rb"[\x80-\xff]+", head)
    return bool(runs) and sum(map(len, runs)) <= len(runs) * 1.5 and all(len(run) < 3 for run in runs)


def _cyrillic_score(text: str) -> float:
    high = [letter for letter in text if letter > "\x7f"]
    if not high:
        return 0.0
    good = sum(letter in _FREQUENT for letter in high) + 0.5 * sum(
        letter.lower() in _FREQUENT for letter in high
    )
    wrong_case = len(re.findall(r"[а-яіїєґ][А-ЯІЇЄҐ]", text))
    not_letters = sum(not letter.isalpha() and letter not in "№«»—–\xa0" for letter in high)
    return (good - wrong_case - 2 * not_letters) / len(high)


def _foreign_bytes(problem: UnicodeError) -> tuple[str, int]:
    if not isinstance(problem, UnicodeDecodeError):
        raise problem
    return problem.object[problem.start : problem.end].decode("cp1251", errors="replace"), problem.end


codecs.register_error("callwitness_foreign", _foreign_bytes)


def decode(data: bytes, encoding: Encoding | None = None) -> str:
    """All of ``data`` as text; foreign bytes as in ``LineReader``."""
    found = encoding or detect(data[:HEAD]) or Encoding("utf-8")
    return data[found.bom :].decode(found.name, errors=_errors(found.name))


def _errors(name: str) -> str:
    return "callwitness_foreign" if name == "utf-8" else "replace"


def lines_of(text: str) -> list[str]:
    """Lines of ``text`` as an editor counts them: LF, CRLF and a lone CR end a line. No line after the last end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


@contextmanager
def open_as_utf8(path: Path, encoding: Encoding) -> Iterator[IO[bytes]]:
    """A file as a stream of UTF-8 bytes without byte-order mark. UTF-8 itself passes through unchecked."""
    with path.open("rb") as stream:
        stream.seek(encoding.bom)
        yield (
            stream if encoding.name == "utf-8" else io.BufferedReader(_Recoded(stream, encoding.name), BLOCK)
        )


class _Recoded(io.RawIOBase):
    """Bytes of one encoding read as UTF-8."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(name)(errors="replace")
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._ready and not self._ended:
            data = self._stream.read(BLOCK)
            self._ended = not data
            # lone surrogates of a damaged UTF-16 file have no UTF-8 form
            self._ready = self._decoder.decode(data, final=self._ended).encode("utf-8", "replace")
        view = memoryview(buffer).cast("B")
        taken = self._ready[: len(view)]
        view[: len(taken)] = taken
        self._ready = self._ready[len(taken) :]
        return len(taken)
