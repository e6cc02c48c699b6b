"""What accounts do goes into the audit of every workspace they belong to."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import get_user_model, signals
from django.http import HttpRequest

from callwitness.ledger import access
from callwitness.services import audit
from callwitness.web.ui.visitor import address_of


def connect() -> None:
    """Listens to sign-ins and changes of what one signs in with; called once, when the app is ready."""
    signals.user_logged_in.connect(_signed_in, dispatch_uid="noted.in")
    signals.user_login_failed.connect(_failed, dispatch_uid="noted.failed")
    account.password_changed.connect(_password, dispatch_uid="noted.password")
    account.password_reset.connect(_password, dispatch_uid="noted.reset")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="noted.added")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="noted.removed")


def _note(request: HttpRequest | None, user: Any, action: str) -> None:
    for workspace in access.workspaces(user):
        audit.note(workspace, user, action, user.email, address=address_of(request) if request else "")


def _signed_in(request: HttpRequest, user: Any, **_rest: Any) -> None:
    _note(request, user, "sign_in")


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_rest: Any) -> None:
    """Only tries at accounts that exist: nobody fills the audit with invented names."""
    email = str(credentials.get("email", "")).lower()
    user = get_user_model().objects.filter(email=email).first() if email else None
    if user is not None:
        _note(request, user, "sign_in.failed")


def _password(request: HttpRequest, user: Any, **_rest: Any) -> None:
    _note(request, user, "password.change")


def _factor_added(request: HttpRequest, user: Any, **_rest: Any) -> None:
    _note(request, user, "second_factor.add")


def _factor_removed(request: HttpRequest, user: Any, **_rest: Any) -> None:
    _note(request, user, "second_factor.remove")
