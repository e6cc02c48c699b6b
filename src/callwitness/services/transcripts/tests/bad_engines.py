"""Engines that misbehave, for a process of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence

from callwitness.audio.words.engine import Engine, Said, Samples
from callwitness.services.transcripts.engines.registry import EngineOptions


class Broken:
    """Has a bug."""

    name = "broken"

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        raise ZeroDivisionError


class Deadly:
    """Takes its process down, as native code may."""

    name = "deadly"

    def transcribe(self, samples: Samples, language: str) -> Sequence[Said]:
        os.abort()


def broken(_name: str, _options: EngineOptions) -> Engine:
    return Broken()


def deadly(_name: str, _options: EngineOptions) -> Engine:
    return Deadly()
