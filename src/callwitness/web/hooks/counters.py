"""What the front door counts since it started; the health page and the metrics read it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class HookCounters:
    """Plain numbers, written by the event loop and the writer, read by anybody.

    received: bodies kept. repeated: bodies that were kept before. refused: by reason (``refusals``). commits: of the
    inbox; failed_commits: of them those that kept nothing. waiting: bodies before their commit, now.
    """

    received: int = 0
    repeated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    commits: int = 0
    failed_commits: int = 0
    waiting: int = 0
