"""One agent: who that is, what sources call him and since when, his calls."""

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
from callwitness.services.people.retag import regrouped, renamed
from callwitness.web.people.figures import Figures, figures
from callwitness.web.people.forms import AgentForm, ExtensionForm
from callwitness.web.ui.door import screen


@screen("see_people")
def agent(request: HttpRequest, scope: Scope, agent: int) -> HttpResponse:
    """The page of an agent."""
    found = access.one(access.agents(scope), pk=agent)
    return page(request, scope, found, ExtensionForm(found))


def page(
    request: HttpRequest, scope: Scope, found: m.Agent, form: ExtensionForm, status: int = 200
) -> HttpResponse:
    """The page with a form for one more extension."""
    now = time.time_ns() // 1_000_000
    context = {
        "agent": found,
        "extensions": found.extensions.order_by("value", "from_at"),
        "figures": figures([found.pk], now).get(found.pk, Figures()),
        "form": form,
        "may_edit": scope.may("edit_people"),
        "now": now,
    }
    return render(request, "people/agent.html", context, status=status)


@screen("edit_people", methods=("GET", "POST"))
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Somebody new."""
    form = AgentForm(scope.workspace, request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = form.save()
        audit.note(scope, request.user, "people.agent", made.name)
        return redirect("people:agent", workspace=scope.workspace.slug, agent=made.pk)
    return _form(request, form, None)


@screen("edit_people", methods=("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, agent: int) -> HttpResponse:
    """Another name, team or account."""
    found = access.one(access.agents(scope), pk=agent)
    form = AgentForm(scope.workspace, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        now = time.time_ns() // 1_000_000
        if "name" in form.changed_data:
            renamed(scope.workspace, [found.pk], now)
        if "team" in form.changed_data:
            regrouped(scope.workspace, [found.pk], (), now)
        audit.note(scope, request.user, "people.agent", found.name, {"changed": form.changed_data})
        messages.success(request, _("Saved."))
        return redirect("people:agent", workspace=scope.workspace.slug, agent=found.pk)
    return _form(request, form, access.one(access.agents(scope), pk=agent))


def _form(request: HttpRequest, form: AgentForm, found: m.Agent | None) -> HttpResponse:
    status = 400 if form.errors else 200
    return render(request, "people/agent_form.html", {"form": form, "agent": found}, status=status)
