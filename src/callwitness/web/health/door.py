"""What the front door beside Django counts; web.asgi hangs it here, where the metrics find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class HookFigures(Protocol):
    """As ``web.hooks.counters`` counts. refused: by reason."""

    received: int
    repeated: int
    refused: Mapping[str, int]
    commits: int
    failed_commits: int
    waiting: int


hooks: HookFigures | None = None
