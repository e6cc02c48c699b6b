"""What many recordings say together, and which of them a person should look at first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callwitness.audio.heard import STATUSES, Heard, Status

_PLACE: Final[dict[Status, int]] = {"unsure": 0, "unreadable": 1}


@dataclass(frozen=True, slots=True)
class Figures:
    """counts: recordings by status. silent: of the unreadable those that were read and hold digital silence alone. waits: seconds from the start of a recording to the first live word: median and the
    value that nine in ten do not exceed; None where nobody answered for certain.
    """

    total: int
    counts: dict[Status, int]
    median_s: float | None
    p90_s: float | None
    silent: int = 0

    def share(self, status: Status) -> float | None:
        """Share of all recordings; None when there are none."""
        return self.counts[status] / self.total if self.total else None


def figures(recordings: Sequence[Heard]) -> Figures:
    """Counts and waits. Doubtful moments are no waits: they would make the figures look surer than they are."""
    counted = Counter(each.status for each in recordings)
    waits = sorted(
        each.human_voice_s
        for each in recordings
        if each.status == "answered" and each.human_voice_s is not None
    )
    return Figures(
        total=len(recordings),
        counts={status: counted[status] for status in STATUSES},
        median_s=_not_exceeded(waits, 0.5),
        p90_s=_not_exceeded(waits, 0.9),
        silent=sum(each.status == "unreadable" and each.silence == "all" for each in recordings),
    )


def doubtful_first(recordings: Sequence[Heard]) -> list[Heard]:
    """Unsure, then unreadable, then those with a fault, then the others, the least certain first; each name once."""
    once = {each.file: each for each in recordings}.values()
    return sorted(once, key=lambda each: (_place(each), each.confidence, each.file))


def _place(heard: Heard) -> int:
    # a silent caller is an ordinary thing where nobody answers
    faulty = heard.silence in {"far", "all"} or (heard.problem is not None and heard.silence is None)
    return _PLACE.get(heard.status, 2 if faulty else 3)


def _not_exceeded(ordered: Sequence[float], share: float) -> float | None:
    """The smallest value that ``share`` of all do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None
