"""Sound that libsndfile does not know (AAC, AMR, Speex, what is in WebM), decoded by ffmpeg as a program under limits.

The file is hostile: ffmpeg is told which container to expect (so no playlist or script can pass for a recording), may
open local files only, reads no input and no video, has one thread, bounded memory, processor time and patience, and may
write no file. It is killed as soon as nobody listens.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.container import Form, Unreadable

PATIENCE_S: Final = 60.0  # without a byte of sound
_MEMORY: Final = 2 << 30  # address space; decoding takes a tenth of it
_LARGEST_ALLOCATION: Final = 256 << 20
_PROCESSOR_S: Final = 3600
_PIECE: Final = 1 << 18  # frames read at once
_SAID_MOST: Final = 4096
_AU_HEADER: Final = 24


class Ffmpeg:
    """One file being decoded to 16 bits at ``rate``, with the channels it has; ``blocks`` are (frames, channels)."""

    def __init__(self, path: Path, form: Form, rate: int, longest_s: int) -> None:
        """Starts ffmpeg and waits for its first words. Raises Unreadable when it is missing or cannot decode."""
        program = shutil.which("ffmpeg")
        if program is None:
            raise Unreadable(f"{form.name} needs the program ffmpeg, which is not installed here.")
        self.rate, self.channels, self.problem = rate, 0, None
        self._said = bytearray()
        self._process = subprocess.Popen(  # noqa: S603 the program that was found, and no shell
            _command(program, path, form, rate, longest_s),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        _limit(self._process.pid)
        self._listener = threading.Thread(target=self._hear_complaints, daemon=True)
        self._listener.start()
        self._read_header(form)

    problem: str | None

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        frame = 2 * self.channels
        while piece := self._read(_PIECE * frame):
            whole = piece[: len(piece) - len(piece) % frame]
            samples = np.frombuffer(whole, ">i2").astype(np.float32) / np.float32(32768)
            yield samples.reshape(-1, self.channels)
        self._process.wait()
        self._listener.join()
        if self._said or self._process.returncode:
            self.problem = (
                f"Not all of it could be decoded{self._complaint()}; the file may be cut off or damaged."
            )

    def close(self) -> None:
        """Ends ffmpeg, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        self._listener.join()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()

    def _read_header(self, form: Form) -> None:
        head = self._read(_AU_HEADER)
        start = int.from_bytes(head[4:8], "big")
        self.channels = int.from_bytes(head[20:24], "big")
        if len(head) < _AU_HEADER or not self.channels or not start:
            self.close()
            raise Unreadable(f"No sound could be decoded from this {form.name} file{self._complaint()}.")
        self._read(start - _AU_HEADER)

    def _read(self, count: int) -> bytes:
        """Up to ``count`` bytes; ffmpeg is killed when none come for long."""
        stream: IO[bytes] | None = self._process.stdout
        assert stream is not None  # noqa: S101 a pipe was asked for
        watch = threading.Timer(PATIENCE_S, self._process.kill)
        watch.start()
        try:
            return stream.read(count)
        finally:
            watch.cancel()

    def _hear_complaints(self) -> None:
        """Empties the pipe of messages, so that a flood of them stops nothing, and keeps the first ones."""
        stream: IO[bytes] | None = self._process.stderr
        assert stream is not None  # noqa: S101 a pipe was asked for
        while words := stream.read1(_SAID_MOST):  # type: ignore[attr-defined]  # a BufferedReader
            self._said += words[: _SAID_MOST - len(self._said)]

    def _complaint(self) -> str:
        """What ffmpeg said first, without its addresses and paths: " (moov atom not found)", or nothing."""
        first = self._said.decode("utf-8", "replace").strip().partition("\n")[0]
        plain = re.sub(r"^(\[[^\]]*\]\s*)+|file:\S+?:\s", "", first)
        plain = "".join(letter for letter in plain if letter.isprintable())[:100].rstrip(". ")
        return f" ({plain})" if plain else ""


def _command(program: str, path: Path, form: Form, rate: int, longest_s: int) -> list[str]:
    asked = (
        f"-hide_banner -nostdin -loglevel error -max_alloc {_LARGEST_ALLOCATION} -threads 1 "
        f"-protocol_whitelist file -f {form.demuxer} -i"
    )
    given = (
        f"-map 0:a:0 -vn -sn -dn -map_metadata -1 -t {longest_s} -ar {rate} -threads 1 -filter_threads 1 "
        "-c:a pcm_s16be -f au -protocol_whitelist pipe pipe:1"
    )
    return [program, *asked.split(), f"file:{path.absolute()}", *given.split()]


def _limit(pid: int) -> None:
    """Linux can bound a process that runs; elsewhere patience and the reader's own bounds must do."""
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 exists on Linux only

        for what, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, _PROCESSOR_S),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
        ):
            try:
                resource.prlimit(pid, what, (most, most))
            except (ProcessLookupError, PermissionError, ValueError):
                return  # it has ended already, or the machine sets tighter limits
