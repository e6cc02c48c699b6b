"""Who did and who saw what, newest first."""

from __future__ import annotations

from typing import Final

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.web.ui.door import screen
from callwitness.web.ui.words import words

PAGE: Final = 50
_LONGEST: Final = 100


@screen("see_audit")
def audit(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The list, by person, action and thing."""
    rows = access.audit(scope)
    who, action, what = (request.GET.get(name, "")[:_LONGEST] for name in ("who", "action", "what"))
    if who:
        rows = rows.filter(user__email=who)
    if action:
        rows = rows.filter(action=action)
    if what:
        rows = rows.filter(what__icontains=what)
    people = access.audit(scope).order_by("user__email").values_list("user__email", flat=True).distinct()
    known = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "people": [email for email in people if email],
        "actions": sorted(words("action"), key=lambda pair: pair[1].lower()),
        "who": who,
        "action": action,
        "what": what,
    }
    return render(request, "settings/audit.html", known)
