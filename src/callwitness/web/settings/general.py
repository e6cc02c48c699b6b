"""What the workspace is called and how its times and numbers are read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.arrivals.replays import replay_workspace
from callwitness.services.audit import note
from callwitness.services.dirty import mark_all_dirty
from callwitness.web.ui.choices import countries, zones
from callwitness.web.ui.context import LANGUAGE_NAMES
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_FIELDS: Final = ("name", "zone", "country", "language")
_READ_BY: Final = frozenset({"zone", "country"})
"""What tells how evidence is read and judged: both are done again when one of these changes."""


class GeneralForm(forms.Form):
    """The workspace itself."""

    name = forms.CharField(label=_("Name of the workspace"), max_length=120)
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=zones,
        help_text=_(
            "Days and working hours are those of this zone; times in files that name no zone are read in it."
        ),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=countries,
        required=False,
        help_text=_("Tells how numbers without a country code are read."),
    )
    language = forms.ChoiceField(label=_("Language of reports and mails"), choices=LANGUAGE_NAMES)


@screen("edit_settings", ("GET", "POST"))
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form; a change of zone or country has all calls judged again."""
    workspace = scope.workspace
    before = {name: getattr(workspace, name) for name in _FIELDS}
    form = GeneralForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        changed = {
            name: form.cleaned_data[name] for name in _FIELDS if form.cleaned_data[name] != before[name]
        }
        save(request, scope, changed, "workspace.change", bool(_READ_BY & changed.keys()))
        return redirect("settings:index", workspace=workspace.slug)
    return render(request, "settings/general.html", {"form": form})


def save(request: HttpRequest, scope: Scope, changed: Mapping[str, object], action: str, judge: bool) -> None:
    """Keeps columns of the workspace that changed, notes it, and has calls judged again where that follows."""
    if not changed:
        messages.info(request, _now("Nothing was changed."))
        return
    workspace = scope.workspace
    with transaction.atomic():
        numbers = workspace.settings.get("numbers")
        m.Workspace.objects.filter(pk=workspace.pk).update(**changed)
        workspace.refresh_from_db()
        if _READ_BY & changed.keys() or workspace.settings.get("numbers") != numbers:
            replay_workspace(workspace)
        days = mark_all_dirty(workspace, int(time.time() * 1000)) if judge else 0
        note(scope, scope.user, action, ", ".join(sorted(changed)), {}, address_of(request))
    if days:
        messages.success(request, _now("Saved. All calls are judged again in the background."))
    else:
        messages.success(request, _now("Saved."))
