"""``/health/`` for whoever watches the server, ``/metrics`` for Prometheus. Neither tells of calls or people."""

from __future__ import annotations

import hmac
import ipaddress

from django.conf import settings
from django.db.utils import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from callwitness.services.running.condition import Sign, signs
from callwitness.services.running.heartbeat import read
from callwitness.web.health import figures


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when all is well, else 503. The server's keeper gets a page, everybody else the figures alone."""
    looked = signs()
    status = 503 if any(sign.problem for sign in looked) else 200
    if _keeper(request):
        return render(request, "health/health.html", _shown(looked), status=status)
    told: dict[str, object] = {"status": "ok" if status == 200 else "problem"}
    told |= {sign.name: sign.value for sign in looked}
    told["problems"] = [sign.problem for sign in looked if sign.problem]
    return JsonResponse(told, status=status)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures as Prometheus reads them, for this machine or whoever knows the token; 404 to others."""
    if not _may_measure(request):
        return HttpResponse("Not found.\n", status=404, content_type="text/plain")
    return HttpResponse(generate_latest(figures.REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _shown(looked: list[Sign]) -> dict[str, object]:
    beat = read(settings.SERVER.data)
    problems = [gettext(sign.problem) for sign in looked if sign.problem]
    return {
        "figures": {sign.name: sign.value for sign in looked},
        "problems": problems,
        "well": not problems,
        "beat": beat,
        "jobs": list(beat.jobs.items()) if beat else [],
    }


def _keeper(request: HttpRequest) -> bool:
    if "text/html" not in request.headers.get("Accept", ""):
        return False
    try:
        return bool(request.user.is_authenticated and request.user.is_staff)
    except DatabaseError:
        return False


def _may_measure(request: HttpRequest) -> bool:
    token = settings.SERVER.metrics_token
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    try:
        here = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
    return here and not passed_on
