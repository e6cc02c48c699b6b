"""One log line and one count per request, by the pattern of its address: no number, name or id of a call is told."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable
from typing import Final

from django.core.signals import got_request_exception
from django.db.utils import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.template.loader import render_to_string
from django.utils import translation

from callwitness.web.health.counters import REQUEST_SECONDS, REQUESTS

_PROBLEM: Final = "callwitness.problem"
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_log: Final = logging.getLogger("callwitness.web")


class RequestMiddleware:
    """The first of all. Also says in a sentence that the database is away, with 503, instead of failing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        got_request_exception.connect(_note)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        begun = time.perf_counter()
        response = self.get_response(request)
        if (problem := request.META.pop(_PROBLEM, None)) is not None:
            response = _explained(request, problem, response)
        _tell(request, response.status_code, time.perf_counter() - begun)
        return response


def _note(request: HttpRequest | None = None, **_told: object) -> None:
    """Django answers errors inside its middlewares with 500 and tells what they were only here."""
    if request is not None:
        request.META[_PROBLEM] = sys.exc_info()[1]


def _explained(request: HttpRequest, problem: Exception, response: HttpResponseBase) -> HttpResponseBase:
    """The answer to an error: a sentence for what is nobody's fault here, else Django's page and a log of ours."""
    if isinstance(problem, OperationalError | InterfaceError):
        _log.warning("the database does not answer: %s", type(problem).__name__)
        return unavailable(request)
    if isinstance(problem, UnreadablePostError):
        text = "The body broke off; nothing of it was kept.\n"
        return HttpResponse(text, status=400, content_type="text/plain")
    _log.error("%s %s failed", request.method, _route(request), exc_info=problem)
    return response


def _tell(request: HttpRequest, status: int, spent_s: float) -> None:
    route = _route(request)
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(route, method, str(status)).inc()
    REQUEST_SECONDS.labels(route).observe(spent_s)
    _log.log(
        logging.WARNING if status >= 500 else logging.INFO,
        "%s %s",
        method,
        route,
        extra={"status": status, "ms": round(spent_s * 1000), "user": _user(request)},
    )


def unavailable(request: HttpRequest) -> HttpResponse:
    """The page for a database that is away, in the language of the browser."""
    with translation.override(translation.get_language_from_request(request)):
        page = render_to_string("health/unavailable.html")
    return HttpResponse(page, status=503, headers={"Retry-After": "5"})


def _route(request: HttpRequest) -> str:
    if request.path.startswith("/static/"):
        return "static"
    match = request.resolver_match
    return f"/{match.route}" if match else "unknown"


def _user(request: HttpRequest) -> str:
    """The id of who is signed in, if that was asked for already; no query is made for the log."""
    user = getattr(request, "_cached_user", None)
    return str(user.pk) if user is not None and user.pk else "-"
