"""What a file is, told by its first bytes and never by its name, and what its header may be wrong about.

``headers`` finds what a header is wrong about; ``Patched`` shows the decoder a corrected file, the file itself stays as
it is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO, Final

from callwitness.domain.errors import CallwitnessError

HEAD: Final = 4096
ENDINGS: Final = frozenset(
    ".wav .wave .w64 .rf64 .aif .aiff .aifc .au .snd .caf .mp3 .ogg .oga .opus .flac .gsm "
    ".m4a .mp4 .m4b .aac .webm .mka .mkv .wma .amr .3gp .3gpp".split()
)
"""How names of recordings end, in any case. Only a folder is looked through by them; a file that is named is always heard."""


class Unreadable(CallwitnessError):
    """A recording of which nothing can be heard: one sentence, what was found or expected. The caller knows the file."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of file. demuxer: ffmpeg's name for it. library: libsndfile tries first. raw: samples without a header."""

    name: str
    demuxer: str | None = None
    library: bool = True
    raw: str | None = None


_FORMS: Final = (
    (rb"(RIFF|RIFX|RF64)....WAVE", Form("WAV", "wav")),
    (rb"riff\x2e\x91\xcf\x11", Form("Wave64", "w64")),
    (rb"OggS", Form("Ogg", "ogg")),
    (rb"fLaC", Form("FLAC", "flac")),
    (rb"(\.snd|dns\.)", Form("AU", "au")),
    (rb"FORM....AIF[FC]", Form("AIFF", "aiff")),
    (rb"caff", Form("CAF", "caf")),
    (rb"....ftyp", Form("MP4 or M4A", "mov", library=False)),
    (rb"\x1a\x45\xdf\xa3", Form("WebM or Matroska", "matroska", library=False)),
    (rb"#!AMR", Form("AMR", "amr", library=False)),
    (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Form("WMA", "asf", library=False)),
    (rb"\xff[\xf0\xf1\xf8\xf9]", Form("AAC", "aac", library=False)),
    (rb"ID3|\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]", Form("MP3", "mp3")),
)
# What Asterisk writes without any header: here the name is all there is to go by.
_HEADERLESS: Final = {
    ".alaw": "ALAW", ".al": "ALAW", ".ulaw": "ULAW", ".ul": "ULAW", ".mu": "ULAW",
    ".sln": "PCM_16", ".gsm": "GSM610",
}  # fmt: skip
_ID3_MOST: Final = 16 << 20


def recognise(stream: BinaryIO, size: int, suffix: str) -> Form:
    """The form of an open file of ``size`` bytes. Raises Unreadable when it is empty, text, or nothing we know."""
    if size == 0:
        raise Unreadable("The file is empty: 0 bytes.")
    stream.seek(0)
    head = stream.read(HEAD)
    for pattern, form in _FORMS:
        if re.match(pattern, head, re.DOTALL):
            return _behind_id3(stream, head) if head.startswith(b"ID3") else form
    if _is_text(head):
        raise Unreadable("A sound recording was expected, this is text.")
    if raw := _HEADERLESS.get(suffix.lower()):
        return Form(f"headerless {raw}", raw=raw)
    raise Unreadable(
        "A sound recording was expected (WAV, MP3, Ogg, FLAC, M4A, WebM, AMR); this is none of them."
    )


def _behind_id3(stream: BinaryIO, head: bytes) -> Form:
    """MP3 nearly always, but AAC and FLAC carry such tags too."""
    length = sum((byte & 0x7F) << (21 - 7 * i) for i, byte in enumerate(head[6:10]))
    stream.seek(10 + min(length, _ID3_MOST))
    behind = stream.read(16)
    for pattern, form in _FORMS:
        if form.name in ("AAC", "FLAC") and re.match(pattern, behind, re.DOTALL):
            return Form(form.name, form.demuxer, library=False)
    return Form("MP3", "mp3")


def _is_text(head: bytes) -> bool:
    """Only printable characters, in UTF-8, UTF-16 or an 8-bit alphabet."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    plain = sum(byte in b"\t\r\n" or 32 <= byte < 127 for byte in head)
    control = sum(byte < 32 and byte not in b"\t\r\n" for byte in head)
    return control == 0 and (plain >= 0.8 * len(head) or _is_utf8(head))


def _is_utf8(head: bytes) -> bool:
    try:
        head[:-3].decode()
    except UnicodeDecodeError:
        return False
    return True


class Patched(io.RawIOBase):
    """A file seen with some bytes replaced. libsndfile reads it as any other."""

    def __init__(self, stream: BinaryIO, patches: Mapping[int, bytes]) -> None:
        self._stream, self._patches = stream, patches
        self._until = max((at + len(new) for at, new in patches.items()), default=0)
        stream.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # cffi gives any writable buffer
        start = self._stream.tell()
        piece = self._stream.read(len(buffer))
        if start < self._until:
            piece = self._patch(start, bytearray(piece))
        buffer[: len(piece)] = piece
        return len(piece)

    def _patch(self, start: int, piece: bytearray) -> bytes:
        for at, new in self._patches.items():
            for i, byte in enumerate(new, at - start):
                if 0 <= i < len(piece):
                    piece[i] = byte
        return bytes(piece)
