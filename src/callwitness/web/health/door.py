"""What the front door beside Django counts; web.asgi hangs it here, where the metrics find it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class HookFigures(Protocol):
    """As ``web.hooks.counters`` counts. refused: by reason."""

    @property
    def received(self) -> int: ...
    @property
    def repeated(self) -> int: ...
    @property
    def refused(self) -> Mapping[str, int]: ...
    @property
    def commits(self) -> int: ...
    @property
    def failed_commits(self) -> int: ...
    @property
    def waiting(self) -> int: ...


hooks: HookFigures | None = None
