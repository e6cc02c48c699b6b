"""The queue of doubtful answers, the least sure first, and what a person says about one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services import audit
from callwitness.services.hearing import decisions
from callwitness.services.hearing.doubts import doubtful
from callwitness.web.doubtful.cards import cards_of
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_PAGE: Final = 10
_WHICH: Final[Mapping[str, Q]] = {
    "unsure": doubtful(),
    "decided": ~Q(decided=""),
    "all": Q(decided="") & ~Q(status="unreadable"),
}
"""Lists to choose from: what waits, what people said, everything that was heard."""
_LONGEST_NUMBER: Final = 16

Act = Callable[[m.Hearing, Scope, QueryDict, int], None]


@screen("judge_recordings")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """``which``: unsure, decided or all; or ``call``: everything heard in its recordings; ten a page."""
    call = request.GET.get("call", "")
    which = "" if call else request.GET.get("which", "unsure")
    if not call and which not in _WHICH:
        raise UsageError(_("Choose one of: {choices}").format(choices=", ".join(_WHICH)))
    asked = Q(recording__call__public_id=call) & ~Q(status="unreadable") if call else _WHICH[which]
    rows = _whole(access.hearings(scope).filter(asked))
    order = ("-decided_at", "pk") if which == "decided" else ("confidence", "-recording__arrived_at", "pk")
    page = Paginator(rows.order_by(*order), _PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "cards": cards_of(list(page)), "which": which, "counts": _counts(scope)}
    return render(request, "doubtful/index.html", context)


@screen("judge_recordings", methods=("POST",))
def decide(request: HttpRequest, scope: Scope, recording: int) -> HttpResponseBase:
    """``action``: voice (``at``), nobody, undo; recorded, greeting, live (``begin``, ``end``). Answers with the card."""
    hearing = access.one(_whole(access.hearings(scope)), pk=recording)
    action = request.POST.get("action", "")
    if action not in _ACTS:
        raise UsageError(_("Choose one of: {choices}").format(choices=", ".join(_ACTS)))
    call = hearing.recording.call
    if call is None:
        raise Absent
    _ACTS[action](hearing, scope, request.POST, time.time_ns() // 1_000_000)
    details = {"recording": hearing.pk, "said": action}
    audit.note(scope, request.user, "recording.decide", call.public_id, details, address_of(request))
    if request.headers.get("HX-Request"):
        fresh = access.one(_whole(access.hearings(scope)), pk=recording)
        which = request.GET.get("which", "unsure")
        context = {"card": cards_of([fresh])[0], "acted": True, "which": which, "counts": _counts(scope)}
        return render(request, "doubtful/card.html", context)
    return redirect(reverse("doubtful:index", args=[scope.workspace.slug]) + f"#r-{hearing.pk}")


def _counts(scope: Scope) -> dict[str, int]:
    every = access.hearings(scope)
    return {name: every.filter(fits).count() for name, fits in _WHICH.items()}


def _whole(rows: QuerySet[m.Hearing]) -> QuerySet[m.Hearing]:
    return rows.select_related("recording__call", "recording__source", "decided_by")


def _voice(hearing: m.Hearing, scope: Scope, given: QueryDict, now: int) -> None:
    decisions.answered_at(hearing, scope.user, _seconds(given, "at"), now)


def _stretch(hearing: m.Hearing, scope: Scope, given: QueryDict, now: int) -> None:
    scope.need("edit_numbers")  # what a stretch is changes the whole line's library, also for calls of others
    begin, end = _seconds(given, "begin"), _seconds(given, "end")
    decisions.stretch(hearing, scope.user, given.get("action", ""), begin, end, now)


_ACTS: Final[Mapping[str, Act]] = {
    "voice": _voice,
    "nobody": lambda hearing, scope, _given, now: decisions.nobody(hearing, scope.user, now),
    "undo": lambda hearing, scope, _given, now: decisions.undo(hearing, scope.user, now),
    **dict.fromkeys(decisions.STRETCHES, _stretch),
}


def _seconds(given: QueryDict, name: str) -> float:
    text = given.get(name, "")
    try:
        value = float(text) if len(text) < _LONGEST_NUMBER else float("nan")
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e6:
        raise UsageError(_("Choose a moment of the recording first."))
    return value
