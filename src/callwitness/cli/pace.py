"""Progress of listening on standard error: how much is through, how many times faster than the sound itself, how long still."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from callwitness.services.listening.run import Progress

_QUIET_S: Final = 1.0
_EVERY_S: Final = 10.0
"""Between lines where nobody watches: a log needs fewer than an eye."""


class Pace:
    """Takes the progress of a run; shows nothing of a run that is over at once."""

    def __init__(self, recordings: int) -> None:
        self._recordings = recordings
        self._stage = ""
        self._since = self._told = self._last = time.monotonic()
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_line()

    def __call__(self, progress: Progress) -> None:
        """Take notice, and say it when it is time."""
        now = time.monotonic()
        if progress.stage != self._stage:
            self._end_line()
            self._stage, self._since = progress.stage, self._last
        self._last = now
        watched = sys.stderr.isatty()
        if now - self._told < (_QUIET_S if watched else _EVERY_S):
            return
        self._told = now
        sys.stderr.write(
            pace_line(progress, self._recordings, now - self._since) + ("\r" if watched else "\n")
        )
        sys.stderr.flush()
        self._open = watched

    def _end_line(self) -> None:
        if self._open:
            sys.stderr.write("\n")
            self._open = False


def pace_line(progress: Progress, recordings: int, spent_s: float) -> str:
    """``listen 120 of 320, 38 %, 640 x real time, 0:12 left``; padded so that a longer line before it is covered."""
    pace = progress.heard_s / spent_s if spent_s > 0 else 0.0
    left = spent_s * (1 - progress.done) / progress.done if progress.done > 0 else 0.0
    minutes, seconds = divmod(round(left), 60)
    told = (
        f"{progress.stage:>8} {progress.recordings:,} of {recordings:,}, {progress.done:.0%}, "
        f"{pace:,.0f} x real time, {minutes}:{seconds:02} left"
    )
    return f"{told:<72}"
