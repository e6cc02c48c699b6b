"""A file that was sent, from the cabinet."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponseBase

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.ledger.store import StoreError
from callwitness.services import audit
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.exports.rows import MEDIA_TYPES
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of


@screen("schedule")
def file(request: HttpRequest, scope: Scope, pk: int) -> HttpResponseBase:
    """Download, noted as an export."""
    scope.need("export")
    rows = m.Delivery.objects.filter(schedule__in=access.schedules(scope)).select_related("schedule")
    delivery = access.one(rows, pk=pk, state="sent")
    try:
        kept = evidence_store().open(delivery.sha256)
    except StoreError:
        raise Absent from None
    details = {"delivery": delivery.pk}
    audit.note(scope, request.user, "export", delivery.name, details, address_of(request))
    media_type = MEDIA_TYPES.get(delivery.schedule.format, "application/octet-stream")
    return FileResponse(kept, as_attachment=True, filename=delivery.name, content_type=media_type)
