"""The form about a project."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import models as m
from callwitness.services.people.book import fold

SIDES = (m.Party.AGENCY, m.Party.CLIENT)


class ProjectForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    """Name, queues and the two parties of a project. A party without a name is none."""

    queue_names = forms.CharField(
        label=_("Queues"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One a line. Calls in these queues belong here when the number that was dialled says nothing."
        ),
    )
    agency = forms.CharField(
        label=_("Agency"), required=False, max_length=120, help_text=_("Who brings the calls.")
    )
    client = forms.CharField(label=_("Client"), required=False, max_length=120, help_text=_("Who gets them."))

    class Meta:
        model = m.Project
        fields = ("name",)
        labels: ClassVar = {"name": _("Name")}

    def __init__(self, workspace: m.Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace
        self.fields["queue_names"].initial = "\n".join(self.instance.queues)
        if self.instance.pk:
            for party in self.instance.parties.all():
                self.fields[party.side].initial = party.name

    def clean_name(self) -> str:
        """Names are unique, upper and lower case alike."""
        name = str(self.cleaned_data["name"]).strip()
        others = m.Project.objects.filter(workspace=self.instance.workspace).exclude(pk=self.instance.pk)
        if any(fold(other) == fold(name) for other in others.values_list("name", flat=True)):
            raise forms.ValidationError(_("Another project has this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """A party that somebody belongs to stays."""
        told = super().clean() or {}
        for side in SIDES if self.instance.pk else ():
            party = self.instance.parties.filter(side=side).first()
            if party is not None and not told.get(side) and party.memberships.exists():
                self.add_error(side, _("People sign in for this side. Take their memberships away first."))
        return told

    def save(self, commit: bool = True) -> m.Project:
        """Keeps the parties as well."""
        names = str(self.cleaned_data["queue_names"]).splitlines()
        queues = dict.fromkeys(name.strip()[:120] for name in names)
        self.instance.queues = [name for name in queues if name]
        if not self.instance.slug:
            self.instance.slug = self._slug()
        super().save(commit)
        project: m.Project = self.instance
        for side in SIDES:
            name = self.cleaned_data[side].strip()
            if name:
                m.Party.objects.update_or_create(project=project, side=side, defaults={"name": name})
            else:
                m.Party.objects.filter(project=project, side=side).delete()
        return project

    def _slug(self) -> str:
        wanted = slugify(self.cleaned_data["name"])[:34] or "project"
        taken = set(
            m.Project.objects.filter(workspace=self.instance.workspace).values_list("slug", flat=True)
        )
        return next(
            slug for n in range(len(taken) + 1) if (slug := f"{wanted}-{n}" if n else wanted) not in taken
        )
