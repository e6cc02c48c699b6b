"""Recordings of a source: those that wait, those that no call is known of; uploading more."""

from __future__ import annotations

import time
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.ledger.store import StoreError
from callwitness.services import audit
from callwitness.services.arrivals.drafts import MOST_FILES
from callwitness.services.recordings.keep import keep_recording
from callwitness.services.recordings.links import link_recordings
from callwitness.web.ui.door import screen
from callwitness.web.ui.heard import problem_of
from callwitness.web.ui.visitor import address_of

_PAGE: Final = 50
_FAULTY: Final = Q(state=m.Recording.KEPT, hearing__isnull=False) & ~Q(
    hearing__problem="", hearing__silence=""
)
"""What was heard in them has a fault."""


@screen("upload", methods=("GET", "POST"))
def recordings(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The list of what is not in order, and the form."""
    source = access.source(scope, pk)
    if request.method == "POST":
        _upload(request, scope, source)
        return redirect("sources:recordings", scope.workspace.slug, source.pk)
    mine = m.Recording.objects.filter(source=source)
    orphan = Q(state=m.Recording.KEPT, call=None)
    counts = mine.aggregate(
        all=Count("pk"),
        orphans=Count("pk", filter=orphan),
        awaited=Count("pk", filter=Q(state=m.Recording.AWAITED)),
        failed=Count("pk", filter=Q(state=m.Recording.FAILED)),
        faulty=Count("pk", filter=_FAULTY),
        unheard=Count("pk", filter=Q(state=m.Recording.KEPT, to_hear=True)),
    )
    wrong = mine.filter(orphan | ~Q(state=m.Recording.KEPT) | _FAULTY).order_by("-arrived_at", "-pk")
    page = Paginator(wrong.select_related("hearing"), _PAGE).get_page(request.GET.get("page"))
    rows = [(each, _why(each)) for each in page]
    context = {"source": source, "counts": counts, "page": page, "rows": rows}
    return render(request, "sources/recordings.html", context)


def _why(recording: m.Recording) -> str:
    """What is wrong with it: it could not be had, or not be heard."""
    hearing: m.Hearing | None = getattr(recording, "hearing", None)
    return recording.problem or (problem_of(hearing) if hearing else "")


def _upload(request: HttpRequest, scope: Scope, source: m.Source) -> None:
    files = request.FILES.getlist("files")
    if not files or len(files) > MOST_FILES:
        raise UsageError(
            _("Choose one file at least and {n} at most; nothing was kept.").format(n=MOST_FILES)
        )
    now, kept = int(time.time() * 1000), 0
    for file in files:
        try:
            recording = keep_recording(source, file.file, file.name or "", now)  # type: ignore[arg-type]  # an open binary file
        except StoreError as problem:
            messages.error(request, f"{file.name}: {problem}")
            continue
        kept += 1
        audit.note(
            scope, request.user, "upload", recording.name, {"source": source.name}, address_of(request)
        )
    link_recordings(scope.workspace, now)
    if kept:
        said = ngettext("{n} recording is kept.", "{n} recordings are kept.", kept)
        messages.success(request, said.format(n=kept))
