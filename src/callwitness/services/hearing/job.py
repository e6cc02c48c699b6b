"""The worker's part: hands the process that listens what waits, and writes down what it heard. Never waits for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from callwitness.ledger import models as m
from callwitness.ledger.store import Missing
from callwitness.services.apart import Lost
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.hearing import keep, pieces
from callwitness.services.hearing.decisions import recorded, said_meanwhile
from callwitness.services.hearing.due import Batch, file_name, next_batch
from callwitness.services.hearing.ears import Ears, Outcome, Task, Wish

_FAILED: Final = "listening to it failed; the log of the server says how"
_GONE: Final = "its bytes are not in the store any more"
_DEAF_MS: Final = 600_000
"""How long a line is left alone whose library could not be told what people said; what they said stays."""
_log: Final = logging.getLogger("callwitness.hearing")


@dataclass(slots=True)
class _Work:
    """A batch that is being heard; its files stay within reach until it is done. begun: ms UTC."""

    batch: Batch
    wishes: Sequence[Wish]
    files: ExitStack
    begun: int


@dataclass(slots=True)
class HearingJob:
    """One call a look: begins what waits, or takes what is done. alone: recordings to be heard each by itself."""

    ears: Ears = field(default_factory=Ears)
    alone: list[Batch] = field(default_factory=list)
    _work: _Work | None = None
    _begun: bool = False
    _deaf_until: dict[tuple[m.Workspace, str], int] = field(default_factory=dict)

    def __call__(self, now: int) -> bool:
        """Whether something was written down. now: ms UTC."""
        if not self._begun:
            self._begun = True
            keep.try_again(_FAILED)
        if self._work is None:
            return self._begin(now)
        outcome = self.ears.look()
        if outcome is None:
            return False
        work, self._work = self._work, None
        work.files.close()
        if isinstance(outcome, Lost):
            self._lost(work, outcome, now)
        else:
            self._keep(work, outcome, now)
        self._begin(now)
        return True

    def _begin(self, now: int) -> bool:
        """Hand over the next batch, or what people said about a library; whether anything was written down by that."""
        batch = self.alone.pop() if self.alone else next_batch() or self._told_only(now)
        if batch is None:
            self.ears.rest()
            return False
        files = ExitStack()
        here, missing = _within_reach(batch, files)
        if missing:
            keep.keep_failed(replace(batch, recordings=missing), _GONE, now)
        wishes = pieces.wishes(batch.workspace, batch.line)
        work = _Work(replace(batch, recordings=list(here)), wishes, files, now)
        self._work = work
        task = Task(
            sorted((file_name(recording), path) for recording, path in here.items()),
            pieces.library_folder(batch.workspace),
            batch.line,
            datetime.fromtimestamp(now / 1000, UTC).date(),
            work.wishes,
            recorded(work.batch),
        )
        self.ears.begin(task, work.batch.seconds)
        return bool(missing)

    def _lost(self, work: _Work, lost: Lost, now: int) -> None:
        """One of them may have killed it: each is heard alone, and the one that does it again is given up."""
        batch = work.batch
        _log.warning("listening failed: %s", lost.why, extra={"recordings": len(batch.recordings)})
        if len(batch.recordings) > 1:
            self.alone += [replace(batch, recordings=[recording]) for recording in batch.recordings]
            return
        keep.keep_failed(batch, _FAILED, now)
        if not batch.recordings:
            self._deaf_until[batch.workspace, batch.line] = now + _DEAF_MS

    def _keep(self, work: _Work, outcome: Outcome, now: int) -> None:
        batch = work.batch
        if outcome.trouble:
            _log.warning("library of a line: %s", outcome.trouble)
        keep.keep_heard(batch, outcome.heard, outcome.places, now)
        if outcome.pieces is None:
            self._deaf_until[batch.workspace, batch.line] = now + _DEAF_MS
        else:
            pieces.keep_pieces(batch.workspace, batch.line, outcome.pieces, work.wishes)
            said_meanwhile(batch, work.begun)
        keep.hear_again(batch)

    def _told_only(self, now: int) -> Batch | None:
        """A line about whose library people said something, and of which no recording waits."""
        lines = (line for line in pieces.waiting_lines() if self._deaf_until.get(line, 0) <= now)
        return next((Batch(*line, []) for line in lines), None)


def _within_reach(batch: Batch, files: ExitStack) -> tuple[dict[m.Recording, Path], list[m.Recording]]:
    """Files of the recordings while ``files`` is open, and the recordings whose bytes the store does not have.

    A store that cannot be asked raises ``StoreError``: the job is tried again later.
    """
    here: dict[m.Recording, Path] = {}
    missing: list[m.Recording] = []
    for recording in batch.recordings:
        try:
            here[recording] = files.enter_context(evidence_store().path(recording.sha256))
        except Missing:
            missing.append(recording)
    return here, missing
