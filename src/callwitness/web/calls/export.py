"""The view as a file: exactly what is seen. Every export is noted."""

from __future__ import annotations

import tempfile
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.exports import rows as exports
from callwitness.web.calls.asked import asked
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of


@screen("export")
def export(request: HttpRequest, scope: Scope) -> HttpResponseBase:
    """``format``: csv, xlsx or pdf. CSV comes while it is read; the others when they are whole."""
    scope.need("see_calls")
    told = asked(request, scope)
    title = told.saved.name if told.saved else _("Calls")
    wanted = exports.Export(told.view, told.reading, request.GET.get("format", ""), title)
    exports.check(wanted)
    details: dict[str, Any] = {"format": wanted.format, "query": told.address()[1:2000]}
    audit.note(scope, request.user, "export", title, details, address_of(request))
    if wanted.format == "csv":
        answer: HttpResponseBase = StreamingHttpResponse(
            exports.csv_parts(wanted), content_type=exports.MEDIA_TYPES["csv"]
        )
        answer["Content-Disposition"] = str(content_disposition_header(True, wanted.name()))
        return answer
    file = tempfile.TemporaryFile()  # noqa: SIM115 the answer closes it
    exports.write(wanted, file)
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=wanted.name(), content_type=exports.MEDIA_TYPES[wanted.format]
    )
