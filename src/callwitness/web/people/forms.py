"""Forms about agents, their extensions and teams."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import models as m
from callwitness.services.people.book import fold, overlapping


class AgentForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    """Name, team and account of an agent."""

    class Meta:
        model = m.Agent
        fields = ("name", "team", "user", "active")
        labels: ClassVar = {
            "name": _("Name"),
            "team": _("Team"),
            "user": _("Account"),
            "active": _("Works here"),
        }
        help_texts: ClassVar = {
            "user": _("Whoever signs in with this account sees the calls of this agent as own."),
            "active": _("Untick for whoever left: the old calls stay with the name."),
        }

    def __init__(self, workspace: m.Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace
        self._choose("team", m.Team.objects.filter(workspace=workspace).order_by("name"))
        self._choose(
            "user", get_user_model().objects.filter(memberships__workspace=workspace).order_by("name")
        )

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset, field.empty_label = rows, "–"

    def clean_name(self) -> str:
        """Names are unique, upper and lower case alike."""
        name = str(self.cleaned_data["name"]).strip()
        others = m.Agent.objects.filter(workspace=self.instance.workspace).exclude(pk=self.instance.pk)
        if any(fold(other) == fold(name) for other in others.values_list("name", flat=True)):
            raise forms.ValidationError(_("Another agent has this name already."))
        return name


class Moment(forms.DateTimeField):
    """A moment in the reader's zone, kept as ms UTC."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        return None if moment is None else int(moment.timestamp() * 1000)


class ExtensionForm(forms.Form):
    """What sources call an agent, from one moment until another."""

    value = forms.CharField(label=_("Extension or name in calls"), max_length=120)
    from_at = Moment(label=_("Since"), required=False)
    to_at = Moment(label=_("Until"), required=False)

    def __init__(self, agent: m.Agent, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._agent = agent

    def clean(self) -> dict[str, Any]:
        """Nobody else may have it in the same time."""
        told = super().clean() or {}
        value, begin, end = told.get("value"), told.get("from_at"), told.get("to_at")
        if begin is not None and end is not None and begin >= end:
            self.add_error("to_at", _("This is before the beginning."))
        elif value and "from_at" in told and "to_at" in told:
            other = overlapping(self._agent.workspace, value, begin, end)
            if other is not None:
                self.add_error(
                    "value",
                    _("%(name)s has it in this time. End that first, or choose another time.")
                    % {"name": other.agent.name},
                )
        return told


class EndForm(forms.Form):
    """Since when an extension is an agent's no more."""

    to_at = Moment(label=_("Until"))


class TeamForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the checker alone
    """A team, its queues and what happens when it misses a call."""

    queue_names = forms.CharField(
        label=_("Queues"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("As calls name them, one a line. Calls in these queues are the team's, answered or not."),
    )

    class Meta:
        model = m.Team
        fields = ("name", "sla_minutes", "missed_mail", "digest_hour", "mail_agent", "mail_head")
        labels: ClassVar = {
            "name": _("Name"),
            "sla_minutes": _("Ring back within, minutes"),
            "missed_mail": _("Mail about missed calls"),
            "digest_hour": _("Hour of the daily mail"),
            "mail_agent": _("To the agent who missed the call"),
            "mail_head": _("To the head of the team"),
        }

    def __init__(self, workspace: m.Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.workspace = workspace
        self.fields["queue_names"].initial = "\n".join(self.instance.queues)
        self.fields["missed_mail"].choices = [  # type: ignore[attr-defined]  # a choice field
            (m.Team.NEVER, _("never")), (m.Team.AT_ONCE, _("at once")), (m.Team.DIGEST, _("once a day")),
        ]  # fmt: skip
        for name, most in (("sla_minutes", 10_080), ("digest_hour", 23)):
            self.fields[name] = forms.IntegerField(
                label=self.fields[name].label, min_value=0 if most == 23 else 1, max_value=most
            )

    def clean_name(self) -> str:
        """Names are unique."""
        name = str(self.cleaned_data["name"]).strip()
        others = m.Team.objects.filter(workspace=self.instance.workspace).exclude(pk=self.instance.pk)
        if any(fold(other) == fold(name) for other in others.values_list("name", flat=True)):
            raise forms.ValidationError(_("Another team has this name already."))
        return name

    def clean_queue_names(self) -> list[str]:
        """One queue a line; a queue belongs to one team."""
        names = list(
            dict.fromkeys(name.strip() for name in str(self.cleaned_data["queue_names"]).splitlines())
        )
        names = [name[:120] for name in names if name]
        others = m.Team.objects.filter(workspace=self.instance.workspace).exclude(pk=self.instance.pk)
        for team in others:
            shared = sorted(set(names) & set(team.queues))
            if shared:
                raise forms.ValidationError(
                    _("The queue %(queue)s belongs to the team %(team)s."),
                    params={"queue": shared[0], "team": team.name},
                )
        return names

    def save(self, commit: bool = True) -> m.Team:
        """Keeps the queues with the team."""
        self.instance.queues = self.cleaned_data["queue_names"]
        super().save(commit)
        team: m.Team = self.instance
        return team
