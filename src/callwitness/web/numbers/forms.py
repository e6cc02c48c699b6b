"""The form about a number."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import models as m
from callwitness.services.people.numbers import as_calls_carry_it


class NumberForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    """What a number is, whose project it belongs to, where it is advertised."""

    class Meta:
        model = m.Number
        fields = ("value", "kind", "name", "project", "provider", "advertising")
        labels: ClassVar = {
            "value": _("Number"),
            "kind": _("What it is"),
            "name": _("Name"),
            "project": _("Project"),
            "provider": _("Provider"),
            "advertising": _("Advertised in"),
        }
        help_texts: ClassVar = {
            "kind": _("Calls from test and blocked numbers are set aside, and shown as such."),
            "name": _("What people here call it: the site, the shop window."),
            "advertising": _("Where callers see it, to tell which advertising works."),
        }

    def __init__(self, workspace: m.Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace
        self._choose("project", m.Project.objects.filter(workspace=workspace).order_by("name"))
        self._choose(
            "provider", m.Source.objects.filter(workspace=workspace, role="provider").order_by("name")
        )
        self.fields["kind"].choices = [  # type: ignore[attr-defined]  # a choice field
            (m.Number.OWN, _("own number")), (m.Number.TEST, _("test number")), (m.Number.BLOCKED, _("blocked number")),
        ]  # fmt: skip

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset, field.empty_label = rows, "–"

    def clean_value(self) -> str:
        """Kept as calls carry it; known once."""
        workspace = self.instance.workspace
        value = as_calls_carry_it(workspace, str(self.cleaned_data["value"]))
        if value is None:
            raise forms.ValidationError(_("This is no telephone number."))
        if m.Number.objects.filter(workspace=workspace, value=value).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("This number is known already."))
        return value
