"""Language and theme, chosen from any page, also before anybody is signed in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from callwitness.web.ui.context import THEME_COOKIE, THEMES

_YEAR_S = 365 * 24 * 3600


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keeps ``language`` or ``theme`` for the account, and in a cookie for this browser; back to ``next``."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    answer = HttpResponseRedirect(back)
    known = {
        "language": (settings.LANGUAGE_COOKIE_NAME, tuple(code for code, _ in settings.LANGUAGES)),
        "theme": (THEME_COOKIE, THEMES),
    }
    for field, (cookie, values) in known.items():
        value = request.POST.get(field)
        if value in values:
            _keep(request, answer, field, cookie, value)
    return answer


def _keep(request: HttpRequest, answer: HttpResponse, field: str, cookie: str, value: str) -> None:
    answer.set_cookie(
        cookie,
        value,
        max_age=_YEAR_S,
        samesite="Lax",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
    )
    if request.user.is_authenticated:
        setattr(request.user, field, value)
        request.user.save(update_fields=[field])
