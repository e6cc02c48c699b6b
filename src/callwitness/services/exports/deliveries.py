"""One due time of a scheduled export: makes the file with the present rights of its owner, keeps it, hands it over."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from callwitness.domain.errors import CallwitnessError
from callwitness.domain.view import parse_view
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.queries import Reading, shown
from callwitness.services import audit, mails
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.exports import rows as exports

LARGEST: Final = 2 << 30
LARGEST_MAIL: Final = 15 << 20
"""Mail servers refuse more; a bigger file is left in the cabinet and the mail says so."""


class NotAllowed(CallwitnessError):
    """The owner of the view may not have this export; trying again does not help."""


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that was made and kept."""

    name: str
    rows: int
    sha256: str
    size: int


def deliver(delivery: m.Delivery, now: int) -> None:
    """Make and hand over. Raises ``NotAllowed`` or ``UsageError`` for good, other errors for now."""
    view = delivery.schedule.view
    owner = view.owner
    with translation.override(owner.language or view.workspace.language or "en"):
        export = _export(delivery)
        made = _made(export, delivery)
        if delivery.schedule.target == "folder":
            _put_into_folder(made, view.workspace.slug)
        with transaction.atomic():
            if delivery.schedule.target == "mail":
                mails.queue(_letters(delivery, made), now)
            details = {"schedule": delivery.schedule_id, "format": export.format, "calls": made.rows}
            audit.note(export.reading.scope, owner, "export", view.name, details)
            delivery.state, delivery.sent_at, delivery.problem, delivery.next_try_at = "sent", now, "", None
            delivery.name, delivery.rows, delivery.sha256 = made.name, made.rows, made.sha256
            delivery.save()


def _export(delivery: m.Delivery) -> exports.Export:
    """The export with the rights that the owner of the view has now."""
    schedule = delivery.schedule
    view = schedule.view
    try:
        scope = access.scope_of(view.owner, view.workspace.slug)
        for right in ("see_calls", "export", "schedule"):
            scope.need(right)
    except access.Absent:
        raise NotAllowed(
            _(
                "{person} may not export calls of {workspace} any more, so nothing was sent. Delete the schedule or let somebody else save the view."
            ).format(person=view.owner, workspace=view.workspace.name)
        ) from None
    if schedule.target == "folder" and scope.party is not None:
        raise NotAllowed(_("The folder of the server is not open to the other side of a project."))
    asked = parse_view(parse_qsl(view.query, keep_blank_values=True))
    reading = Reading(scope, schedule.zone, delivery.due_at)
    return exports.Export(shown(asked, scope), reading, schedule.format, view.name)


def _made(export: exports.Export, delivery: m.Delivery) -> _Made:
    stem, dot, ending = export.name().rpartition(".")
    with tempfile.TemporaryFile() as file:
        rows = exports.write(export, file)
        file.seek(0)
        kept = evidence_store().put(file, LARGEST)
    return _Made(f"{stem}-{delivery.pk}{dot}{ending}", rows, kept.sha256, kept.size)


def _put_into_folder(made: _Made, slug: str) -> None:
    """The file appears whole; the same delivery made again writes the same name."""
    folder: Path = settings.SERVER.exports / slug
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as target, evidence_store().open(made.sha256) as source:
            while chunk := source.read(1 << 20):
                target.write(chunk)
            target.flush()
            os.fsync(handle)
        Path(part).chmod(0o640)
        Path(part).replace(folder / made.name)
    finally:
        Path(part).unlink(missing_ok=True)


def _letters(delivery: m.Delivery, made: _Made) -> list[mails.Letter]:
    view = delivery.schedule.view
    fits = made.size <= LARGEST_MAIL
    lines = [
        _("{name}: {calls} calls.").format(name=view.name, calls=made.rows),
        ""
        if fits
        else _("The file is too large to be mailed; it lies here: {url}").format(
            url=f"{settings.SERVER.url}/w/{view.workspace.slug}/exports/"
        ),
        _("{person} has this sent regularly; ask there to be taken off the list.").format(person=view.owner),
    ]
    return [
        mails.Letter(
            key=f"export-{delivery.pk}-{address}",
            to=address,
            subject=f"{view.name} · {view.workspace.name}",
            text="\n\n".join(line for line in lines if line) + "\n",
            attachment=made.sha256 if fits else "",
            attachment_name=made.name if fits else "",
        )
        for address in delivery.schedule.recipients
    ]
