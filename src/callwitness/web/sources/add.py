"""A new source: what it is, what it is called, how its evidence comes."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.web.sources import forms
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of


@screen("edit_sources", methods=("GET", "POST"))
def add(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form, and what it makes."""
    initial = {"role": request.GET.get("role"), "way": request.GET.get("way") or forms.UPLOAD}
    form = forms.AddForm(scope.workspace, request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        shown = {"form": form, "explained": forms.explained(), "folders": forms.folders()[1:]}
        return render(request, "sources/add.html", shown, status=400 if form.errors else 200)
    source = make(scope.workspace, form.cleaned_data)
    audit.note(scope, request.user, "source.add", source.name, {"role": source.role}, address_of(request))
    messages.success(
        request, _("{source} is there. Nothing has come from it yet.").format(source=source.name)
    )
    if form.cleaned_data["way"] == forms.UPLOAD:
        return redirect(f"{_upload(scope)}?source={source.pk}")
    return redirect("sources:one", scope.workspace.slug, source.pk)


def make(workspace: m.Workspace, told: dict[str, Any]) -> m.Source:
    """The source as the form tells it. The provider of a number is neutral unless somebody says otherwise."""
    hook = told["way"] == forms.WEBHOOK
    return m.Source.objects.create(
        workspace=workspace,
        name=told["name"],
        role=told["role"],
        adapter=told["adapter"],
        zone=told["zone"],
        options=told["options"],
        neutral=told["role"] == "provider",
        folder=told["folder"] if told["way"] == forms.FOLDER else "",
        hook_token=secrets.token_urlsafe(24) if hook else None,
    )


def _upload(scope: Scope) -> str:
    return reverse("sources:upload", args=[scope.workspace.slug])
