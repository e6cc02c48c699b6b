"""Every form with what no honest browser sends: refused in a sentence, nothing changed, no page broken afterwards."""

from __future__ import annotations

import contextlib
import os
import random
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from callwitness.web.tests.walking import Route, Things
from tests.server.hostile.given import TEXTS, place_of, routes, state

pytestmark = pytest.mark.django_db

SEED: Final = 5
TRIES: Final = int(os.environ.get("HOSTILE_TRIES", "6"))
FIELDS: Final = {
    "calls:save": {"name": "A", "shared": "on"},
    "calls:edit": {"name": "A", "shared": "on", "column": "verdict", "operation": "is", "value": "busy", "colour": "lost"},
    "calls:delete": {},
    "call:comment": {"text": "Good", "own_side": "on"},
    "lost:act": {"note": "n"},
    "findings:note": {"key": "f-disputed", "state": "accepted", "text": "n", "back": "kind=x"},
    "sources:add": {"role": "office", "name": "new", "way": "upload", "folder": "", "adapter": "", "zone": "UTC", "options": "a=b"},
    "sources:upload": {"source": "1"},
    "sources:change": {"folder": "", "party": "1", "neutral": "on", "enabled": "on", "adapter": "", "zone": "UTC", "options": "a=b"},
    "sources:replay": {}, "sources:replay_evidence": {},
    "sources:hook": {"action": "new"},
    "sources:recordings": {},
    "people:adopt": {"text": "x"},
    "people:import": {}, "numbers:import": {},
    "people:new_agent": {"name": "N", "team": "1", "user": "1", "active": "on"},
    "people:edit_agent": {"name": "N", "team": "1", "user": "1", "active": "on"},
    "people:add_extension": {"value": "105", "from_at": "2026-11-01T10:00", "to_at": "2026-11-02T10:00"},
    "people:end_extension": {"to_at": "2026-11-02T10:00"},
    "people:remove_extension": {},
    "people:new_team": {"name": "T", "sla_minutes": "5", "missed_mail": "never", "digest_hour": "9", "queue_names": "q"},
    "people:team": {"name": "T", "sla_minutes": "5", "missed_mail": "never", "digest_hour": "9", "queue_names": "q"},
    "people:remove_team": {},
    "numbers:adopt": {"number": "+380500000555", "project": "1"},
    "numbers:new": {"value": "+380500000777", "kind": "own", "name": "n", "project": "1", "provider": "1", "advertising": "a"},
    "numbers:number": {"value": "+380500000777", "kind": "own", "name": "n", "project": "1", "provider": "1", "advertising": "a"},
    "numbers:remove": {},
    "lines:new": {"trunk": "t", "name": "n", "office": "o", "channels": "4"},
    "lines:line": {"trunk": "t", "name": "n", "office": "o", "channels": "4"},
    "lines:remove": {},
    "projects:new": {"name": "P", "queue_names": "q", "agency": "A", "client": "B"},
    "projects:project": {"name": "P", "queue_names": "q", "agency": "A", "client": "B"},
    "projects:remove": {},
    "settings:index": {"name": "N", "zone": "UTC", "country": "UA", "language": "en"},
    "settings:rules": {},
    "settings:speech": {"engine": "openai", "language": "en", "model": "m", "url": "https://speech.example/v1", "project": "p", "key": "k", "earlier": "on"},
    "members:invite": {"email": "new@callwitness.example", "role": "operator", "party": "", "teams": "1", "agent": "1", "mask_numbers": "on"},
    "members:withdraw": {},
    "members:member": {"role": "operator", "party": "", "teams": "1", "agent": "1", "mask_numbers": "on"},
    "members:remove": {}, "members:password": {},
    "exports:add": {"view": "1", "format": "csv", "target": "cabinet", "zone": "UTC", "time": "09:00", "minute": "1", "days": "1", "to": "a@b.example"},
    "exports:edit": {"view": "1", "format": "csv", "target": "cabinet", "zone": "UTC", "time": "09:00", "minute": "1", "days": "1", "to": "a@b.example"},
    "exports:delete": {}, "exports:send": {},
    "choose": {"language": "en", "theme": "dark", "next": "/"},
    "profile": {"name": "N", "zone": "UTC", "language": "en", "theme": ""},
    "account_login": {"login": "olga@callwitness.example", "password": "x"},
    "account_reset_password": {"email": "olga@callwitness.example"},
    "account_change_password": {"oldpassword": "x", "password1": "y", "password2": "y"},
    "account_reauthenticate": {"password": "x"},
}  # fmt: skip
FILES: Final = {
    "sources:upload": "files",
    "sources:recordings": "files",
    "people:import": "list",
    "numbers:import": "list",
}


class _Undo(Exception):
    """What a form changed is taken back, so that the next begins where this did."""


def posted(client: Client, address: str, fields: dict[str, Any], before: dict[str, str]) -> tuple[int, bool]:
    """Status, and for a refusal whether something was changed nevertheless; it is undone."""
    outcome = (0, False)
    with contextlib.suppress(_Undo), transaction.atomic():
        status = client.post(address, fields).status_code
        outcome = (status, status >= 400 and state() != before)
        raise _Undo
    return outcome


def hostile(route: Route, fields: dict[str, str]) -> list[dict[str, Any]]:
    """Forms of one route: empty, without a field, each field hostile, all of them, repeated, as a file."""
    chance = random.Random(f"{SEED} {route.name}")
    found: list[dict[str, Any]] = [{}]
    for name, honest in fields.items():
        found.append({key: value for key, value in fields.items() if key != name})
        found += [fields | {name: text} for text in chance.sample(TEXTS, min(TRIES, len(TEXTS)))]
        found.append(fields | {name: [honest, "\x00", "9" * 5000]})
        found.append(fields | {name: SimpleUploadedFile("../../\u202ex.csv", b"\x00\xff")})
    found += [dict.fromkeys(fields, text) for text in chance.sample(TEXTS, 3)]
    if name := FILES.get(route.name, ""):
        found += [
            fields | {name: SimpleUploadedFile(text, b)}
            for text, b in (
                (("x" * 4000) + ".csv", b"\xff\x00"),
                ("a.zip", b"PK\x03\x04"),
                ("\u202e.gz", b"\x1f\x8b"),
            )
        ]
        found.append(fields | {name: "no file"})
    return found


POSTED: Final = tuple(
    route for route in routes() if "POST" in getattr(route.view, "methods", ()) or route.name in FIELDS
)


@pytest.mark.parametrize("screen", sorted({route.screen for route in POSTED}))
def test_no_form_fails_and_a_refused_one_changes_nothing(things: Things, screen: str) -> None:
    wrong, client = [], Client(raise_request_exception=False)
    client.force_login(things.cast.olga.user)
    places = {route.name: place_of(route, things) for route in POSTED}
    before = state()
    for route in POSTED:
        if route.screen != screen or route.name == "sources:review":
            continue
        for fields in hostile(route, FIELDS.get(route.name, {})):
            status, changed = posted(client, places[route.name], fields, before)
            if status >= 500 or changed or status < 200:
                shown = {name: str(value)[:40] for name, value in fields.items()}
                wrong.append(f"{route.name} {shown}: {status}{' and changed something' if changed else ''}")
    assert wrong == []
