"""The worker's jobs, in the order in which they run."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from functools import partial

from callwitness.services import housekeeping, lost, mails, missed_mails
from callwitness.services.worker import Job


def job_table() -> Sequence[Job]:
    """Everything the worker does. Derivation takes a fifth of a processor at most, however much arrives."""
    return [
        *_soft("inbox", "drain", "drain", 0.2),
        *_soft("folders", "folders", "sweep", 5),
        *_soft("read", "arrivals", "read_pending", 0.5),
        *_soft("derive", "derive", "derive_dirty", 0.5, rest=4),
        *_soft("recordings", "recordings", "fetch_due", 1),
        Job("expire", lost.expire, 60),
        Job("missed", missed_mails.queue_due, 5),
        *_soft("exports", "schedules", "run_due", 5),
        Job("mails", _mails, 1),
        Job("tidy", housekeeping.tidy, 6 * 3600),
    ]


def _mails(now: int) -> int:
    done = mails.send_due(now)
    return done.sent + done.again + done.failed


def _soft(name: str, module: str, function: str, every_s: float, rest: float = 0) -> list[Job]:
    try:
        run = getattr(importlib.import_module(f"callwitness.services.{module}"), function)
    except (ModuleNotFoundError, AttributeError):
        return []
    return [Job(name, partial(run), every_s, rest)]
