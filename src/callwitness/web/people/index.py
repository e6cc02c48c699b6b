"""Who works here, and who is seen in calls without being known."""

from __future__ import annotations

import time
from typing import Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people import strangers
from callwitness.web.people.figures import Figures, figures
from callwitness.web.ui.door import screen

_PAGE: Final = 100
_MOST_TEXTS: Final = 200
_LONGEST_ID: Final = 19


@screen("see_people")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Teams, agents with their figures, and what nobody has claimed."""
    now = time.time_ns() // 1_000_000
    own = access.agents(scope)
    found = own.filter(name__icontains=request.GET.get("find", "")[:120])
    chosen = request.GET.get("team", "")
    if chosen.isdecimal() and len(chosen) < _LONGEST_ID:
        found = found.filter(team_id=int(chosen))
    valid = Q(to_at=None) | Q(to_at__gt=now)
    extensions = Prefetch("extensions", m.Extension.objects.filter(valid).order_by("value"), to_attr="valid")
    page = Paginator(found.prefetch_related(extensions), _PAGE).get_page(request.GET.get("page"))
    counts = figures([agent.pk for agent in page], now)
    context = {
        "page": page,
        "rows": [(agent, counts.get(agent.pk, Figures())) for agent in page],
        "total": own.filter(active=True).count(),
        "teams": access.teams(scope).annotate(size=Count("agents", filter=Q(agents__active=True))),
        "chosen": chosen,
        "strangers": strangers.unknown_people(scope.workspace, now) if scope.teams is None else [],
    }
    return render(request, "people/index.html", context)


@screen("edit_people", methods=("POST",))
def adopt(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Makes agents of texts that calls carry."""
    texts = request.POST.getlist("text")[:_MOST_TEXTS]
    made = strangers.adopt(scope.workspace, texts, time.time_ns() // 1_000_000)
    audit.note(scope, request.user, "people.adopt", ", ".join(texts), {"made": made})
    said = ngettext(
        "%(n)s agent was made. Give a name and a team below; their calls are theirs already.",
        "%(n)s agents were made. Give them names and teams below; their calls are theirs already.",
        made,
    )
    if made:
        messages.success(request, said % {"n": made})
    else:
        messages.warning(request, gettext("Nothing was chosen that is not known already."))
    return redirect("people:index", workspace=scope.workspace.slug)
