"""How the server does: what the health page, the metrics and ``doctor`` look at."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.utils import Error as DatabaseError
from django.utils.translation import gettext_noop as _

from callwitness.ledger.inbox import InboxUnavailable
from callwitness.services.arrivals.inbox import open_inbox
from callwitness.services.running import heartbeat
from callwitness.services.running.migrated import missing

LEAST_FREE: Final = 200 << 20
"""Bytes of disk below which the server counts as unwell: SQLite and the evidence need room to write."""
OLD_LETTER_S: Final = 300.0
"""A body that waits this long for the worker is a sign that it does not work."""


@dataclass(frozen=True, slots=True)
class Sign:
    """One look at the server. value: a figure for machines, None when there is none. problem: a sentence, to be
    translated where it is shown; '' = well.
    """

    name: str
    value: float | None = None
    problem: str = ""


def signs() -> list[Sign]:
    """All looks, each bounded in time and never an error."""
    looks: tuple[Callable[[], Sign], ...] = (_database, _migrations, _worker, _inbox, _disk)
    return [look() for look in looks]


def _database() -> Sign:
    begun = time.perf_counter()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        connection.close()
        return Sign("database_s", None, _("The database does not answer."))
    return Sign("database_s", round(time.perf_counter() - begun, 4))


def _migrations() -> Sign:
    try:
        waiting = len(missing())
    except DatabaseError:
        return Sign("migrations_missing", None, _("The database does not say which tables it has."))
    return Sign("migrations_missing", waiting, _("The tables are of an older version.") if waiting else "")


def _worker() -> Sign:
    beat = heartbeat.read(settings.SERVER.data)
    if beat is None:
        return Sign("worker_age_s", None, _("No worker has run on this data folder."))
    age = max(0.0, time.time() - beat.at / 1000)
    late = age > heartbeat.LATE_S
    return Sign(
        "worker_age_s", round(age, 1), _("The worker has not been heard for a while.") if late else ""
    )


def _inbox() -> Sign:
    inbox = open_inbox()
    try:
        backlog = inbox.backlog()
    except InboxUnavailable:
        return Sign("inbox_backlog", None, _("The inbox of webhooks cannot be read."))
    finally:
        inbox.close()
    waits = 0.0 if backlog.oldest_at is None else time.time() - backlog.oldest_at / 1000
    return Sign(
        "inbox_backlog",
        backlog.count,
        _("Webhooks wait for the worker for more than 5 minutes.") if waits > OLD_LETTER_S else "",
    )


def _disk() -> Sign:
    free = shutil.disk_usage(settings.SERVER.data).free
    return Sign("disk_free_bytes", free, _("The disk is nearly full.") if free < LEAST_FREE else "")
