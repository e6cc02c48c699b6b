"""Saved views: kept under a name, shared, coloured, renamed, deleted. A view belongs to who saved it."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import hidden_columns
from callwitness.web.calls import colours
from callwitness.web.calls.asked import asked
from callwitness.web.ui import words
from callwitness.web.ui.door import screen

_MOST: Final = 200
_LONGEST_QUERY: Final = 4000
_OPERATIONS: Final = {
    "is": gettext_lazy("is"),
    "not": gettext_lazy("is not"),
    "has": gettext_lazy("contains"),
    "min": gettext_lazy("at least"),
    "max": gettext_lazy("at most"),
}
_COLOURS: Final = {
    "ok": gettext_lazy("green"),
    "nobody": gettext_lazy("amber"),
    "lost": gettext_lazy("red"),
    "out": gettext_lazy("blue"),
    "aside": gettext_lazy("grey"),
}


class NameForm(forms.Form):
    """What a view is called and who sees it."""

    name = forms.CharField(max_length=120, label=gettext_lazy("Name"))
    shared = forms.BooleanField(required=False, label=gettext_lazy("For everybody here"))


@screen("see_calls", ("POST",))
def save(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Keeps the view of the address under a name; an own view of that name is written over."""
    told = asked(request, scope)
    form = NameForm(request.POST)
    if not form.is_valid():
        raise UsageError(_("A view needs a name of 1 to 120 letters."))
    name = form.cleaned_data["name"]
    own = m.SavedView.objects.filter(workspace=scope.workspace, owner=scope.user)
    if own.count() >= _MOST and not own.filter(name=name).exists():
        raise UsageError(_("You have {n} views; delete one first.").format(n=_MOST))
    query = urlencode(told.view.pairs())
    if len(query) > _LONGEST_QUERY:
        raise UsageError(_("This view is too long to be saved; take fewer filters."))
    colours_kept = told.saved.colours if told.saved else []
    found, _created = own.update_or_create(
        workspace=scope.workspace,
        owner=scope.user,
        name=name,
        defaults={"query": query, "shared": form.cleaned_data["shared"] and scope.may("share_views")},
        create_defaults={
            "query": query,
            "shared": form.cleaned_data["shared"] and scope.may("share_views"),
            "colours": colours_kept,
        },
    )
    messages.success(request, _("The view {name} is saved.").format(name=name))
    return redirect(_address(scope, found))


@screen("see_calls", ("GET", "POST"))
def edit(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Name, sharing and colours of an own view."""
    found = _own(scope, pk)
    form = NameForm(request.POST or None, initial={"name": found.name, "shared": found.shared})
    if request.method == "POST" and form.is_valid():
        return _changed(request, scope, found, form.cleaned_data)
    context = {
        "view": found,
        "form": form,
        "rules": [*found.colours, *[{}] * (colours.MOST_RULES - len(found.colours))][
            : max(3, len(found.colours) + 1)
        ],
        "columns": [
            (name, words.word("column", name))
            for name in colours.COLUMNS
            if name not in hidden_columns(scope)
        ],
        "operations": _OPERATIONS.items(),
        "colours": _COLOURS.items(),
        "codes": [
            pair for kind in ("verdict", "recovery", "direction", "flag") for pair in words.words(kind)
        ],
        "back": _address(scope, found),
    }
    return render(request, "calls/edit.html", context)


@screen("see_calls", ("POST",))
def delete(request: HttpRequest, scope: Scope, pk: int) -> HttpResponse:
    """Deletes an own view, and with it its scheduled exports."""
    found = _own(scope, pk)
    found.delete()
    messages.success(request, _("The view {name} is deleted.").format(name=found.name))
    return redirect(reverse("calls:index", kwargs={"workspace": scope.workspace.slug}))


def _changed(request: HttpRequest, scope: Scope, found: m.SavedView, given: dict[str, Any]) -> HttpResponse:
    others = m.SavedView.objects.filter(workspace=scope.workspace, owner=scope.user, name=given["name"])
    if others.exclude(pk=found.pk).exists():
        raise UsageError(_("You have a view of that name already."))
    found.name = given["name"]
    found.shared = given["shared"] and scope.may("share_views")
    found.colours = _rules(request)
    found.save()
    messages.success(request, _("The view {name} is saved.").format(name=found.name))
    return redirect(_address(scope, found))


def _rules(request: HttpRequest) -> list[dict[str, str]]:
    """Colour rules of the form; those without a column or a value are left out."""
    rows = zip(
        *(request.POST.getlist(name) for name in ("column", "operation", "value", "colour")), strict=False
    )
    rules = []
    for column, operation, value, colour in rows:
        if column not in colours.COLUMNS or not value.strip():
            continue
        fits = operation in colours.OPERATIONS and colour in colours.COLOURS
        if not fits or (operation in ("min", "max")) != (VIEW_COLUMNS[column].kind in ("seconds", "count")):
            raise UsageError(
                _(
                    "A colour rule compares texts with is, is not, contains, and numbers with at least, at most."
                )
            )
        rules.append(
            {"column": column, "operation": operation, "value": value.strip()[:200], "colour": colour}
        )
    return rules[: colours.MOST_RULES]


def _own(scope: Scope, pk: int) -> m.SavedView:
    return access.one(access.views(scope), pk=pk, owner=scope.user)


def _address(scope: Scope, view: m.SavedView) -> str:
    return reverse("calls:index", kwargs={"workspace": scope.workspace.slug}) + f"?saved={view.pk}"
