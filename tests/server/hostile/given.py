"""What strangers write into addresses and forms, and where."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from django.apps import apps
from django.urls import NoReverseMatch, get_resolver, reverse

from callwitness.domain.view import VIEW_COLUMNS
from callwitness.web.tests.walking import Route, Things, walk

MARKUP: Final = "<img src=x onerror=alert(7)>\"'><script>alert(7)</script>"
TEXTS: Final = (
    "", " ", "0", "-1", "1", "00", "2147483648", "9223372036854775808", "-9223372036854775809", "9" * 400, "9" * 5000, "1e999", "nan",
    "-inf", "0x1f", "²", "٣", "1_000", "yes", "all", "--", "-", ".", "..", "../../etc/passwd", "%", "%s", "{0}", "{n}", "\\",
    "'", "';drop table calls;--", '" or 1=1', MARKUP, "\x00", "a\x00b", "\n", "\r\nSet-Cookie: a=b", "\u202egnp.exe", "\ufeff", "😀", "İ", "ß",
    "9999-99-99", "0001-01-01", "9999-12-31", "1969-12-31", "2026-02-30", "0001-01-01..9999-12-31", "2026-11-01..", "..2026-11-01",
    "2200-12-31..2200-12-31", "last_7_days", "WzEsMl0", "W251bGwsMV0", "WzFlOTk5LDFd", "WyIiLCIxIl0", "W1tdLHt9XQ", "eyI=", "====",
    "WzEsOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", "x" * 3000, "(" * 200, "[", "(?P<", "*", "+380500001234", "C:\\con", "/", "//evil.example/",
    "javascript:alert(7)", "http://169.254.169.254/", "null", "None", "true", "[]", "{}", "[object Object]", "0001-01-01T00:00", "9999-12-31T23:59",
)  # fmt: skip
"""Values that no honest form sends; \x00 and \\u202e are meant."""
RAW: Final = ("%ff", "%c3%28", "%ed%a0%80", "%00", "%", "%zz", "%u0041", "+", "a%0d%0ab", "%f0%9f%98")
"""Percent escapes as they stand in an address, also such as are no UTF-8."""
NAMES: Final = (
    "page", "after", "at", "value", "saved", "format", "_what", "_column", "_operation", "_value", "_shown", "_first", "_last",
    "period", "sort", "group", "columns", "search", "day", "member", "find", "team", "kind", "state", "view", "source", "role", "way",
    "trunk", "status", "severity", "bears", "line", "owner", "project", "next", "call", "numbers", "token", "key", "unheard",
)  # fmt: skip
"""What screens read from an address."""
CONDITIONS: Final = tuple(
    name + operation
    for name in VIEW_COLUMNS
    for operation in ("", ".not", ".has", ".min", ".max", ".empty", ".drop")
)


def routes() -> tuple[Route, ...]:
    """Every route of the server."""
    return tuple(walk(get_resolver()))


def place_of(route: Route, things: Things) -> str:
    """The address of a route with things that the owner may see."""
    told: Mapping[str, Any] = {"token": "x" * 43, "key": "x-y", "uidb36": "1", "app_label": "auth", "object_id": "1",
                               "content_type_id": 1, "url": "x"}  # fmt: skip
    values = {part: told.get(part, "1") for part in route.parts}
    if "workspace" in route.parts:
        values |= things.values(route, things.cast.olga) | {"workspace": things.cast.workspace.slug}
    for given in (values, {"key": "x-y", "uidb36": "1"}, {"key": "x"}, {"url": "x"}, {"app_label": "auth"}):
        try:
            return reverse(route.name, kwargs=given)
        except NoReverseMatch:
            continue
    return reverse(route.name)


def quoted(text: str) -> str:
    return quote(text, safe="")


def state() -> dict[str, str]:
    """What the database holds, by table: a fingerprint of its rows. Sessions and the accounts' last sign-in aside."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label in ("sessions", "usersessions", "contenttypes"):
            continue
        rows = sorted(str(row) for row in model._default_manager.values_list())
        found[model._meta.db_table] = hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest()
    return found
