"""What the shared page needs to know."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from callwitness.ledger import access


def page(request: HttpRequest) -> dict[str, Any]:
    """``scope``, ``workspace`` and ``workspaces`` for the head of the page."""
    scope = getattr(request, "scope", None)
    if scope is None:
        return {"scope": None, "workspace": None, "workspaces": []}
    return {"scope": scope, "workspace": scope.workspace, "workspaces": access.workspaces(scope.user)}
