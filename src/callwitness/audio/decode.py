"""A recording as sound: any file a recorder writes in, float32 at 8 kHz in half-minute chunks out, in bounded memory.

WAV (PCM, float, A-law, u-law, GSM, ADPCM), MP3, Ogg (Opus, Vorbis), FLAC, AU, AIFF, CAF and Wave64 are read by libsndfile;
the rest (``external``) by ffmpeg. Content decides, not the name. What can be decoded of a damaged file is used, and
``Sound.problem`` says what is wrong with it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Protocol, Self, TypeAlias

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from callwitness.audio.container import Form, Patched, Unreadable, recognise
from callwitness.audio.external import Ffmpeg
from callwitness.audio.headers import CUT, Header, ogg_header, wav_header

__all__ = ["CHUNK_S", "LONGEST_S", "RATE", "Chunk", "Sound", "Unreadable", "open_sound"]

RATE: Final = 8000
CHUNK_S: Final = 30
LONGEST_S: Final = 12 * 3600
SLOWEST, FASTEST, MOST_CHANNELS = 4000, 192_000, 8

Chunk: TypeAlias = NDArray[np.float32]

_SAMPLES_AT_ONCE: Final = 1 << 19  # of all channels: 2 MB
_UNKNOWN: Final = 1 << 40  # frames; libsndfile's word for a stream without a length is greater
_OFFSET_FROM: Final = 16 / 32768  # less is no fault of a recorder
_BLOCK: Final = RATE // 10


class _Source(Protocol):
    """Where blocks of (frames, channels) come from. problem: known in full when they are through."""

    rate: int
    channels: int
    problem: str | None

    def blocks(self) -> Iterator[Chunk]: ...
    def close(self) -> None: ...


class Sound:
    """An open recording; iterate once over chunks of (channels, n), n = 240000 but in the last one, channels 1 or 2.

    rate, file_channels: of the file. form: what kind of file it is. duration_s and problem are final after the last chunk;
    the iteration raises Unreadable when nothing could be decoded at all.
    """

    def __init__(self, source: _Source, form: str) -> None:
        self._source, self.form = source, form
        self.rate, self.file_channels = source.rate, source.channels
        self.channels = min(source.channels, 2)
        self._samples = 0
        self._overlong = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.close()

    def __iter__(self) -> Iterator[Chunk]:
        level = _Level()
        for chunk in _chunks(self._at_our_rate(), self.channels):
            left = LONGEST_S * RATE - self._samples
            self._overlong = chunk.shape[1] > left
            self._samples += min(chunk.shape[1], left)
            if left:
                yield level.without_offset(chunk[:, :left])
            if self._overlong:
                return
        if not self._samples:
            raise Unreadable(self._source.problem or f"The {self.form} file has a header but no sound in it.")

    @property
    def duration_s(self) -> float:
        """Seconds decoded so far."""
        return self._samples / RATE

    @property
    def problem(self) -> str | None:
        """What is wrong with the file, in sentences for a person."""
        sentences = [self._source.problem or ""]
        if self.file_channels > 2:
            sentences.append(f"The file has {self.file_channels} channels; the first two were heard.")
        if self._overlong:
            sentences.append(
                f"The recording is longer than {LONGEST_S // 3600} hours; the rest was not heard."
            )
        return " ".join(filter(None, sentences)) or None

    def _at_our_rate(self) -> Iterator[Chunk]:
        """Pieces of (n, channels) at 8 kHz; a file of 8 kHz passes untouched."""
        blocks = (_clean(block[:, : self.channels]) for block in self._source.blocks())
        if self.rate == RATE:
            yield from blocks
            return
        change = soxr.ResampleStream(self.rate, RATE, self.channels, dtype="float32", quality="HQ")
        for block in blocks:
            yield change.resample_chunk(np.ascontiguousarray(block))
        yield change.resample_chunk(np.zeros((0, self.channels), np.float32), last=True)


def open_sound(path: Path) -> Sound:
    """Open a recording; use it in a ``with``. Raises Unreadable with one sentence when that is not possible."""
    stream = _open_regular(path)
    try:
        size = os.fstat(stream.fileno()).st_size
        form = recognise(stream, size, path.suffix)
        if form.library:
            source = _library_or_ffmpeg(stream, size, path, form)
        else:
            source = Ffmpeg(path, form, RATE, LONGEST_S + 1)
        if not isinstance(source, _Library):
            stream.close()
        _check_bounds(source)
    except BaseException:
        stream.close()
        raise
    return Sound(source, form.name)


def _open_regular(path: Path) -> BinaryIO:
    """A file and nothing else: links, folders, pipes and devices are refused without waiting on them."""
    try:
        before = path.lstat()
        if not stat.S_ISREG(before.st_mode):
            raise Unreadable(f"A file was expected, this is {_what_it_is(before.st_mode)}.")
        flags = (
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_NONBLOCK", 0)
            | getattr(os, "O_BINARY", 0)
        )
        stream = os.fdopen(os.open(path, flags), "rb", buffering=1 << 18)
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else None
        raise Unreadable(f"The file cannot be opened: {why or problem}.") from problem
    if not os.path.samestat(before, os.fstat(stream.fileno())):
        stream.close()
        raise Unreadable("The file was exchanged while it was being opened.")
    return stream


def _what_it_is(mode: int) -> str:
    for test, name in (
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISLNK, "a link to another file"),
        (stat.S_ISFIFO, "a pipe"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if test(mode):
            return name
    return "a device"


def _chunks(pieces: Iterator[Chunk], channels: int) -> Iterator[Chunk]:
    """Pieces of (n, channels) joined to (channels, 240000), the last one shorter."""
    chunk, filled = np.empty((channels, CHUNK_S * RATE), np.float32), 0
    for piece in pieces:
        while len(piece):
            part = piece[: chunk.shape[1] - filled]
            chunk[:, filled : filled + len(part)] = part.T
            filled, piece = filled + len(part), piece[len(part) :]
            if filled == chunk.shape[1]:
                yield chunk
                chunk, filled = np.empty_like(chunk), 0
    if filled:
        yield chunk[:, :filled]


def _clean(block: Chunk) -> Chunk:
    """Floats of a file may be anything; sound lies within -1..1."""
    if not np.isfinite(block.sum(dtype=np.float64)):
        block = np.nan_to_num(block, posinf=1.0, neginf=-1.0)
    return np.clip(block, -1.0, 1.0)


class _Level:
    """A constant voltage under the sound, measured once, where there is sound, and taken from all of it.

    A constant taken away leaves silence as constant as it was; a filter would not.
    """

    def __init__(self) -> None:
        self._offset: Chunk | None = None

    def without_offset(self, chunk: Chunk) -> Chunk:
        if self._offset is None:
            self._offset = self._measure(chunk)
        if self._offset is None or not self._offset.any():
            return chunk
        return chunk - self._offset

    def _measure(self, chunk: Chunk) -> Chunk | None:
        """(channels, 1); None while nothing sounds. Offsets too small to matter count as none."""
        blocks = chunk[:, : chunk.shape[1] // _BLOCK * _BLOCK].reshape(len(chunk), -1, _BLOCK)
        sounding = np.ptp(blocks, axis=2) > _OFFSET_FROM
        if not sounding.any():
            return None
        counts = np.maximum(sounding.sum(axis=1), 1)
        means = (blocks.mean(axis=2) * sounding).sum(axis=1) / counts
        return np.where(np.abs(means) < _OFFSET_FROM, np.float32(0), means).astype(np.float32)[:, None]


def _library_or_ffmpeg(stream: BinaryIO, size: int, path: Path, form: Form) -> _Source:
    """libsndfile; what it refuses although the container is well known (Speex, G.722, G.729) goes to ffmpeg."""
    header = _header(stream, size, form)
    try:
        return _Library(stream, form, header)
    except soundfile.LibsndfileError as refusal:
        if form.demuxer is None:
            raise Unreadable(f"No sound could be decoded from this {form.name} file.") from refusal
        return Ffmpeg(path, form, RATE, LONGEST_S + 1)


def _header(stream: BinaryIO, size: int, form: Form) -> Header:
    match form.name:
        case "WAV":
            return wav_header(stream, size)
        case "Ogg":
            return ogg_header(stream, size, RATE)
    return Header()


def _check_bounds(source: _Source) -> None:
    sentence = ""
    if not SLOWEST <= source.rate <= FASTEST:
        sentence = f"{source.rate} samples a second were found, {SLOWEST} to {FASTEST} expected."
    elif source.channels > MOST_CHANNELS:
        sentence = f"{source.channels} channels were found, at most {MOST_CHANNELS} expected."
    if sentence:
        source.close()
        raise Unreadable(sentence)


class _Forward(soundfile.SoundFile):  # type: ignore[misc]  # soundfile is untyped here
    """Read from front to back only: soundfile otherwise seeks after every read, and cuts at the length it guessed."""

    def seekable(self) -> bool:
        return False


class _Library:
    """A file that libsndfile reads."""

    problem: str | None

    def __init__(self, stream: BinaryIO, form: Form, header: Header) -> None:
        raw: dict[str, Any] = {}
        if form.raw:
            raw = {"format": "RAW", "subtype": form.raw, "samplerate": RATE, "channels": 1}
        self._stream, self.problem = stream, header.problem
        self._file = _Forward(Patched(stream, header.patches), **raw)
        self.rate, self.channels = int(self._file.samplerate), int(self._file.channels)

    def blocks(self) -> Iterator[Chunk]:
        frames, there = max(_SAMPLES_AT_ONCE // self.channels, 1), 0
        while True:
            # A decoder that fails in mid-block leaves what it had: the rest is still NaN.
            block = np.full((frames, self.channels), np.nan, np.float32)
            try:
                count = int(self._file.buffer_read_into(block, "float32"))
            except soundfile.LibsndfileError:
                self.problem = (
                    self.problem or "The file is damaged or cut off; the sound before the damage was used."
                )
                yield block[: _filled(block)]
                return
            if count == 0:
                break
            there += count
            yield block[:count]
        if there < 0.98 * self._file.frames < _UNKNOWN:  # MP3 may promise a length
            self.problem = self.problem or CUT

    def close(self) -> None:
        self._file.close()
        self._stream.close()


def _filled(block: Chunk) -> int:
    """How many frames from the first on were written."""
    empty = np.flatnonzero(np.isnan(block[:, -1]))
    return int(empty[0]) if empty.size else len(block)
