"""A comment on a call."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from callwitness.ledger import access
from callwitness.ledger.access import Scope
from callwitness.services import comments
from callwitness.web.ui.door import screen


@screen("comment", ("POST",))
def comment(request: HttpRequest, scope: Scope, public_id: str) -> HttpResponse:
    """``text``; ``own_side``: for the writer's party alone."""
    call = access.call(scope, public_id)
    comments.add(
        scope,
        call,
        request.POST.get("text", ""),
        own_side="own_side" in request.POST,
        now=int(time.time() * 1000),
    )
    return redirect(reverse("call:index", args=[scope.workspace.slug, call.public_id]) + "#comments")
