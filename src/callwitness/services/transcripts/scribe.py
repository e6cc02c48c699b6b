"""Reads one recording after another beside the worker, in a thread of low priority that knows no database.

What it reads has been heard before, in a process of its own, so bytes that bring a decoder down do not come here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from callwitness.audio.heard import Heard
from callwitness.audio.words.engine import Engine
from callwitness.audio.words.transcript import Transcript
from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine
from callwitness.services.transcripts.reading import read_words

_NICE: Final = 10

Maker: TypeAlias = Callable[[str, EngineOptions], Engine]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One recording to read, and by whom."""

    path: Path
    heard: Heard
    engine: str
    options: EngineOptions
    language: str


@dataclass(slots=True)
class Scribe:
    """begin, then look until there is a transcript, or the error that kept from it. An engine is kept between sheets."""

    make: Maker = make_engine
    _thread: threading.Thread | None = None
    _result: Transcript | Exception | None = None
    _engine: tuple[str, EngineOptions, Engine] | None = field(default=None, repr=False)

    def begin(self, sheet: Sheet) -> None:
        """Start to read. One sheet at a time."""
        self._result = None
        self._thread = threading.Thread(target=self._read, args=(sheet,), name="scribe", daemon=True)
        self._thread.start()

    def look(self) -> Transcript | Exception | None:
        """What came of it; None while it is being read."""
        if self._thread is None or self._thread.is_alive():
            return None
        self._thread = None
        return self._result

    def rest(self) -> None:
        """Nothing waits: a model in memory is let go."""
        self._engine = None

    def _read(self, sheet: Sheet) -> None:
        with suppress(AttributeError, OSError):  # systems without priorities of threads
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        try:
            self._result = read_words(sheet.path, sheet.heard, self._ready(sheet), sheet.language)
        except Exception as problem:  # noqa: BLE001 a plug-in's error is told, and the worker goes on
            self._result = problem

    def _ready(self, sheet: Sheet) -> Engine:
        if self._engine is None or self._engine[:2] != (sheet.engine, sheet.options):
            self._engine = None
            self._engine = sheet.engine, sheet.options, self.make(sheet.engine, sheet.options)
        return self._engine[2]
