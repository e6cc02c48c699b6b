"""The worker's jobs, in the order in which they run: what arrived, what follows from it, who is told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import Final

from django.db.utils import OperationalError

from callwitness.ledger import models as m
from callwitness.services import mails
from callwitness.services.arrivals import watched
from callwitness.services.arrivals.drain import drain
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.derive import derive_workspace
from callwitness.services.exports import schedules
from callwitness.services.hearing.job import HearingJob
from callwitness.services.lost import decisions as lost
from callwitness.services.lost import missed_mails
from callwitness.services.publish import publish_dirty
from callwitness.services.reading import Progress
from callwitness.services.recordings import keep as recordings
from callwitness.services.recordings.links import link_recordings
from callwitness.services.running import housekeeping
from callwitness.services.running.worker import Job, Stopped
from callwitness.services.transcripts.job import TranscriptJob

REST: Final = 4.0
"""After s CPU seconds of derivation the same calls rest 4 s: it never takes more than a fifth of a processor."""
_READ_S: Final = 2.0
"""Evidence is read in stretches of so many seconds, then webhooks have their turn."""


def job_table(stop: threading.Event) -> Sequence[Job]:
    """Everything the worker does. stop: ends long work between two steps."""
    progress = _until(stop)
    return [
        Job("inbox", drain, 0.5),
        Job("folders", watched.sweep, 5),
        Job("read", partial(read_pending, progress=progress, within_s=_READ_S), 0.3),
        Job("derive", Derivation(progress), 0.3),
        Job("publish", partial(publish_dirty, progress=progress), 0.3, rest=REST),
        Job("recordings", recordings.fetch_due, 1),
        Job("links", _links, 60),
        Job("hearing", HearingJob(), 1),
        Job("words", TranscriptJob(), 1),
        Job("expire", lost.expire, 60),
        Job("missed", missed_mails.queue_due, 5),
        Job("exports", schedules.run_due, 5),
        Job("mails", _mails, 1),
        Job("tidy", housekeeping.tidy, 6 * 3600),
    ]


class Derivation:
    """Derives workspaces with dirty days, each at its own pace: one's big import does not hold up the others."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._not_before: dict[int, float] = {}

    def __call__(self, now: int) -> int:
        """How many windows. An error in one workspace is raised after the others had their turn."""
        done, failed = 0, list[Exception]()
        waiting = m.Workspace.objects.filter(id__in=m.DirtyDay.objects.values("workspace"))
        for workspace in waiting.order_by("id"):
            if time.monotonic() < self._not_before.get(workspace.id, 0.0):
                continue
            begun = time.process_time()
            try:
                done += derive_workspace(workspace, now, self._progress)
                link_recordings(workspace, now)
            except OperationalError:
                raise
            except Exception as problem:  # noqa: BLE001 raised below
                problem.add_note(f"in workspace {workspace.slug}")
                failed.append(problem)
            finally:
                spent = time.process_time() - begun
                self._not_before[workspace.id] = time.monotonic() + REST * spent
        if failed:
            raise failed[0]
        return done


def _until(stop: threading.Event) -> Progress:
    def progress(_stage: str, _done: int) -> None:
        if stop.is_set():
            raise Stopped

    return progress


def _mails(now: int) -> int:
    done = mails.send_due(now)
    return done.sent + done.again + done.failed


def _links(now: int) -> int:
    """Recordings whose call was not there yet; derivation ties the others."""
    waiting = m.Workspace.objects.filter(sources__recordings__call=None, sources__recordings__isnull=False)
    return sum(link_recordings(workspace, now) for workspace in waiting.distinct())
