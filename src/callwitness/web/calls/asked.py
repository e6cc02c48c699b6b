"""What a request asks of the view of calls: the view, its reader, the saved view it stands on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest

from callwitness.domain.view import View, parse_view
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import Reading, shown
from callwitness.web.ui.door import zone_of

_OF_THE_PAGE: Final = ("page", "after", "saved", "format", "value", "at", "since")


@dataclass(frozen=True, slots=True)
class Asked:
    """view: without columns that the reader does not see. changed: the view is no longer the saved one's."""

    view: View
    reading: Reading
    saved: m.SavedView | None = None
    changed: bool = False

    def address(self, view: View | None = None) -> str:
        """``?period=...``: a view, by default this one, as an address of this screen."""
        return address(view or self.view, self.saved)

    def pairs(self, view: View | None = None) -> list[tuple[str, str]]:
        """The same as name and value pairs, for the hidden fields of forms."""
        return _pairs(view or self.view, self.saved)


def asked(request: HttpRequest, scope: Scope) -> Asked:
    """Raises ``UsageError`` for a view that nobody can mean or that is not open to the reader; ``Absent`` for a saved one."""
    reading = Reading(scope, zone_of(scope), int(time.time() * 1000))
    saved = _saved(request, scope)
    given = [
        (name, value)
        for name, values in request.GET.lists()
        for value in values
        if name not in _OF_THE_PAGE and not name.startswith("_")
    ]
    if not saved and {name for name, _ in given} == {"search"}:
        given.append(("period", "all"))  # who types a number into the head of the page means any time
    own = parse_view(parse_qsl(saved.query, keep_blank_values=True)) if saved else View()
    view = parse_view(given) if given else own
    return Asked(shown(view, scope), reading, saved, changed=bool(saved) and view != own)


def address(view: View, saved: m.SavedView | None = None) -> str:
    """A view as an address."""
    return "?" + urlencode(_pairs(view, saved))


def _pairs(view: View, saved: m.SavedView | None) -> list[tuple[str, str]]:
    """The period always stands there: an address without anything is the saved view as it was saved."""
    pairs = view.pairs()
    if not any(name == "period" for name, _ in pairs):
        pairs.insert(0, ("period", view.period))
    return [*pairs, ("saved", str(saved.pk))] if saved else pairs


def _saved(request: HttpRequest, scope: Scope) -> m.SavedView | None:
    text = request.GET.get("saved", "")
    if not text:
        return None
    return access.one(access.views(scope), pk=int(text) if text.isdecimal() and len(text) < 12 else 0)
