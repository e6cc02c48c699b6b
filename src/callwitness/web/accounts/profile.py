"""One's own profile: name, language, zone, theme."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from callwitness.web.ui.choices import zones
from callwitness.web.ui.context import LANGUAGE_NAMES

_FIELDS = ("name", "language", "zone", "theme")


class ProfileForm(forms.Form):
    """What a person may change about the own account."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("As colleagues see it beside comments and cases."),
    )
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("as the browser says")), *LANGUAGE_NAMES]
    )
    zone = forms.ChoiceField(
        label=_("Time zone"), required=False, choices=lambda: [("", _("that of the workspace")), *zones()]
    )
    theme = forms.ChoiceField(
        label=_("Light or dark"),
        required=False,
        choices=[("", _("as the device")), ("light", _("light")), ("dark", _("dark"))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """The form of the own account."""
    user: Any = request.user
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in _FIELDS})
    if request.method == "POST" and form.is_valid():
        for name in _FIELDS:
            setattr(user, name, form.cleaned_data[name])
        user.save(update_fields=_FIELDS)
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "accounts/profile.html", {"form": form})
