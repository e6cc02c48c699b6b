"""The process that writes down: apart from the worker, since models are large, engines crash, and long recordings take long."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias

from callwitness.audio.heard import Heard
from callwitness.audio.words.engine import Engine, EngineFailed, EngineRefused
from callwitness.audio.words.transcript import Transcript
from callwitness.domain.errors import CallwitnessError, UsageError
from callwitness.services.apart import Apart, Lost, serve
from callwitness.services.transcripts.engines.registry import EngineOptions, make_engine
from callwitness.services.transcripts.reading import read_words

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
class Scribe(Apart[Sheet, Transcript | Failed]):
    """Writes one sheet at a time. make: gives engines; a function of a module, as it goes to the process."""

    died: ClassVar[str] = "the engine's process died"
    hung: ClassVar[str] = "the engine took too long"

    make: Maker = make_engine

    def begin(self, sheet: Sheet) -> None:
        """Hand over a sheet."""
        self.hand_over(sheet, _LEAST_S + sheet.heard.duration_s / _SLOWEST)

    def look(self, wait_s: float = 0.0) -> Transcript | Failed | None:
        """What came of the sheet; None while it is being written, or when there is none."""
        found = Apart.look(self, wait_s)
        return Failed(found.why, again=True) if isinstance(found, Lost) else found

    def _target(self) -> tuple[Callable[..., None], tuple[Any, ...]]:
        return _write, (self.make,)


def _write(pipe: Connection, make: Maker) -> None:
    """The process. An engine is kept from one sheet to the next."""
    ready: tuple[str, EngineOptions, Engine] | None = None

    def written(sheet: Sheet) -> Transcript | Failed:
        nonlocal ready
        try:
            if ready is None or ready[:2] != (sheet.engine, sheet.options):
                ready = None  # two models at once may be more than there is memory for
                ready = sheet.engine, sheet.options, make(sheet.engine, sheet.options)
            return read_words(sheet.path, sheet.heard, ready[2], sheet.language)
        except (UsageError, EngineRefused) as problem:
            return Failed(str(problem), unusable=True)
        except CallwitnessError as problem:
            return Failed(str(problem), again=isinstance(problem, EngineFailed) and problem.again)
        except Exception:  # noqa: BLE001 a plug-in's error is told, and the next sheet is taken
            return Failed("the engine failed; the log of the server says how", broke=traceback.format_exc())

    serve(pipe, written)
