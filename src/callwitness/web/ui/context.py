"""What the shared page needs to know."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from callwitness import __version__
from callwitness.ledger import access
from callwitness.web.ui.menu import menu_of

THEMES: Final = ("", "light", "dark")
THEME_COOKIE: Final = "callwitness_theme"
LANGUAGE_NAMES: Final = (("en", "English"), ("ru", "Русский"), ("uk", "Українська"))


def page(request: HttpRequest) -> dict[str, Any]:
    """``scope, workspace, workspaces, menu`` of a signed-in reader's screen; ``theme, languages, version, zone``."""
    scope = getattr(request, "scope", None)
    known: dict[str, Any] = {
        "scope": scope,
        "workspace": None,
        "workspaces": [],
        "theme": _theme(request),
        "languages": LANGUAGE_NAMES,
        "version": __version__,
        "zone": timezone.get_current_timezone_name() if scope else "",
    }
    if scope is not None:
        known["workspace"] = scope.workspace
        known["workspaces"] = SimpleLazyObject(lambda: list(access.workspaces(scope.user)))
        known["menu"] = SimpleLazyObject(lambda: menu_of(request, scope))
    return known


def _theme(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return str(user.theme)
    asked = request.COOKIES.get(THEME_COOKIE, "")
    return asked if asked in THEMES else ""
