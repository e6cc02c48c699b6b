"""The door of every screen: who comes in, with which scope, in which language and zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils import timezone
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.ledger.access import Absent, Scope, scope_of

P = ParamSpec("P")
ScreenView = Callable[Concatenate[HttpRequest, Scope, P], HttpResponseBase]


def screen(
    right: str, methods: tuple[str, ...] = ("GET",)
) -> Callable[[ScreenView[P]], Callable[..., HttpResponseBase]]:
    """A view of a workspace's screen: called with (request, scope, ...) when its reader has the right.

    Wrong method 405, signed out: to the sign-in page; no member, no right, absent: 404, all alike. A ``UsageError``
    (a view or form that nobody can mean) is shown as a page that says so, with status 400.
    """

    def decorate(view: ScreenView[P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        @login_required
        def guarded(
            request: HttpRequest, workspace: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            try:
                scope = scope_of(request.user, workspace)
                scope.need(right)
                if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                    return HttpResponseNotAllowed(methods)
                request.scope = scope  # type: ignore[attr-defined]  # read by the page's context
                timezone.activate(ZoneInfo(zone_of(scope)))
                _refuse_zero_bytes(request, kwargs)
                return view(request, scope, *args, **kwargs)
            except Absent:
                raise Http404 from None
            except UsageError as problem:
                from callwitness.web.ui.page import refused  # noqa: PLC0415 templates load after apps

                return refused(request, str(problem))

        guarded.right = right  # type: ignore[attr-defined]  # read by the test that walks all routes
        guarded.methods = methods  # type: ignore[attr-defined]
        return guarded

    return decorate


def _refuse_zero_bytes(request: HttpRequest, parts: Mapping[str, object]) -> None:
    """No text that people mean has one, and PostgreSQL cannot look for it. Raises ``Absent``, ``UsageError``."""
    if any("\0" in str(part) for part in parts.values()):
        raise Absent
    given = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
    for name, texts in (pair for fields in given for pair in fields.lists()):
        if any("\0" in str(text) for text in (name, *texts)):
            raise UsageError(_("A field holds a zero byte, which no text has; nothing was changed."))


def zone_of(scope: Scope) -> str:
    """The zone in which this reader sees times."""
    return scope.user.zone or scope.workspace.zone
