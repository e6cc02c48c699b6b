"""How a source is read and what it counts for, changed by its owner."""

from __future__ import annotations

import time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.arrivals.replays import replay
from callwitness.services.dirty import mark_all_dirty
from callwitness.web.sources import forms
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_READ_AGAIN: Final = {"adapter", "zone", "options"}
_JUDGE_AGAIN: Final = {"neutral", "enabled"}


@screen("edit_sources", methods=("GET", "POST"))
def change(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """The form; what changes how evidence is read has all of it read again."""
    source = access.source(scope, pk)
    form = forms.ChangeForm(source, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        shown = {"source": source, "form": form, "explained": forms.explained()}
        return render(request, "sources/change.html", shown, status=400 if form.errors else 200)
    changed = apply(source, form.cleaned_data)
    if changed:
        audit.note(scope, request.user, "source.change", source.name, changed, address_of(request))
    if _READ_AGAIN & set(changed) and replay(source):
        messages.success(
            request, _("Saved. Its evidence is read again; what was read before stays until then.")
        )
    else:
        messages.success(request, _("Saved."))
    if _JUDGE_AGAIN & set(changed):
        mark_all_dirty(source.workspace, int(time.time() * 1000))
    return redirect("sources:one", scope.workspace.slug, source.pk)


def apply(source: m.Source, told: dict[str, Any]) -> dict[str, list[str]]:
    """Set what the form tells; column -> [before, after] of what changed. Options that are no texts stay."""
    told = told | {
        "options": {k: v for k, v in source.options.items() if not isinstance(v, str)} | told["options"]
    }
    changed = {}
    for name, value in told.items():
        before = getattr(source, name)
        if before != value:
            changed[name] = [str(before), str(value)]
            setattr(source, name, value)
    source.save(update_fields=list(changed))
    return changed
