"""Teams: their queues, how soon they ring back, who is mailed about what they miss."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people.retag import regrouped
from callwitness.web.people.forms import TeamForm
from callwitness.web.ui.door import screen


@screen("edit_people", methods=("GET", "POST"))
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A team more."""
    return _edit(request, scope, m.Team(workspace=scope.workspace))


@screen("edit_people", methods=("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, team: int) -> HttpResponse:
    """One team."""
    return _edit(request, scope, access.one(access.teams(scope), pk=team))


@screen("edit_people", methods=("POST",))
def remove(request: HttpRequest, scope: Scope, team: int) -> HttpResponse:
    """Its agents stay, without a team."""
    found = access.one(access.teams(scope), pk=team)
    agents = list(found.agents.values_list("id", flat=True))
    found.delete()
    regrouped(scope.workspace, agents, found.queues, time.time_ns() // 1_000_000)
    audit.note(scope, request.user, "people.team", found.name, {"removed": True})
    messages.success(request, _("The team %(name)s is gone; its agents stay.") % {"name": found.name})
    return redirect("people:index", workspace=scope.workspace.slug)


def _edit(request: HttpRequest, scope: Scope, found: m.Team) -> HttpResponse:
    before = set(found.queues)
    form = TeamForm(scope.workspace, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        agents = list(found.agents.values_list("id", flat=True))
        queues = before ^ set(found.queues) if "name" not in form.changed_data else before | set(found.queues)
        if queues or "name" in form.changed_data:
            regrouped(scope.workspace, agents, queues, time.time_ns() // 1_000_000)
        audit.note(scope, request.user, "people.team", found.name, {"changed": form.changed_data})
        messages.success(request, _("Saved."))
        return redirect("people:index", workspace=scope.workspace.slug)
    told = access.one(access.teams(scope), pk=found.pk) if found.pk else None
    context = {"form": form, "team": told}
    return render(request, "people/team.html", context, status=400 if form.errors else 200)
