"""What an engine is: it hears a piece of speech and tells the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.words.transcript import Word
from callwitness.domain.errors import CallwitnessError

RATE: Final = 8000
"""Samples a second of what engines are given: the telephone's."""

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Said:
    """What an engine tells of a stretch, in seconds from the start of what it was given. None: it does not tell.

    no_speech: probability that nobody speaks; logprob: mean log probability of the words; compression: how many times
    smaller the text becomes when it is packed, large where an engine repeats itself.
    """

    start_s: float
    end_s: float
    text: str
    words: tuple[Word, ...] = ()
    no_speech: float | None = None
    logprob: float | None = None
    compression: float | None = None


class Engine(Protocol):
    """name: engine, model and version, as a transcript states them."""

    @property
    def name(self) -> str: ...

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        """samples: mono at ``RATE``, at most half a minute; language: en, ru, uk. Raises ``EngineFailed``."""
        ...


class EngineFailed(CallwitnessError):
    """An engine gave no words. again: the same request may work later."""

    def __init__(self, sentence: str, *, again: bool = False) -> None:
        self.again = again
        super().__init__(sentence)


class EngineRefused(EngineFailed):
    """The engine takes nothing from us as it is set up: no recording fares better than this one."""
