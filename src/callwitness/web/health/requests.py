"""One log line and one count per request, by the pattern of its address: no number, name or id of a call is told."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.template.loader import render_to_string

from callwitness.web.health.counters import REQUEST_SECONDS, REQUESTS

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_log: Final = logging.getLogger("callwitness.web")


class RequestMiddleware:
    """The first of all. Also says in a sentence that the database is away, with 503, instead of failing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        spent = time.perf_counter() - begun
        route = _route(request)
        method = request.method if request.method in _METHODS else "other"
        REQUESTS.labels(route, method, str(response.status_code)).inc()
        REQUEST_SECONDS.labels(route).observe(spent)
        _log.log(
            logging.WARNING if response.status_code >= 500 else logging.INFO,
            "%s %s",
            method,
            route,
            extra={"status": response.status_code, "ms": round(spent * 1000), "user": _user(request)},
        )
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """An answer for errors of views."""
        if isinstance(problem, OperationalError | InterfaceError):
            _log.warning("the database does not answer: %s", type(problem).__name__)
            return unavailable()
        if isinstance(problem, UnreadablePostError):
            return HttpResponse(
                "The body broke off; nothing of it was kept.\n", status=400, content_type="text/plain"
            )
        _log.error("%s %s failed", request.method, _route(request), exc_info=problem)
        return None


def unavailable() -> HttpResponse:
    """The page for a database that is away."""
    return HttpResponse(render_to_string("health/unavailable.html"), status=503, headers={"Retry-After": "5"})


def _route(request: HttpRequest) -> str:
    if request.path.startswith("/static/"):
        return "static"
    match = request.resolver_match
    return f"/{match.route}" if match else "unknown"


def _user(request: HttpRequest) -> str:
    """The id of who is signed in, if that was asked for already; no query is made for the log."""
    user = getattr(request, "_cached_user", None)
    return str(user.pk) if user is not None and user.pk else "-"
