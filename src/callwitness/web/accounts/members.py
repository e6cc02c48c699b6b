"""Members: who belongs here, as what; the last owner stays."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services import mails
from callwitness.services.audit import note
from callwitness.web.accounts import links
from callwitness.web.accounts.places import PlaceForm
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of


@screen("edit_settings")
def members(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Everybody, and the invitations that wait."""
    everybody = list(access.members(scope).prefetch_related("teams"))
    users = [member.user_id for member in everybody]
    secured = set(Authenticator.objects.filter(user__in=users, type="totp").values_list("user_id", flat=True))
    known = {
        "members": everybody,
        "secured": secured,
        "waiting": links.waiting(scope.workspace),
        "new_link": request.session.pop("new_link", None),
        "mails": mails.configured(),
    }
    return render(request, "accounts/members.html", known)


@screen("edit_settings", ("GET", "POST"))
def member(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Role and what goes with it."""
    found = access.one(access.members(scope), pk=pk)
    agent = m.Agent.objects.filter(workspace=scope.workspace, user=found.user).first()
    before = {
        "role": found.role,
        "party": found.party,
        "teams": found.teams.all(),
        "agent": agent,
        "mask_numbers": found.mask_numbers,
    }
    form = PlaceForm(scope, request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["role"] != m.Membership.OWNER and _is_last_owner(found):
            form.add_error("role", _("This is the last owner; make somebody else an owner first."))
        else:
            _change(request, scope, found, form.cleaned_data)
            return redirect("members:index", workspace=scope.workspace.slug)
    known = {"form": form, "member": found, "alone": _belongs_here_alone(found)}
    return render(request, "accounts/member.html", known)


@transaction.atomic
def _change(request: HttpRequest, scope: Scope, member: m.Membership, given: dict[str, Any]) -> None:
    before = member.role
    member.role, member.party = given["role"], given["party"]
    member.mask_numbers = given["mask_numbers"]
    member.save()
    member.teams.set(given["teams"])
    own = m.Agent.objects.filter(workspace=scope.workspace)
    own.filter(user=member.user).update(user=None)
    if given["agent"] is not None:
        own.filter(pk=given["agent"].pk).update(user=member.user)
    details = {"before": before, "role": member.role, "mask_numbers": member.mask_numbers}
    note(scope, scope.user, "member.change", member.user.email, details, address_of(request))
    messages.success(request, _("Saved."))


@screen("edit_settings", ("POST",))
def remove(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Takes the membership away; the account and what it did stay."""
    found = access.one(access.members(scope), pk=pk)
    if _is_last_owner(found):
        messages.error(request, _("This is the last owner; make somebody else an owner first."))
        return redirect("members:member", workspace=scope.workspace.slug, pk=pk)
    with transaction.atomic():
        m.Agent.objects.filter(workspace=scope.workspace, user=found.user).update(user=None)
        found.delete()
        note(scope, scope.user, "member.remove", found.user.email, {"role": found.role}, address_of(request))
    messages.success(request, _("%(who)s is no member any more.") % {"who": found.user.email})
    return redirect("members:index", workspace=scope.workspace.slug)


@screen("edit_settings", ("POST",))
def password(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """A link that sets a new password, for a member of this workspace alone: others are not its owner's to let in as."""
    found = access.one(access.members(scope), pk=pk)
    if not _belongs_here_alone(found):
        raise Absent
    key = default_token_generator.make_token(found.user)
    names = {"uidb36": user_pk_to_url_str(found.user), "key": key}
    address = request.build_absolute_uri(reverse("account_reset_password_from_key", kwargs=names))
    request.session["new_link"] = {"address": address, "for": found.user.email, "kind": "password"}
    note(scope, scope.user, "member.password_link", found.user.email, {}, address_of(request))
    return redirect("members:index", workspace=scope.workspace.slug)


def _belongs_here_alone(member: m.Membership) -> bool:
    elsewhere = m.Membership.objects.filter(user=member.user).exclude(pk=member.pk)
    return not member.user.is_superuser and not elsewhere.exists()


def _is_last_owner(member: m.Membership) -> bool:
    owners = m.Membership.objects.filter(workspace=member.workspace, role=m.Membership.OWNER)
    return member.role == m.Membership.OWNER and not owners.exclude(pk=member.pk).exists()
