"""The rules by which calls are judged: hours, tolerances, what counts as lost, service level."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.workspace_settings import settings_of
from callwitness.web.settings.general import save
from callwitness.web.settings.rule_fields import FIELDS, GROUPS, RuleField, merged, shown
from callwitness.web.ui.door import screen


class RulesForm(forms.Form):
    """All rules; held to the same reader as ``callwitness.toml``, whose sentence stands at the field it is about."""

    def __init__(self, workspace: m.Workspace, data: QueryDict | None) -> None:
        super().__init__(data, initial=shown(workspace.settings))
        self.workspace = workspace
        self.settings: dict[str, Any] = {}
        for each in FIELDS:
            self.fields[each.name] = _field(each)

    def clean(self) -> dict[str, Any]:
        """The settings that come of it, in ``settings``."""
        cleaned = super().clean() or self.cleaned_data
        self.settings = merged(self.workspace.settings, cleaned)
        trial = m.Workspace(
            name="",
            zone=self.workspace.zone,
            country=self.workspace.country,
            language=self.workspace.language,
            settings=self.settings,
        )
        try:
            settings_of(trial)
        except UsageError as problem:
            sentence = str(problem).removeprefix(": ")
            self.add_error(_about(sentence), sentence)
        return cleaned

    def groups(self) -> list[tuple[Any, Any, list[forms.BoundField]]]:
        """Title, help and fields, as the page shows them."""
        return [(title, text, [self[each.name] for each in fields]) for title, text, fields in GROUPS]


def _field(each: RuleField) -> forms.Field:
    common: dict[str, Any] = {"label": each.label, "help_text": each.help, "required": False}
    if each.kind == "number":
        return forms.FloatField(min_value=0, max_value=1_000_000, **common)
    if each.kind == "flag":
        return forms.BooleanField(**common)
    if each.kind == "text":
        return forms.CharField(max_length=100, **common)
    return forms.CharField(max_length=10_000, widget=forms.Textarea(attrs={"rows": 3}), **common)


def _about(sentence: str) -> str | None:
    """The field that a sentence of the reader names."""
    found = [each for each in FIELDS if sentence.startswith((f"{each.path} ", f"{each.path}."))]
    return found[0].name if found else None


@screen("edit_settings", ("GET", "POST"))
def rules(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form; a change has all calls judged again."""
    form = RulesForm(scope.workspace, request.POST or None)
    if request.method == "POST" and form.is_valid():
        changed = {"settings": form.settings} if form.settings != scope.workspace.settings else {}
        save(request, scope, changed, "rules.change", judge=True)
        return redirect("settings:rules", workspace=scope.workspace.slug)
    return render(request, "settings/rules.html", {"form": form})
