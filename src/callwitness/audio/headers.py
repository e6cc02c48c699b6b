"""Headers that are wrong in ways recorders and copies leave them, and what to read instead."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from callwitness.audio.container import HEAD, Unreadable

UNFINISHED: Final = (
    "The recorder did not finish the file: its header gives no length; all the sound in it was used."
)
LONGER: Final = "The header gives less sound than the file holds; all of it was used."
CUT: Final = "The file is cut off: its end is missing."
_MOST_CHUNKS: Final = 1000
_NO_LENGTH: Final = 0x7FFF0000  # streaming writers leave 0xFFFFFFFF, 0x7FFFFFFF or a little less
_ALL: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Header:
    """patches: bytes to read instead, by offset. problem: one sentence when the header was wrong."""

    patches: Mapping[int, bytes] = field(default_factory=dict)
    problem: str | None = None


def wav_header(stream: BinaryIO, size: int) -> Header:
    """Where the sound of a WAV file really ends. Raises Unreadable when it has no sound at all."""
    stream.seek(0)
    if stream.read(4) != b"RIFF":  # RIFX and RF64 are rare and written whole
        return Header()
    at, bytes_a_second = 12, 0
    for _ in range(_MOST_CHUNKS):
        stream.seek(at)
        name, length = _chunk(stream.read(8))
        if name == b"data":
            return _data_header(stream, size, at, length, bytes_a_second)
        if name == b"fmt ":
            bytes_a_second = int.from_bytes(stream.read(12)[8:12], "little")
        at += 8 + length + length % 2
        if not name or at >= size:
            break
    raise Unreadable("The WAV file has a header but no sound in it.")


def _chunk(head: bytes) -> tuple[bytes, int]:
    if len(head) < 8:
        return b"", 0
    name, length = struct.unpack("<4sI", head)
    return name, length


def _data_header(stream: BinaryIO, size: int, at: int, length: int, bytes_a_second: int) -> Header:
    there = size - at - 8
    if there <= 0:
        raise Unreadable("The WAV file has a header but no sound in it.")
    rest = there - length
    little = length > 0 and rest < max(bytes_a_second // 4, 8)  # padding, a tag
    if rest >= 0 and (little or _is_chunks(stream, size, at + 8 + length + length % 2)):
        return Header()
    if length == 0 or (rest < 0 and length >= _NO_LENGTH):
        problem = UNFINISHED
    elif rest > 0:
        problem = LONGER
    else:
        problem = _cut(there, length, bytes_a_second)
    lengths = {4: min(size - 8, _ALL), at + 4: min(there, _ALL)}
    return Header({place: struct.pack("<I", number) for place, number in lengths.items()}, problem)


def _cut(there: int, length: int, bytes_a_second: int) -> str:
    if bytes_a_second <= 0:
        return CUT
    has, promised = there / bytes_a_second, length / bytes_a_second
    return f"The file is cut off: its header promises {promised:.1f} s, {has:.1f} s are there."


def _is_chunks(stream: BinaryIO, size: int, at: int) -> bool:
    """Whether what follows the sound is further chunks, to the end of the file."""
    for _ in range(_MOST_CHUNKS):
        if at >= size - 7:
            return True
        stream.seek(at)
        name, length = _chunk(stream.read(8))
        if not all(32 <= byte < 127 for byte in name) or at + 8 + length > size + 1:
            return False
        at += 8 + length + length % 2
    return False


def ogg_header(stream: BinaryIO, size: int, rate: int) -> Header:
    """Opus is told to decode at ``rate``, which costs a third of 48 kHz and a change of rate; a missing end is said.

    An Opus stream has no rate of its own: the header only remembers what went in, and libsndfile decodes at that. So the
    remembered rate is replaced, and with it the checksum of the first page.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    patches: dict[int, bytes] = {}
    body = 27 + head[26] if len(head) > 27 else 0
    length = body + sum(head[27:body])
    if body and head[body : body + 8] == b"OpusHead" and body + 16 <= length <= len(head):
        page = bytearray(head[:length])
        page[body + 12 : body + 16] = struct.pack("<I", rate)
        page[22:26] = bytes(4)
        patches = {body + 12: bytes(page[body + 12 : body + 16]), 22: struct.pack("<I", _ogg_checksum(page))}
    return Header(patches, None if _ogg_has_its_end(stream, size) else CUT)


def _ogg_checksum(page: bytes | bytearray) -> int:
    """CRC-32 of polynomial 04C11DB7, neither reflected nor inverted (RFC 3533, section 6)."""
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = (checksum << 1) ^ 0x104C11DB7 if checksum & 0x80000000 else checksum << 1
    return checksum


def _ogg_has_its_end(stream: BinaryIO, size: int) -> bool:
    """Whether the last page is marked as the last and is all there."""
    start = max(size - (1 << 17), 0)
    stream.seek(start)
    tail = stream.read(1 << 17)
    at = tail.rfind(b"OggS")
    if at < 0 or len(tail) < at + 27:
        return False
    body = at + 27 + tail[at + 26]
    return bool(tail[at + 5] & 4) and len(tail) >= body + sum(tail[at + 27 : body])
