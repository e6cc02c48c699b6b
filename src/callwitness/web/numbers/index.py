"""Numbers with a meaning, and those that were dialled and have none."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people import strangers
from callwitness.services.people.number_list import changed
from callwitness.web.ui.door import screen

_PAGE: Final = 100
_PERIOD_MS: Final = 30 * 86_400_000
_MOST: Final = 200
_LONGEST_ID: Final = 19


@screen("see_numbers")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every number, those of one kind, or those that look like what is searched."""
    now = time.time_ns() // 1_000_000
    every = access.numbers(scope)
    kinds = Counter(every.order_by().values_list("kind", flat=True))
    kind = request.GET.get("kind", "")
    shown = every.filter(kind=kind) if kind in kinds else every
    text = request.GET.get("find", "")[:60]
    digits = "".join(letter for letter in text if letter.isdigit())
    if text:
        shown = shown.filter(value__contains=digits) if digits else shown.filter(name__icontains=text)
    page = Paginator(shown, _PAGE).get_page(request.GET.get("page"))
    calls = _calls(scope, [number.value for number in page], now)
    context = {
        "page": page,
        "rows": [(number, calls[number.value]) for number in page],
        "kinds": [(code, kinds[code]) for code, _ in m.Number.KINDS if kinds[code]],
        "kind": kind,
        "total": sum(kinds.values()),
        "strangers": strangers.unknown_numbers(scope.workspace, now) if scope.teams is None else [],
        "projects": access.projects(scope),
    }
    return render(request, "numbers/index.html", context)


def _calls(scope: Scope, values: list[str], now: int) -> Counter[str]:
    """Calls of the last 30 days by number dialled."""
    recent = access.calls(scope).filter(did__in=values, started_at__gte=now - _PERIOD_MS)
    return Counter(dict(recent.values("did").annotate(n=Count("id")).values_list("did", "n")))


@screen("edit_numbers", methods=("POST",))
def adopt(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Dialled numbers become own ones of a project."""
    now = time.time_ns() // 1_000_000
    unknown = {each.text for each in strangers.unknown_numbers(scope.workspace, now)}
    values = [value for value in dict.fromkeys(request.POST.getlist("number")[:_MOST]) if value in unknown]
    chosen = request.POST.get("project", "")
    known = chosen.isdecimal() and len(chosen) < _LONGEST_ID
    project = access.one(access.projects(scope), pk=int(chosen) if known else 0) if chosen else None
    m.Number.objects.bulk_create(
        [m.Number(workspace=scope.workspace, value=value, project=project) for value in values]
    )
    if values:
        changed(scope.workspace, now)
        audit.note(scope, request.user, "numbers.adopt", ", ".join(values))
        said = ngettext("%(n)s number is known now.", "%(n)s numbers are known now.", len(values))
        messages.success(request, said % {"n": len(values)})
    else:
        messages.warning(request, gettext("Nothing was chosen that is not known already."))
    return redirect("numbers:index", workspace=scope.workspace.slug)
