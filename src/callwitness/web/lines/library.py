"""What lines play again and again, learned from their recordings: heard, named, forgotten, counted as an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.contrib import messages
from django.db.models import Count
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services import audit
from callwitness.services.hearing import pieces
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_MOST_LINES: Final = 500
_MOST_PIECES: Final = 200


@screen("see_numbers")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """``line``: whose library; the one with most pieces otherwise."""
    known = access.pieces(scope)
    lines = list(known.values("line").order_by("line").annotate(n=Count("pk"))[:_MOST_LINES])
    most = max(lines, key=lambda each: each["n"], default={"line": ""})["line"]
    asked = request.GET.get("line", most)
    if asked != most and asked not in {each["line"] for each in lines}:
        raise Absent
    rows = list(known.filter(line=asked)[:_MOST_PIECES])
    heard = m.Hearing.objects.filter(workspace=scope.workspace, line=asked).count()
    context = {"lines": lines, "line": asked, "pieces": rows, "heard": heard}
    return render(request, "lines/library.html", context)


@screen("edit_numbers", methods=("POST",))
def change(request: HttpRequest, scope: Scope, piece: int) -> HttpResponseBase:
    """``action``: name (``name``), answer, no_answer, forget."""
    found = access.one(access.pieces(scope), pk=piece)
    action = request.POST.get("action", "")
    if action not in _ACTS:
        raise UsageError(_("Choose one of: {choices}").format(choices=", ".join(_ACTS)))
    again = _ACTS[action](found, request.POST)
    details = {"line": found.line, "piece": found.ident, "said": action}
    audit.note(scope, request.user, "piece.change", str(found), details, address_of(request))
    messages.success(request, _said(again))
    place = reverse("lines:library", args=[scope.workspace.slug])
    return redirect(f"{place}?{urlencode({'line': found.line})}")


@screen("see_numbers")
def sound(request: HttpRequest, scope: Scope, piece: int) -> HttpResponseBase:
    """What it sounds like; for whoever may listen to recordings."""
    scope.need("listen")
    found = access.one(access.pieces(scope), pk=piece)
    path = pieces.clip(found)
    if path is None:
        raise Absent
    details = {"line": found.line, "piece": found.ident}
    audit.note(scope, request.user, "listen", str(found), details, address_of(request))
    answer = FileResponse(path.open("rb"), content_type="audio/flac")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _name(piece: m.Piece, given: QueryDict) -> int:
    pieces.name(piece, given.get("name", ""))
    return 0


def _said(again: int) -> str:
    if not again:
        return _("Saved.")
    return ngettext(
        "Saved. {n} recording is heard again.", "Saved. {n} recordings are heard again.", again
    ).format(n=again)


_ACTS: Final[Mapping[str, Callable[[m.Piece, QueryDict], int]]] = {
    "name": _name,
    "answer": lambda piece, _given: pieces.count_as_answer(piece, yes=True),
    "no_answer": lambda piece, _given: pieces.count_as_answer(piece, yes=False),
    "forget": lambda piece, _given: pieces.forget(piece),
}
