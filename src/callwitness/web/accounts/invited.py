"""The page behind an invitation: makes an account, or lets the one signed in join."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from callwitness.ledger import models as m
from callwitness.services import audit
from callwitness.web.accounts import links
from callwitness.web.accounts.models import OneTimeLink, User
from callwitness.web.accounts.passwords import NewAccountForm
from callwitness.web.accounts.signing import sign_in
from callwitness.web.ui.visitor import address_of, too_often
from callwitness.web.ui.words import word


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what the invitation is for; POST accepts it."""
    if too_often(request, "invited", 30, 300):
        return render(request, "429.html", status=429)
    link = links.find(token, first=False)
    if link is None or link.workspace is None:
        return render(request, "accounts/link_gone.html", {"first": False}, status=404)
    known: dict[str, Any] = {"link": link, "into": link.workspace}
    if request.user.is_authenticated:
        known["already"] = m.Membership.objects.filter(user=request.user, workspace=link.workspace).exists()
        if request.method == "POST" and not known["already"]:
            return _joined(request, link, link.workspace, request.user)
        return render(request, "accounts/join.html", known)
    form = NewAccountForm(request.POST or None, initial={"email": link.email})
    if request.method == "POST" and form.is_valid():
        return _joined(request, link, link.workspace, form.cleaned_data)
    return render(request, "accounts/invited.html", {**known, "form": form})


def _joined(request: HttpRequest, link: OneTimeLink, workspace: m.Workspace, who: Any) -> HttpResponse:
    """who: the account signed in, or the fields of a new one."""
    user = _join(link, workspace, who)
    if user is None:
        return render(request, "accounts/link_gone.html", {"first": False}, status=404)
    if not request.user.is_authenticated:
        sign_in(request, user)
    audit.note(workspace, user, "member.join", user.email, {"role": link.role}, address_of(request))
    messages.success(request, _("Welcome. Your role here: %(role)s.") % {"role": word("role", link.role)})
    return redirect(f"/w/{workspace.slug}/")


@transaction.atomic
def _join(link: OneTimeLink, workspace: m.Workspace, who: Any) -> User | None:
    """The member, with teams and agent; None when the link was used meanwhile."""
    if not links.use_up(link):
        return None
    user = who if isinstance(who, User) else _account(who)
    member = m.Membership.objects.create(
        workspace=workspace,
        user=user,
        role=link.role,
        party=link.party,
        mask_numbers=link.mask_numbers,
    )
    member.teams.set(link.teams.all())
    if link.agent is not None:
        m.Agent.objects.filter(pk=link.agent.pk).update(user=user)
    return user


def _account(given: dict[str, Any]) -> User:
    language = (get_language() or "en")[:2]
    return User.objects.create_user(given["email"], given["password"], name=given["name"], language=language)
