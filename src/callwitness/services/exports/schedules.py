"""Scheduled exports: each due time is one ``Delivery``, made once, tried again when it fails, and then said to fail."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q
from django.utils import translation
from django.utils.translation import gettext as _

from callwitness.domain.errors import CallwitnessError, UsageError
from callwitness.ledger import models as m
from callwitness.services import mails
from callwitness.services.exports.deliveries import NotAllowed, deliver
from callwitness.services.exports.schedule_times import due_times

RETRIES: Final = 3
RETRY_MS: Final = 15 * 60_000
_MOST_NOTED: Final = 60
_AT_ONCE: Final = 3
_LONGEST_PROBLEM: Final = 1000
_log: Final = logging.getLogger("callwitness.exports")


def run_due(now: int) -> int:
    """Note what is due and deliver a few; how many were tried. now: ms UTC."""
    due(now)
    waiting = m.Delivery.objects.filter(Q(next_try_at=None) | Q(next_try_at__lte=now), state="due")
    chosen = waiting.select_related("schedule__view__owner", "schedule__view__workspace").order_by(
        "due_at", "id"
    )
    tried = 0
    for delivery in chosen[:_AT_ONCE]:
        _try(delivery, now)
        tried += 1
    return tried


def due(now: int) -> int:
    """Make a ``Delivery`` of each due time that came, once; how many. Of times missed together the last is made up."""
    made = 0
    known = m.Schedule.objects.filter(enabled=True).annotate(last=Max("deliveries__due_at"))
    for schedule in known.order_by("id"):
        times = list(due_times(schedule, max(schedule.since, schedule.last or 0), now))
        if not times:
            continue
        missed = _("The server was not running at this time; a later due time was made up instead.")
        noted = [
            m.Delivery(schedule=schedule, due_at=at, state="failed", problem=missed)
            for at in times[-1 - _MOST_NOTED : -1]
        ]
        rows = [*noted, m.Delivery(schedule=schedule, due_at=times[-1])]
        m.Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        made += len(rows)
    return made


def send_now(schedule: m.Schedule, now: int) -> m.Delivery:
    """A delivery out of turn."""
    delivery, _created = m.Delivery.objects.get_or_create(schedule=schedule, due_at=now)
    return delivery


def _try(delivery: m.Delivery, now: int) -> None:
    try:
        deliver(delivery, now)
    except (NotAllowed, UsageError) as problem:
        _fail(delivery, str(problem), now)
    except Exception as problem:  # noqa: BLE001 one bad view or full disk must not hold up the others
        _log.warning("an export failed", extra={"delivery": delivery.pk}, exc_info=problem)
        said = isinstance(problem, CallwitnessError | OSError)
        _again(
            delivery,
            str(problem) if said else _("The server failed to make the file; its log says why."),
            now,
        )


def _again(delivery: m.Delivery, problem: str, now: int) -> None:
    tries = delivery.tries + 1
    if tries > RETRIES:
        _fail(delivery, problem, now)
        return
    m.Delivery.objects.filter(pk=delivery.pk).update(
        tries=tries, next_try_at=now + RETRY_MS, problem=problem[:_LONGEST_PROBLEM]
    )


def _fail(delivery: m.Delivery, problem: str, now: int) -> None:
    """Given up; the owner is told by mail."""
    view = delivery.schedule.view
    url = f"{settings.SERVER.url}/w/{view.workspace.slug}/exports/"
    with transaction.atomic(), translation.override(view.owner.language or view.workspace.language or "en"):
        m.Delivery.objects.filter(pk=delivery.pk).update(
            state="failed", tries=delivery.tries + 1, next_try_at=None, problem=problem[:_LONGEST_PROBLEM]
        )
        text = _("The scheduled export {name} could not be sent.").format(name=view.name)
        letter = mails.Letter(
            key=f"export-failed-{delivery.pk}",
            to=view.owner.email,
            subject=text,
            text=f"{text}\n\n{problem}\n\n{url}\n",
        )
        mails.queue([letter], now)
