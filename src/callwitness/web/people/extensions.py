"""What sources call an agent: given, ended, taken away. Calls follow at once."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people.retag import retag
from callwitness.web.people import agents
from callwitness.web.people.forms import EndForm, ExtensionForm
from callwitness.web.ui.door import screen


@screen("edit_people", methods=("POST",))
def add(request: HttpRequest, scope: Scope, agent: int) -> HttpResponse:
    """One more, where nobody has it in that time."""
    found = access.one(access.agents(scope), pk=agent)
    form = ExtensionForm(found, request.POST)
    if not form.is_valid():
        return agents.page(request, scope, found, form, status=400)
    extension = m.Extension.objects.create(agent=found, **form.cleaned_data)
    return _told(request, scope, extension, "people.extension")


@screen("edit_people", methods=("POST",))
def end(request: HttpRequest, scope: Scope, extension: int) -> HttpResponse:
    """From this moment on it is somebody else's, or nobody's."""
    found = _extension(scope, extension)
    form = EndForm(request.POST)
    begins = found.from_at
    if not form.is_valid() or (begins is not None and form.cleaned_data["to_at"] <= begins):
        messages.error(request, _("Say since when: a moment after the beginning. Nothing was changed."))
        return redirect("people:agent", workspace=scope.workspace.slug, agent=found.agent_id)
    found.to_at = form.cleaned_data["to_at"]
    found.save(update_fields=["to_at"])
    return _told(request, scope, found, "people.extension")


@screen("edit_people", methods=("POST",))
def remove(request: HttpRequest, scope: Scope, extension: int) -> HttpResponse:
    """It never was this agent's."""
    found = _extension(scope, extension)
    found.delete()
    return _told(request, scope, found, "people.extension")


def _extension(scope: Scope, pk: int) -> m.Extension:
    return access.one(m.Extension.objects.filter(agent__in=access.agents(scope)), pk=pk)


def _told(request: HttpRequest, scope: Scope, extension: m.Extension, action: str) -> HttpResponse:
    retag(scope.workspace, [extension.value], time.time_ns() // 1_000_000)
    audit.note(scope, request.user, action, f"{extension.value}: {extension.agent.name}")
    messages.success(request, _("Saved. Calls are given to the right people."))
    return redirect("people:agent", workspace=scope.workspace.slug, agent=extension.agent_id)
