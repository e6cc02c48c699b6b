"""Forms that change the view: a filter more, columns, own dates. Each leads to the address of the changed view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from callwitness.domain.errors import UsageError
from callwitness.domain.view import View, parse_view
from callwitness.ledger.access import Scope
from callwitness.web.calls import changes
from callwitness.web.calls.asked import asked
from callwitness.web.ui.door import screen


@screen("see_calls")
def change(request: HttpRequest, scope: Scope) -> HttpResponse:
    """``_what`` says what: filter (``_column``, ``_operation``, ``_value``), columns (``_shown``), dates (``_first``, ``_last``)."""
    told = asked(request, scope)
    made = _MADE.get(request.GET.get("_what", ""))
    if made is None:
        raise UsageError("expected a filter, columns or dates")
    checked = parse_view(made(request, told.view).pairs())
    return redirect(
        reverse("calls:index", kwargs={"workspace": scope.workspace.slug}) + told.address(checked)
    )


def _filtered(request: HttpRequest, view: View) -> View:
    column, operation = request.GET.get("_column", ""), request.GET.get("_operation", "is")
    values = [value.strip() for value in request.GET.getlist("_value")]
    values = [value for value in values if value or (operation in ("is", "not") and "_choice" in request.GET)]
    if operation == "empty":
        values = ["yes"]
    return changes.added(view, column, operation, values) if values else view


def _columns(request: HttpRequest, view: View) -> View:
    shown = tuple(request.GET.getlist("_shown"))
    if not shown:
        raise UsageError("columns: choose one at least")
    return replace(view, columns=shown)


def _dates(request: HttpRequest, view: View) -> View:
    first, last = request.GET.get("_first", ""), request.GET.get("_last", "")
    return replace(view, period=f"{first or last}..{last or first}")


_MADE: Final[Mapping[str, Callable[[HttpRequest, View], View]]] = {
    "filter": _filtered,
    "columns": _columns,
    "dates": _dates,
}
