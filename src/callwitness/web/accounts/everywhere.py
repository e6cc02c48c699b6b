"""Sign out everywhere: all sessions of an account end, this one too."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST


@require_POST
@login_required
def everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session, on this device and all others."""
    for session in UserSession.objects.filter(user_id=request.user.pk):
        session.end()
    logout(request)
    messages.success(request, _("Signed out everywhere."))
    return redirect("account_login")
