"""What a member is and sees: role, side, teams, own agent. One form for members and invitations."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.web.ui.words import words

_WITH_TEAMS: Final = frozenset({m.Membership.MANAGER, m.Membership.OPERATOR})


class _Several(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic for the checker alone
    """Several rows; a number that no id can be is no choice instead of an error of the database."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            raise forms.ValidationError(self.error_messages["invalid_list"], code="invalid_list") from None


class PlaceForm(forms.Form):
    """Fields that do not go with the role are cleared, the side of a marketer is asked for."""

    role = forms.ChoiceField(label=_("Role"), choices=lambda: words("role"))
    party = forms.ModelChoiceField(
        label=_("Side of a project"),
        queryset=m.Party.objects.none(),
        empty_label="–",
        required=False,
        help_text=_("For a marketer: sees the calls of this project alone."),
    )
    teams = _Several(
        label=_("Teams"),
        queryset=m.Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "For a head of team: sees their calls; without a team all calls. For an operator: takes on their lost callers."
        ),
    )
    agent = forms.ModelChoiceField(
        label=_("Is this operator"),
        queryset=m.Agent.objects.none(),
        empty_label="–",
        required=False,
        help_text=_("Whose calls are the own ones."),
    )
    mask_numbers = forms.BooleanField(label=_("Sees callers' numbers without their middle"), required=False)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        inside = {"workspace": scope.workspace}
        self._choose(
            "party", m.Party.objects.filter(project__workspace=scope.workspace).select_related("project")
        )
        self._choose("teams", m.Team.objects.filter(**inside).order_by("name"))
        self._choose("agent", m.Agent.objects.filter(**inside).order_by("name"))
        self.fields["party"].label_from_instance = _side  # type: ignore[attr-defined]

    def _choose(self, name: str, rows: Any) -> None:
        self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Only what goes with the role."""
        cleaned = super().clean() or self.cleaned_data
        role = cleaned.get("role")
        if role == m.Membership.MARKETER and not cleaned.get("party"):
            self.add_error("party", _("Choose the side: a marketer sees the calls of one project."))
        if role != m.Membership.MARKETER:
            cleaned["party"] = None
        if role not in _WITH_TEAMS:
            cleaned["teams"] = m.Team.objects.none()
            cleaned["agent"] = None
        return cleaned


def _side(party: m.Party) -> str:
    return f"{party.project.name} · {party.name}"
