"""Uploading files: first they are only kept aside, so that what they are can be looked at."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.services.arrivals import drafts
from callwitness.web.ui.door import screen


@screen("upload", methods=("GET", "POST"))
def upload(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Choose files; they are shown next as they would be read."""
    wanted = request.POST.get("source") or request.GET.get("source") or ""
    source = access.source(scope, int(wanted)) if wanted.isdecimal() and len(wanted) < 19 else None
    if request.method == "GET":
        return render(request, "sources/upload.html", {"source": source})
    files = request.FILES.getlist("files")
    if not files:
        raise UsageError(_("No file was chosen; nothing was kept."))
    if len(files) > drafts.MOST_FILES:
        most = drafts.MOST_FILES
        raise UsageError(_("At most {n} files go together; nothing was kept.").format(n=most))
    draft = drafts.make(
        scope.workspace.pk,
        scope.user.pk,
        [(file.name or "", file.file) for file in files],  # type: ignore[misc]  # an open binary file
        int(time.time() * 1000),
        source.pk if source else None,
    )
    return redirect("sources:review", scope.workspace.slug, draft.token)
