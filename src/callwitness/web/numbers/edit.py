"""One number: made, changed, forgotten. Calls are judged again by what it means now."""

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
from callwitness.services.people.number_list import changed
from callwitness.services.people.projects import reassign
from callwitness.web.numbers.forms import NumberForm
from callwitness.web.ui.door import screen

_JUDGES = frozenset({"value", "kind"})


@screen("edit_numbers", methods=("GET", "POST"))
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """One more."""
    return _edit(request, scope, m.Number(workspace=scope.workspace))


@screen("edit_numbers", methods=("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """One that is known."""
    return _edit(request, scope, access.one(access.numbers(scope), pk=number))


@screen("edit_numbers", methods=("POST",))
def remove(request: HttpRequest, scope: Scope, number: int) -> HttpResponse:
    """It means nothing any more; its calls stay."""
    found = access.one(access.numbers(scope), pk=number)
    found.delete()
    changed(scope.workspace, time.time_ns() // 1_000_000)
    audit.note(scope, request.user, "numbers.change", found.value, {"removed": True})
    messages.success(request, _("The number is forgotten; its calls stay."))
    return redirect("numbers:index", workspace=scope.workspace.slug)


def _edit(request: HttpRequest, scope: Scope, found: m.Number) -> HttpResponse:
    form = NumberForm(scope.workspace, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        now = time.time_ns() // 1_000_000
        if _JUDGES & set(form.changed_data):
            changed(scope.workspace, now)
        elif "project" in form.changed_data:
            reassign(scope.workspace, now)
        audit.note(scope, request.user, "numbers.change", found.value, {"changed": form.changed_data})
        messages.success(request, _("Saved. Calls are judged by it within a minute."))
        return redirect("numbers:index", workspace=scope.workspace.slug)
    told = access.one(access.numbers(scope), pk=found.pk) if found.pk else None
    context = {"form": form, "number": told}
    return render(request, "numbers/number.html", context, status=400 if form.errors else 200)
