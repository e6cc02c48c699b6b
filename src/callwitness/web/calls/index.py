"""The Calls screen: a view of calls, its first page of rows, everything that changes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from callwitness.domain.view import PERIODS, VIEW_COLUMNS, View, period_bounds
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import closed_columns, hidden_columns
from callwitness.ledger.view_people import names_of
from callwitness.services import call_pages
from callwitness.services.exports.exporting import wording
from callwitness.services.exports.exporting.words import words as in_words
from callwitness.services.exports.rows import MOST_ROWS
from callwitness.web.calls import changes
from callwitness.web.calls.asked import Asked, asked
from callwitness.web.calls.cells import Rows
from callwitness.web.ui import words
from callwitness.web.ui.door import screen
from callwitness.web.ui.page import whole_or_part
from callwitness.web.ui.templatetags.callwitness import formats


@screen("see_calls")
def index(request: HttpRequest, scope: Scope) -> HttpResponse:
    """The screen; with ``after`` the rows that follow."""
    told = asked(request, scope)
    first = not request.GET.get("after")
    newest = _newest() if first else 0  # before the rows are read: what comes meanwhile is news
    context = page_of(request, told) | {"asked": told}
    if first:
        context |= _around(told, scope)
        context["since"] = newest if told.view.sort == ("started_at", True) and not told.view.group else ""
        if not context["rows"] and not told.view.group:
            context["nothing_at_all"] = not m.Call.objects.filter(workspace=scope.workspace).exists()
    return whole_or_part(request, "calls/index.html", "calls/rows.html", context)


def page_of(request: HttpRequest, told: Asked) -> dict[str, Any]:
    """One page of rows. A grouped view has none of its own: its groups are opened one by one."""
    if told.view.group:
        return {"rows": [], "more": "", "width": len(told.view.columns)}
    page = call_pages.page(told.view, told.reading, request.GET.get("after") or None)
    rows = Rows(told, names_of(told.reading.scope.workspace)).rows(page.calls)
    more = f"{told.address()}&after={page.after}" if page.after else ""
    return {"rows": rows, "more": more, "width": len(told.view.columns)}


def _around(told: Asked, scope: Scope) -> dict[str, Any]:
    view, closed = told.view, closed_columns(scope)
    first, dots, last = view.period.partition("..")
    word = "" if dots else words.word("period", view.period)
    days = _days(told)
    return {
        "heading": told.saved.name if told.saved else _("Calls"),
        "period": word or days,
        "days": days if word and view.period != "all" else "",
        "periods": [
            (name, told.address(replace(view, period=name)), name == view.period) for name in PERIODS
        ],
        "first": first if dots else "",
        "last": last,
        "chips": _chips(told),
        "heads": _heads(told),
        "columns": _columns(view, hidden_columns(scope)),
        "groups": _groups(told, closed),
        "grouped": words.word("column", view.group) if view.group else "",
        "filterable": [
            (name, words.word("column", name)) for name in VIEW_COLUMNS if _filterable(name, closed)
        ],
        "saved_views": list(access.views(scope)),
        "mine": bool(told.saved) and told.saved.owner_id == scope.user.pk if told.saved else False,
        "most": {name: wording.count(most) for name, most in MOST_ROWS.items()},
        "wider": told.address(replace(view, period="last_30_days")),
        "bare": told.address(replace(view, conditions=(), search="")),
    }


def _newest() -> int:
    """Number of the last call that was written; what is written later is news."""
    return m.Call.objects.aggregate(newest=Max("id"))["newest"] or 0


def _days(told: Asked) -> str:
    """``16 Nov – 22 Nov``: first and last day of the period."""
    begin, end = period_bounds(told.view.period, told.reading.zone, told.reading.now)
    first, last = formats().day(begin), formats().day(end - 1)
    return first if first == last else f"{first} – {last}"


def _chips(told: Asked) -> list[tuple[str, str]]:
    view = told.view
    chips = [
        (
            wording.condition_words(condition, in_words(), told.reading.zone),
            told.address(changes.without(view, condition)),
        )
        for condition in view.conditions
    ]
    if view.search:
        said = _("search: {text}").format(text=view.search)
        chips.append((said, told.address(replace(view, search=""))))
    return chips


def _heads(told: Asked) -> list[dict[str, Any]]:
    """One head a column: its word, where it sorts to, how it is sorted now."""
    closed, (sorted_by, down) = closed_columns(told.reading.scope), told.view.sort
    return [
        {
            "name": name,
            "word": words.word("column", name),
            "url": told.address(changes.sorted_by(told.view, name))
            if VIEW_COLUMNS[name].sort and name not in closed
            else "",
            "sort": ("descending" if down else "ascending") if name == sorted_by else "",
            "right": name in ("wait_s", "talk_s", "findings"),
        }
        for name in told.view.columns
    ]


def _columns(view: View, hidden: frozenset[str]) -> list[tuple[str, str, bool]]:
    """Columns to choose from, those that are shown first and in their order."""
    names = [
        *view.columns,
        *(name for name in VIEW_COLUMNS if name not in view.columns and name not in hidden),
    ]
    return [(name, words.word("column", name), name in view.columns) for name in names]


def _groups(told: Asked, closed: frozenset[str]) -> list[tuple[str, str, bool]]:
    view = told.view
    able = [name for name, column in VIEW_COLUMNS.items() if column.group and name not in closed]
    found = [
        (words.word("column", name), told.address(replace(view, group=name)), name == view.group)
        for name in able
    ]
    return [(_("not grouped"), told.address(replace(view, group=None)), view.group is None), *found]


def _filterable(name: str, closed: frozenset[str]) -> bool:
    return name not in closed and VIEW_COLUMNS[name].kind != "moment"
