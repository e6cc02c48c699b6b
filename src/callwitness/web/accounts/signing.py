"""Signing in whoever has just made an account by a link."""

from __future__ import annotations

from typing import Final

from django.contrib.auth import login
from django.http import HttpRequest

from callwitness.web.accounts.models import User

_BACKEND: Final = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(request: HttpRequest, user: User) -> None:
    """A fresh session for an account made a moment ago; it can have no second factor yet."""
    login(request, user, backend=_BACKEND)
