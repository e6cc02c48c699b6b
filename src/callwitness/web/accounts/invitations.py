"""Invitations: a one-time link to copy, also mailed where mails are sent."""

from __future__ import annotations

import secrets
import time

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.services import mails
from callwitness.services.audit import note
from callwitness.web.accounts import links
from callwitness.web.accounts.models import OneTimeLink
from callwitness.web.accounts.places import PlaceForm
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of


class InviteForm(PlaceForm):
    """Whom, and as what."""

    email = forms.EmailField(
        label=_("Mail address"),
        max_length=254,
        required=False,
        help_text=_("May stay empty: whoever opens the link first uses it up."),
    )
    field_order = ("email",)


@screen("edit_settings", ("GET", "POST"))
def invite(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The form; the link is shown once, on the page of members."""
    form = InviteForm(scope, request.POST or None, initial={"role": "operator"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        place = links.Place(
            scope.workspace,
            given["role"],
            given["party"],
            given["agent"],
            tuple(given["teams"]),
            given["mask_numbers"],
        )
        link, token = links.make(place, given["email"], scope.user)
        address = links.address("invited", token)
        _mail(scope, link, address)
        request.session["new_link"] = {"address": address, "for": link.email, "kind": "invitation"}
        note(scope, scope.user, "member.invite", link.email, {"role": link.role}, address_of(request))
        return redirect("members:index", workspace=scope.workspace.slug)
    return render(request, "accounts/invite.html", {"form": form, "mails": mails.configured()})


@screen("edit_settings", ("POST",))
def withdraw(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """An invitation that nobody used stops working."""
    link = access.one(OneTimeLink.objects.filter(workspace=scope.workspace, used_at=None), pk=pk)
    link.delete()
    note(scope, scope.user, "member.withdraw", link.email, {"role": link.role}, address_of(request))
    return redirect("members:index", workspace=scope.workspace.slug)


def _mail(scope: Scope, link: OneTimeLink, address: str) -> None:
    if not link.email or not mails.configured():
        return
    with translation.override(scope.workspace.language):
        subject = _now("Invitation to %(workspace)s") % {"workspace": scope.workspace.name}
        text = _now(
            "%(who)s invites you to %(workspace)s in Callwitness.\n\n%(address)s\n\nThe link works once, for seven days."
        ) % {"who": str(scope.user), "workspace": scope.workspace.name, "address": address}
    letter = mails.Letter(f"invitation:{secrets.token_hex(12)}", link.email, subject, text)
    mails.queue([letter], int(time.time() * 1000))
