"""The form of a scheduled export."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.web.ui import words

_MOST_RECIPIENTS: Final = 30


class ScheduleForm(forms.Form):
    """Which view, as what, whereto, when. Recipients are mail addresses, one a line."""

    view = forms.ModelChoiceField(m.SavedView.objects.none(), label=gettext_lazy("View"))
    format = forms.ChoiceField(
        choices=[("xlsx", "XLSX"), ("csv", "CSV"), ("pdf", "PDF")], label=gettext_lazy("Format")
    )
    target = forms.ChoiceField(label=gettext_lazy("Where to"))
    recipients = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": 3}), label=gettext_lazy("Mail addresses"),
        help_text=gettext_lazy("One a line; for mails only. People without an account here can be among them."),
    )  # fmt: skip
    time = forms.TimeField(
        label=gettext_lazy("Time of day"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        initial="08:00",
    )
    zone = forms.CharField(max_length=64, label=gettext_lazy("Time zone"))
    days = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple, label=gettext_lazy("Weekdays"),
        help_text=gettext_lazy("None chosen: every day."),
    )  # fmt: skip
    month_day = forms.IntegerField(
        required=False, min_value=1, max_value=31, label=gettext_lazy("Day of the month"),
        help_text=gettext_lazy("Instead of weekdays; 31 is the last day of every month."),
    )  # fmt: skip
    enabled = forms.BooleanField(required=False, initial=True, label=gettext_lazy("Switched on"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = m.SavedView.objects.filter(workspace=scope.workspace, owner=scope.user).order_by("name")
        self.fields["view"].queryset = own  # type: ignore[attr-defined]  # a field of choices
        targets = [pair for pair in words.words("target") if pair[0] != "folder" or scope.party is None]
        self.fields["target"].choices = targets  # type: ignore[attr-defined]  # as above
        self.fields["days"].choices = words.words("weekday")  # type: ignore[attr-defined]  # as above

    def clean_zone(self) -> str:
        zone = str(self.cleaned_data["zone"]).strip()
        if zone not in available_timezones():
            raise ValidationError(_("Expected a zone such as Europe/Kyiv."))
        return zone

    def clean_recipients(self) -> list[str]:
        found = dict.fromkeys(self.cleaned_data["recipients"].replace(",", "\n").split())
        if len(found) > _MOST_RECIPIENTS:
            raise ValidationError(_("{n} addresses at most.").format(n=_MOST_RECIPIENTS))
        for address in found:
            validate_email(address)
        return list(found)

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if given.get("target") == "mail" and not given.get("recipients") and "recipients" not in self.errors:
            self.add_error("recipients", _("A mail needs an address at least."))
        return given

    def put(self, schedule: m.Schedule, now: int) -> None:
        """Write the form into a schedule; a schedule that begins again owes nothing of the time between."""
        given = self.cleaned_data
        begins = given["enabled"] and not schedule.enabled
        schedule.view, schedule.format, schedule.target = given["view"], given["format"], given["target"]
        schedule.recipients = given["recipients"] if given["target"] == "mail" else []
        minute = given["time"].hour * 60 + given["time"].minute
        days = sorted(int(day) for day in given["days"]) if given["month_day"] is None else []
        moved = (schedule.zone, schedule.minute, schedule.days, schedule.month_day)
        schedule.zone, schedule.minute, schedule.days, schedule.month_day = (
            given["zone"], minute, days, given["month_day"],
        )  # fmt: skip
        schedule.enabled = given["enabled"]
        if begins or moved != (given["zone"], minute, days, given["month_day"]):
            schedule.since = now
        schedule.save()


def initial_of(schedule: m.Schedule) -> dict[str, Any]:
    """A schedule as the form shows it."""
    return {
        "view": schedule.view_id,
        "format": schedule.format,
        "target": schedule.target,
        "recipients": "\n".join(schedule.recipients),
        "time": f"{schedule.minute // 60:02}:{schedule.minute % 60:02}",
        "zone": schedule.zone,
        "days": [str(day) for day in schedule.days],
        "month_day": schedule.month_day,
        "enabled": schedule.enabled,
    }
