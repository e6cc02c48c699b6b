"""The menu: every screen its reader may open, with what waits there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from callwitness.domain.view import period_bounds
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.services.hearing.doubts import doubtful
from callwitness.web.ui.door import zone_of

MOST_COUNTED: Final = 99
"""Counts above are shown as ``99+``: nobody reads them, and counting has its price."""
FINDINGS_PERIOD: Final = "last_30_days"
"""What the list of findings shows unless asked otherwise, and what the menu counts."""

# screen, words, words on a phone's bottom, icon, key after g
_ROW: Final = (
    ("today", _("Today"), _("Today"), "today", "t"),
    ("calls", _("Calls"), _("Calls"), "call", "c"),
    ("lost", pgettext_lazy("callers", "Lost"), pgettext_lazy("callers", "Lost"), "missed", "l"),
    ("findings", _("Findings"), _("Findings"), "flag", ""),
    ("mine", _("My calls"), pgettext_lazy("calls", "Mine"), "mine", ""),
    ("sources", _("Sources"), _("Sources"), "note", ""),
    ("exports", _("Exports"), _("Exports"), "export", ""),
)
_MORE: Final = (
    ("doubtful", _("Doubtful answers")),
    ("people", _("People")),
    ("numbers", _("Numbers")),
    ("lines", _("Lines")),
    ("projects", _("Projects")),
    ("settings", _("Settings")),
    ("settings:audit", _("Audit")),
)
_PARTS: Final = {"call": "calls", "members": "settings"}
"""Screens that are reached through another one."""
_LATE: Final = frozenset({"sources", "exports"})
_BOTTOM: Final = frozenset({"today", "calls", "lost", "mine"})


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. count: '' where nothing waits; late: moves under More when the row is short of room."""

    screen: str
    url: str
    label: str | Promise
    here: bool
    short: str | Promise = ""
    icon: str = ""
    key: str = ""
    count: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class BottomItem:
    """An entry of a phone's bottom menu, with the short word."""

    url: str
    label: str | Promise
    icon: str
    count: str
    here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """What the head and the bottom of a page list. find: where the search leads, '' without calls."""

    row: tuple[Item, ...]
    more: tuple[Item, ...]
    find: str

    @property
    def more_here(self) -> bool:
        return any(item.here for item in self.more)

    @property
    def bottom(self) -> list[BottomItem]:
        return [
            BottomItem(item.url, item.short, item.icon, item.count, item.here)
            for item in self.row
            if item.screen in _BOTTOM
        ]

    @property
    def rest(self) -> list[Item]:
        return [item for item in (*self.row, *self.more) if item.screen not in _BOTTOM]


def menu_of(request: HttpRequest, scope: Scope) -> Menu:
    """The menu of a reader on the page that is asked for."""
    match = request.resolver_match
    here = _PARTS.get(match.namespace, match.namespace) if match else ""
    row = []
    for screen, label, short, icon, key in _ROW:
        if url := _address(screen, scope):
            waiting = _waiting(screen, scope)
            row.append(Item(screen, url, label, here == screen, short, icon, key, waiting, screen in _LATE))
    more = [
        Item(screen, url, label, here == screen, count=_waiting(screen, scope))
        for screen, label in _MORE
        if (url := _address(screen, scope))
    ]
    if any(item.screen == "settings" for item in more):
        more = [item for item in more if item.screen != "settings:audit"]
    return Menu(tuple(row), tuple(more), next((item.url for item in row if item.screen == "calls"), ""))


def _address(screen: str, scope: Scope) -> str:
    """Where a screen begins; '' where its own door would not let this reader in."""
    name = screen if ":" in screen else f"{screen}:index"
    try:
        url = reverse(name, kwargs={"workspace": scope.workspace.slug})
    except NoReverseMatch:
        return ""
    return url if scope.may(_right(name)) else ""


@cache
def _right(name: str) -> str:
    return str(getattr(resolve(reverse(name, kwargs={"workspace": "any"})).func, "right", ""))


def _waiting(screen: str, scope: Scope) -> str:
    rows: QuerySet[Any] | None = None
    if screen == "lost":
        rows = access.lost_cases(scope).filter(state="open")
    elif screen == "findings":
        now = int(timezone.now().timestamp() * 1000)
        found_in = findings_of(access.findings(scope), FINDINGS_PERIOD, zone_of(scope), now)
        rows = found_in.filter(state="open")
    elif screen == "doubtful":
        rows = access.hearings(scope).filter(doubtful())
    found = rows.order_by().values("pk")[: MOST_COUNTED + 1].count() if rows is not None else 0
    if not found:
        return ""
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)


def findings_of(findings: QuerySet[m.Finding], period: str, zone: str, now: int) -> QuerySet[m.Finding]:
    """Those of a period as in a view of calls, in the reader's zone. now: ms UTC."""
    begin, end = period_bounds(period, zone, now)
    return findings.filter(at__gte=begin, at__lt=end)
