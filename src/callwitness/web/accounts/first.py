"""The first administrator: a one-time link, printed where the server runs, leads to a page that makes everything."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from callwitness.ledger import models as m
from callwitness.services import audit
from callwitness.web.accounts import links
from callwitness.web.accounts.models import OneTimeLink, User
from callwitness.web.accounts.passwords import NewAccountForm
from callwitness.web.accounts.signing import sign_in
from callwitness.web.ui.choices import countries, zones
from callwitness.web.ui.context import LANGUAGE_NAMES
from callwitness.web.ui.visitor import address_of, too_often


def first_link() -> str:
    """The address where the first administrator is made: valid once, 7 days, and only while there is no administrator."""
    _link, token = links.make(None)
    return links.address("first", token)


class FirstForm(NewAccountForm):
    """The first account and the first workspace."""

    workspace = forms.CharField(
        label=_("Name of the workspace"),
        max_length=120,
        help_text=_("The company whose calls are kept here."),
    )
    zone = forms.ChoiceField(
        label=_("Time zone of the workspace"),
        choices=zones,
        widget=forms.Select(attrs={"data-zone-here": ""}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=countries,
        required=False,
        help_text=_("Tells how numbers without a country code are read."),
    )
    language = forms.ChoiceField(label=_("Language of reports and mails"), choices=LANGUAGE_NAMES)

    def clean_zone(self) -> str:
        """A zone that this machine knows."""
        try:
            return ZoneInfo(self.cleaned_data["zone"]).key
        except (ZoneInfoNotFoundError, ValueError):
            raise forms.ValidationError(_("This machine does not know the zone.")) from None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link."""
    if too_often(request, "first", 30, 300):
        return render(request, "429.html", status=429)
    link = links.find(token, first=True)
    if link is None or User.objects.filter(is_superuser=True).exists():
        return render(request, "accounts/link_gone.html", {"first": True}, status=404)
    start = {"zone": "UTC", "language": (get_language() or "en")[:2]}
    form = FirstForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        user = _make(link, form.cleaned_data)
        if user is not None:
            sign_in(request, user)
            workspace = m.Workspace.objects.get(memberships__user=user)
            audit.note(workspace, user, "first.administrator", user.email, address=address_of(request))
            return redirect("home")
        return render(request, "accounts/link_gone.html", {"first": True}, status=404)
    return render(request, "accounts/first.html", {"form": form})


@transaction.atomic
def _make(link: OneTimeLink, given: dict[str, Any]) -> User | None:
    """Account, workspace, membership and project; None when somebody else used the link first."""
    if not links.use_up(link):
        return None
    user = User.objects.create_superuser(
        given["email"], given["password"], name=given["name"], language=given["language"]
    )
    workspace = m.Workspace.objects.create(
        slug=free_slug(given["workspace"]),
        name=given["workspace"],
        zone=given["zone"],
        country=given["country"],
        language=given["language"],
    )
    m.Membership.objects.create(workspace=workspace, user=user, role=m.Membership.OWNER)
    m.Project.objects.create(workspace=workspace, slug="main", name=given["workspace"])
    return user


def free_slug(name: str) -> str:
    """A short name for addresses that no workspace has yet."""
    base = slugify(name)[:32].strip("-") or "workspace"
    taken = set(m.Workspace.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(
        slug for slug in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if slug not in taken
    )
