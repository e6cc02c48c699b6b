"""Looks the whole installation through: each look says in a sentence what stands, and what to do where it does not."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.utils import Error as DatabaseError

from callwitness.ledger import models as m
from callwitness.ledger.inbox import InboxUnavailable
from callwitness.services import mails
from callwitness.services.arrivals.inbox import open_inbox
from callwitness.services.running import heartbeat
from callwitness.services.running.condition import LEAST_FREE
from callwitness.services.running.doctor_stores import bytes_kept, day_files, orphans
from callwitness.services.running.migrated import missing, newer

OK, WARNING, PROBLEM = "ok", "warning", "problem"
SAMPLE: Final = 200
"""Pieces of evidence whose bytes are hashed when not all are."""
_LITTLE_FREE: Final = 2 << 30
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Line:
    """level: ok | warning | problem. todo: what to do, '' when nothing is."""

    level: str
    text: str
    todo: str = ""


def examine(*, every: bool = False, running: bool = True) -> Iterator[Line]:
    """All looks, in order. every: hash all evidence, not a sample; running: the worker should be at work.

    A look that fails is a problem of its own and does not stop the others; without a database only a few make sense.
    """
    looks: list[tuple[str, Callable[[], Iterable[Line]]]] = [
        ("settings", _settings), ("folder", _folder), ("disk", _disk), ("database", lambda: _database(every=every)),
    ]  # fmt: skip
    inside: list[tuple[str, Callable[[], Iterable[Line]]]] = [
        ("inbox", _inbox),
        ("evidence", lambda: _evidence(every=every)),
        ("mails", _mails),
        ("exports", _exports),
        ("accounts", _accounts),
    ]
    if running:
        looks.append(("worker", _worker))
    sound = True
    for name, look in looks:
        for line in _safely(name, look):
            sound = sound and not (name == "database" and line.level == PROBLEM)
            yield line
    for name, look in inside if sound else ():
        yield from _safely(name, look)


def _safely(name: str, look: Callable[[], Iterable[Line]]) -> list[Line]:
    try:
        return list(look())
    except Exception as problem:  # noqa: BLE001 one look's failure is a finding
        return [
            Line(PROBLEM, f"The look at {name} failed: {type(problem).__name__}: {problem}", "Report this.")
        ]


def _settings() -> Iterator[Line]:
    server = settings.SERVER
    outside = server.host not in _LOCAL or urlsplit(server.url).hostname not in _LOCAL
    if outside and not server.url.startswith("https://"):
        yield Line(
            WARNING,
            f"People reach the server at {server.url}: passwords travel unencrypted.",
            "Put a reverse proxy with a certificate before it and set CALLWITNESS_URL=https://...",
        )
    elif server.url.startswith("https://") and not server.proxies:
        yield Line(
            WARNING,
            "The address is https, but no reverse proxy is named.",
            "Set CALLWITNESS_PROXIES=1 so that addresses of readers are known.",
        )
    else:
        yield Line(OK, f"Settings: {server.url}")


def _folder() -> Iterator[Line]:
    data = settings.SERVER.data
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        yield Line(
            PROBLEM, f"{data} cannot be written.", "Give the folder to the user that runs Callwitness."
        )
        return
    secret = data / "secret"
    if sys.platform != "win32" and secret.exists() and secret.stat().st_mode & 0o077:
        yield Line(WARNING, f"{secret} can be read by other users.", f"chmod 600 {secret}")
    if sys.platform != "win32" and data.stat().st_mode & 0o007:
        yield Line(WARNING, f"{data} can be read by every user of this machine.", f"chmod 700 {data}")
    yield Line(OK, f"Data folder: {data}")


def _disk() -> Iterator[Line]:
    free = shutil.disk_usage(settings.SERVER.data).free
    said = f"{free / (1 << 30):.1f} GB are free on the disk of the data folder."
    if free < LEAST_FREE:
        yield Line(PROBLEM, said, "Free some space: nothing that arrives can be kept.")
    else:
        yield Line(WARNING if free < _LITTLE_FREE else OK, said, "Free some space." * (free < _LITTLE_FREE))


def _database(*, every: bool) -> Iterator[Line]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA integrity_check" if every else "PRAGMA quick_check")
                said = str(cursor.fetchone()[0])
                if said != "ok":
                    yield Line(
                        PROBLEM,
                        f"The ledger's file is damaged: {said}",
                        "Restore the last backup into a new folder.",
                    )
                    return
    except DatabaseError as problem:
        yield Line(
            PROBLEM,
            f"The database does not answer: {str(problem).strip()}",
            "Start it, or correct CALLWITNESS_DATABASE.",
        )
        return
    if unknown := newer():
        yield Line(
            PROBLEM, f"A newer version has used the database ({unknown[0]}).", "Install that version again."
        )
    elif waiting := missing():
        yield Line(
            PROBLEM,
            f"Changes of the tables that are not applied: {len(waiting)}.",
            "Start callwitness up or web once.",
        )
    else:
        yield Line(OK, f"Database: {connection.vendor}, sound, tables up to date")


def _worker() -> Iterator[Line]:
    beat = heartbeat.read(settings.SERVER.data)
    if beat is None or time.time() - beat.at / 1000 > heartbeat.LATE_S:
        yield Line(PROBLEM, "No worker is running.", "Start callwitness up, or callwitness worker.")
        return
    failing = {name: state for name, state in beat.jobs.items() if state.failures}
    for name, state in failing.items():
        yield Line(
            PROBLEM,
            f"The worker's job {name} fails; failures in a row: {state.failures} ({state.problem}).",
            "Its log has the whole story.",
        )
    if not failing:
        yield Line(OK, f"Worker: at work, process {beat.pid}")


def _inbox() -> Iterator[Line]:
    inbox = open_inbox()
    try:
        backlog = inbox.backlog()
    except InboxUnavailable as problem:
        yield Line(
            PROBLEM, str(problem), "Look at the disk and the permissions; senders are told to try again."
        )
        return
    finally:
        inbox.close()
    late = backlog.oldest_at is not None and time.time() - backlog.oldest_at / 1000 > 300
    yield Line(
        WARNING if late else OK,
        f"Inbox: webhooks that wait for the worker: {backlog.count}",
        "See what the worker says." if late else "",
    )


def _evidence(*, every: bool) -> Iterator[Line]:
    checked, wrong = bytes_kept(None if every else SAMPLE)
    if wrong:
        yield Line(
            PROBLEM,
            f"Evidence that is missing or changed: {len(wrong)} of {checked} looked at, e.g. {wrong[0]}.",
            "Copy them from a backup into the evidence store.",
        )
    else:
        yield Line(
            OK, f"Evidence as it arrived: {checked} of {checked} looked at{'' if every else ', a sample'}"
        )
    if days := day_files():
        yield Line(
            PROBLEM,
            f"Days whose records are not whole: {len(days)}, e.g. {days[0]}.",
            "Replay the evidence of these sources on their pages.",
        )
    if lonely := orphans():
        yield Line(
            WARNING,
            f"Files of the evidence store that belong to nothing: {lonely}.",
            "Harmless; they only take space.",
        )
    failed = m.Evidence.objects.filter(state=m.Evidence.FAILED).count()
    if failed:
        yield Line(WARNING, f"Evidence that cannot be read: {failed}.", "The pages of their sources say why.")


def _mails() -> Iterator[Line]:
    waiting = m.Mail.objects.filter(state="waiting").count()
    failed = m.Mail.objects.filter(state="failed").count()
    if waiting and not mails.configured():
        yield Line(
            WARNING, f"Mails that wait, while no mail server is set: {waiting}.", "Set CALLWITNESS_SMTP."
        )
    if failed:
        yield Line(
            WARNING,
            f"Mails that were given up: {failed}.",
            "Their problem stands in the keeper's pages (/keeper/).",
        )
    if not failed and (mails.configured() or not waiting):
        yield Line(OK, f"Mails that wait: {waiting}")


def _exports() -> Iterator[Line]:
    failing = [
        schedule
        for schedule in m.Schedule.objects.filter(enabled=True)
        if (last := schedule.deliveries.exclude(state="due").order_by("-due_at").first()) is not None
        and last.state == "failed"
    ]
    if failing:
        yield Line(
            WARNING,
            f"Scheduled exports whose last delivery failed: {len(failing)}.",
            "Their history says why.",
        )
    else:
        yield Line(OK, "Scheduled exports: none fails")


def _accounts() -> Iterator[Line]:
    if not get_user_model().objects.exists():
        yield Line(
            WARNING,
            "Nobody has an account yet.",
            "callwitness up prints the link that makes the first administrator.",
        )
