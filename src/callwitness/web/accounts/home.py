"""The first page: leads to the workspace of whoever is signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from callwitness.ledger import access


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """To the first workspace by name; a page that says what to do where there is none."""
    workspace = access.workspaces(request.user).first()
    if workspace is None:
        return render(request, "accounts/no_workspace.html")
    return redirect(f"/w/{workspace.slug}/")
