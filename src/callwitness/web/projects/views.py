"""Projects: lines of work with their own numbers, each with two parties. Marketers of a party see theirs alone."""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people.projects import reassign
from callwitness.web.projects.forms import ProjectForm
from callwitness.web.ui.door import screen

_PERIOD_MS: Final = 30 * 86_400_000


@screen("see_numbers")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Every project with its parties, numbers and calls; its people only for who may change them."""
    projects = list(
        access.projects(scope).order_by("id").prefetch_related("parties__memberships__user", "numbers")
    )
    since = time.time_ns() // 1_000_000 - _PERIOD_MS
    recent = access.calls(scope).filter(started_at__gte=since)
    calls = Counter(dict(recent.values("project").annotate(n=Count("id")).values_list("project", "n")))
    context = {
        "rows": [(project, calls[project.pk]) for project in projects],
        "may_edit": scope.may("edit_settings"),
    }
    return render(request, "projects/index.html", context)


@screen("edit_settings", methods=("GET", "POST"))
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """One more line of work."""
    return _edit(request, scope, m.Project(workspace=scope.workspace))


@screen("edit_settings", methods=("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, project: int) -> HttpResponse:
    """One project."""
    return _edit(request, scope, access.one(access.projects(scope), pk=project))


@screen("edit_settings", methods=("POST",))
def remove(request: HttpRequest, scope: Scope, project: int) -> HttpResponse:
    """Its calls go to the other projects; one that people sign in for stays."""
    found = access.one(access.projects(scope), pk=project)
    if m.Membership.objects.filter(party__project=found).exists():
        messages.error(
            request, _("People sign in for a side of this project. Take their memberships away first.")
        )
        return redirect("projects:project", workspace=scope.workspace.slug, project=found.pk)
    found.delete()
    reassign(scope.workspace, time.time_ns() // 1_000_000)
    audit.note(scope, request.user, "project.change", found.name, {"removed": True})
    messages.success(request, _("The project %(name)s is gone; its calls stay.") % {"name": found.name})
    return redirect("projects:index", workspace=scope.workspace.slug)


def _edit(request: HttpRequest, scope: Scope, found: m.Project) -> HttpResponse:
    form = ProjectForm(scope.workspace, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        reassign(scope.workspace, time.time_ns() // 1_000_000)
        audit.note(scope, request.user, "project.change", found.name, {"changed": form.changed_data})
        messages.success(request, _("Saved."))
        return redirect("projects:index", workspace=scope.workspace.slug)
    told = access.one(access.projects(scope), pk=found.pk) if found.pk else None
    context = {"form": form, "project": told, "parties": told.parties.all() if told else []}
    return render(request, "projects/project.html", context, status=400 if form.errors else 200)
