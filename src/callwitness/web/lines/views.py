"""Lines that carry calls: what the exchange calls them, what people call them, how many calls each carries."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services import audit
from callwitness.services.people.strangers import calls_by_line
from callwitness.web.ui.door import screen

_PERIOD_MS: Final = 30 * 86_400_000


@dataclass(frozen=True, slots=True)
class Carried:
    """A trunk, what is known about it (None = only seen in calls) and its calls of the last thirty days.

    share: of the calls of the busiest line.
    """

    trunk: str
    line: m.Line | None
    calls: int
    share: float


class LineForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    """Trunk, name, office, channels."""

    class Meta:
        model = m.Line
        fields = ("trunk", "name", "office", "channels")
        labels: ClassVar = {
            "trunk": _("As the exchange calls it"),
            "name": _("Name"),
            "office": pgettext_lazy("place", "Office"),
            "channels": _("Calls it can carry at once"),
        }

    def __init__(self, workspace: m.Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace
        self.fields["channels"] = forms.IntegerField(
            label=self.fields["channels"].label, required=False, min_value=1, max_value=100_000
        )

    def clean_trunk(self) -> str:
        """Known once."""
        trunk = str(self.cleaned_data["trunk"]).strip()
        others = m.Line.objects.filter(workspace=self.instance.workspace, trunk=trunk)
        if others.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This line is known already."))
        return trunk


@screen("see_numbers")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Lines known and lines seen, busiest first."""
    counts = calls_by_line(access.calls(scope), time.time_ns() // 1_000_000 - _PERIOD_MS)
    known = {line.trunk: line for line in access.lines(scope)}
    trunks = {*known, *counts} - {""}
    most = max((counts[trunk] for trunk in trunks), default=0) or 1
    rows = [Carried(trunk, known.get(trunk), counts[trunk], counts[trunk] / most) for trunk in trunks]
    rows.sort(key=lambda row: (-row.calls, row.trunk))
    context = {
        "rows": rows,
        "nameless": counts[""],
        "idle": sum(not row.calls for row in rows),
    }
    return render(request, "lines/index.html", context)


@screen("edit_numbers", methods=("GET", "POST"))
def new(request: HttpRequest, scope: Scope) -> HttpResponse:
    """A line that is not known, or known only from calls (``?trunk=``)."""
    return _edit(request, scope, m.Line(workspace=scope.workspace, trunk=request.GET.get("trunk", "")[:120]))


@screen("edit_numbers", methods=("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, line: int) -> HttpResponse:
    """A known line."""
    return _edit(request, scope, access.one(access.lines(scope), pk=line))


@screen("edit_numbers", methods=("POST",))
def remove(request: HttpRequest, scope: Scope, line: int) -> HttpResponse:
    """What is known about it goes; its calls stay."""
    found = access.one(access.lines(scope), pk=line)
    found.delete()
    audit.note(scope, request.user, "lines.change", found.trunk, {"removed": True})
    messages.success(request, gettext("The line is forgotten; its calls stay."))
    return redirect("lines:index", workspace=scope.workspace.slug)


def _edit(request: HttpRequest, scope: Scope, found: m.Line) -> HttpResponse:
    form = LineForm(scope.workspace, request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.note(scope, request.user, "lines.change", found.trunk, {"changed": form.changed_data})
        messages.success(request, gettext("Saved."))
        return redirect("lines:index", workspace=scope.workspace.slug)
    told = access.one(access.lines(scope), pk=found.pk) if found.pk else None
    return render(
        request, "lines/line.html", {"form": form, "line": told}, status=400 if form.errors else 200
    )
