"""Adding, changing, sending at once and deleting a scheduled export."""

from __future__ import annotations

import time

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.exports import schedules
from callwitness.web.exports.form import ScheduleForm, initial_of
from callwitness.web.ui.door import screen, zone_of


@screen("schedule", ("GET", "POST"))
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A new one; ``view``: the saved view to begin with."""
    schedule = m.Schedule(enabled=False, since=int(time.time() * 1000))
    initial = {"view": request.GET.get("view"), "zone": zone_of(scope), "enabled": True, "target": "cabinet"}
    return _form(request, scope, schedule, ScheduleForm(scope, request.POST or None, initial=initial))


@screen("schedule", ("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """An own one."""
    schedule = _own(scope, pk)
    return _form(
        request, scope, schedule, ScheduleForm(scope, request.POST or None, initial=initial_of(schedule))
    )


@screen("schedule", ("POST",))
def delete(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Ends it; also for the owner of the workspace, whoever made it."""
    schedule = access.one(access.schedules(scope), pk=pk)
    audit.note(scope, request.user, "schedule.delete", schedule.view.name)
    schedule.delete()
    messages.success(request, _("The scheduled export is deleted."))
    return _back(scope)


@screen("schedule", ("POST",))
def send(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Sends it now, besides its times."""
    schedules.send_now(_own(scope, pk), int(time.time() * 1000))
    messages.success(request, _("The export is being made; it appears below in a moment."))
    return _back(scope)


def _form(request: HttpRequest, scope: Scope, schedule: m.Schedule, form: ScheduleForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        form.put(schedule, int(time.time() * 1000))
        details = {"format": schedule.format, "target": schedule.target, "recipients": schedule.recipients}
        audit.note(scope, request.user, "schedule.change", schedule.view.name, details)
        messages.success(request, _("The scheduled export is saved."))
        return _back(scope)
    return render(request, "exports/form.html", {"form": form, "schedule": schedule})


def _own(scope: Scope, pk: int) -> m.Schedule:
    return access.one(access.schedules(scope), pk=pk, view__owner=scope.user)


def _back(scope: Scope) -> HttpResponse:
    return redirect(reverse("exports:index", kwargs={"workspace": scope.workspace.slug}))
