"""The process that writes down: apart from the worker, since models are large, engines crash, and long recordings take long.

It knows no database. It is given one recording after another and answers with a transcript; it ends when whoever started
it does.
"""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, TypeAlias

from callwitness.audio.heard import Heard
from callwitness.audio.words.engine import Engine, EngineFailed, EngineRefused
from callwitness.audio.words.transcript import Transcript
from callwitness.domain.errors import CallwitnessError, UsageError
from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine
from callwitness.services.transcripts.reading import read_words

_NICE: Final = 10
_IDLE_S: Final = 60.0
"""A process that has nothing to write so long is ended: it holds a model in memory."""
_LEAST_S: Final = 1800.0
_SLOWEST: Final = 0.1
"""A recording may take half an hour, and ten times its own length; whatever takes longer hangs."""

Maker: TypeAlias = Callable[[str, EngineOptions], Engine]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One recording to write down, and by whom."""

    path: Path
    heard: Heard
    engine: str
    options: EngineOptions
    language: str


@dataclass(frozen=True, slots=True)
class Failed:
    """No transcript. again: the same may work later; unusable: the engine itself cannot be had, or takes nothing; broke: for the log."""

    sentence: str
    again: bool = False
    unusable: bool = False
    broke: str = ""


@dataclass(slots=True)
class Scribe:
    """At most one process, with at most one sheet. make: gives engines; a function of a module, as it goes to the process."""

    make: Maker = make_engine
    _process: BaseProcess | None = None
    _pipe: Connection | None = None
    _until: float | None = None
    _idle_since: float = field(default_factory=time.monotonic)

    def begin(self, sheet: Sheet) -> None:
        """Hand over a sheet."""
        if self._process is None or not self._process.is_alive():
            self._start()
        assert self._pipe is not None  # noqa: S101 started above
        self._until = time.monotonic() + _LEAST_S + sheet.heard.duration_s / _SLOWEST
        try:
            self._pipe.send(sheet)
        except OSError:
            self.end()
            self._until = 0.0  # look() tells that it was lost

    def look(self, wait_s: float = 0.0) -> Transcript | Failed | None:
        """What came of the sheet; None while it is being written, or when there is none."""
        if self._until is None:
            return None
        try:
            if self._pipe is not None and self._pipe.poll(wait_s):
                answer: Transcript | Failed = self._pipe.recv()
                self._until, self._idle_since = None, time.monotonic()
                return answer
        except (EOFError, OSError):
            self.end()
            return Failed("the engine's process died", again=True)
        if self._pipe is None or time.monotonic() > self._until:
            self.end()
            return Failed("the engine took too long", again=True)
        return None

    def rest(self) -> None:
        """Nothing is to be written; after a while the process is ended."""
        if self._process is not None and time.monotonic() - self._idle_since > _IDLE_S:
            self.end()

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = self._until = None

    def _start(self) -> None:
        self.end()
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_write, args=(theirs, self.make), name="scribe", daemon=True)
        self._process.start()
        theirs.close()


def _write(pipe: Connection, make: Maker) -> None:
    """The process: sheet after sheet until the other end is gone. An engine is kept from one to the next."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    ready: tuple[str, EngineOptions, Engine] | None = None
    while True:
        try:
            sheet: Sheet = pipe.recv()
        except (EOFError, OSError):
            return
        answer: Transcript | Failed
        try:
            if ready is None or ready[:2] != (sheet.engine, sheet.options):
                ready = None  # two models at once may be more than there is memory for
                ready = sheet.engine, sheet.options, make(sheet.engine, sheet.options)
            answer = read_words(sheet.path, sheet.heard, ready[2], sheet.language)
        except (UsageError, EngineRefused) as problem:
            answer = Failed(str(problem), unusable=True)
        except CallwitnessError as problem:
            answer = Failed(str(problem), again=isinstance(problem, EngineFailed) and problem.again)
        except Exception:  # noqa: BLE001 a plug-in's error is told, and the next sheet is taken
            answer = Failed("the engine failed; the log of the server says how", broke=traceback.format_exc())
        try:
            pipe.send(answer)
        except OSError:
            return
