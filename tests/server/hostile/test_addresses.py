"""Every page with an address that no honest link has: it answers with a page, whatever stands there."""

from __future__ import annotations

import os
import random
from typing import Final

import pytest
from django.test import Client

from callwitness.web.tests.walking import Things
from tests.server.hostile.given import CONDITIONS, NAMES, RAW, TEXTS, place_of, quoted, routes

pytestmark = pytest.mark.django_db

SEED: Final = 11
TRIES: Final = int(os.environ.get("HOSTILE_TRIES", "8"))
"""Addresses of a route and name; more of them look further."""
READS: Final = {
    "today:index": ("day", "period"),
    "calls:index": ("period", "sort", "group", "columns", "search", "saved", "after", "page"),
    "calls:totals": ("period", "saved", "search"),
    "calls:groups": ("at", "sort"),
    "calls:group": ("value", "after"),
    "calls:values": ("_column", "period"),
    "calls:change": ("_what", "_column", "_operation", "_value", "_shown", "_first", "_last"),
    "calls:export": ("format", "period"),
    "lost:index": ("period", "team", "line", "state", "owner", "project", "find", "page", "sort"),
    "lost:figures": ("period", "team", "line"),
    "findings:index": ("period", "kind", "severity", "bears", "state", "source", "page", "call"),
    "sources:index": ("page",), "sources:add": ("role", "way"), "sources:upload": ("source",), "sources:one": ("page",),
    "sources:rejected": ("page",), "sources:recordings": ("page",),
    "mine:index": ("period", "member", "page"),
    "people:index": ("find", "team", "page"),
    "numbers:index": ("kind", "find", "page"),
    "lines:new": ("trunk",),
    "settings:audit": ("page", "action"),
    "exports:add": ("view",),
    "account_login": ("next", "email"),
    "call:index": ("page",), "call:others": ("page",),
}  # fmt: skip
"""What screens read from their addresses; everywhere else a few names are tried that they do not read."""
WITH: Final = {
    "calls:groups": "&group=agent&period=all",
    "calls:group": "&group=agent&period=all",
    "calls:change": "&_what=filter",
}


def addresses(name: str, place: str) -> list[str]:
    """Hostile addresses of one route, the same at every run."""
    chance = random.Random(f"{SEED} {name}")
    found = []
    for read in READS.get(name, ()) or chance.sample(NAMES, 2):
        values = [quoted(text) for text in chance.sample(TEXTS, min(TRIES, len(TEXTS)))] + chance.sample(
            RAW, 2
        )
        found += [f"{place}?{read}={value}{WITH.get(name, '')}" for value in values]
        found.append(f"{place}?" + "&".join(f"{read}={value}" for value in values[:6]))
    if name in ("calls:index", "calls:totals", "calls:groups", "calls:export"):
        for condition in chance.sample(CONDITIONS, min(3 * TRIES, len(CONDITIONS))):
            value = quoted(chance.choice(TEXTS))
            found.append(f"{place}?period=all&{condition}={value}{WITH.get(name, '')}")
    return found


def asked(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        list(answer.streaming_content)  # type: ignore[attr-defined]  # not asynchronous here
    answer.close()
    return answer.status_code


@pytest.mark.parametrize(
    "screen", sorted({route.screen for route in routes()} - {"admin", "health", "metrics", "account_logout"})
)
def test_no_address_makes_a_page_fail(things: Things, screen: str) -> None:
    client = things.cast.olga.client
    client.raise_request_exception = False
    wrong = []
    for route in routes():
        if route.screen == screen and ":?" not in route.name:
            for address in addresses(route.name, place_of(route, things)):
                status = asked(client, address)
                if status >= 500 or status < 200:
                    wrong.append(f"{address[:300]}: {status}")
    assert wrong == []


HOSTILE_PARTS: Final = (
    "0",
    "-1",
    "99999999999999999999",
    "9" * 400,
    "%00",
    "%ff",
    "..",
    "%2e%2e%2f",
    "x" * 500,
    "%F0%9F%98%80",
    "a%0d%0ab",
    "'",
    "<b>",
)


def test_no_part_of_a_path_makes_a_page_fail(things: Things) -> None:
    client = things.cast.olga.client
    client.raise_request_exception = False
    wrong = []
    for route in routes():
        if route.path.startswith("w/<slug:workspace>/") and len(route.parts) > 1:
            head, _, tail = place_of(route, things).removesuffix("/").partition("/w/acme/")
            pieces = tail.split("/")
            for at, piece in enumerate(pieces):
                if piece in route.path.split("/"):
                    continue
                for part in HOSTILE_PARTS:
                    address = f"{head}/w/acme/" + "/".join([*pieces[:at], part, *pieces[at + 1 :]]) + "/"
                    status = asked(client, address)
                    if status >= 500:
                        wrong.append(f"{address[:200]}: {status}")
    assert wrong == []
