"""Webhooks that the front door lets in, for they are JSON, and that nobody honest sends: what becomes of them behind it."""

from __future__ import annotations

import json
from typing import Any
from zlib import crc32

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from callwitness.ledger import models as m
from callwitness.ledger.inbox import Arrival
from callwitness.services.arrivals.drain import GATHER_MS, drain
from callwitness.services.arrivals.inbox import open_inbox
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.derive import derive_dirty
from callwitness.services.publish import publish_dirty
from callwitness.web.hooks.body import events_of
from tests.server.hostile.given import MARKUP, quoted
from tests.server.hostile.screens import look

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

NOW = 1_793_602_800_000
"""2026-11-02 07:00 UTC."""
AT = "2026-11-02T06:00:00+00:00"
LOOKED_AT = 5
"""Every so many of the calls are opened."""
WILD: tuple[Any, ...] = (
    {"a": {"b": [1]}}, [], [[[]]], True, None, "", " ", -1, 0, 10**30, -(10**300), 1e308, 3.5, "1e999", "NaN", "x" * 100_000, "\x00", "a\x00b",
    "\ud800", "\udfff\ud800", MARKUP, "\u202e00-00-000 009 7+", "=1+1", "@SUM(A1)", "'; drop table ledger_call; --", "%s%n{0}", "\r\n\t",
    "٠١٢٣", "😀" * 50, "\ufeff", "../../etc/passwd", "javascript:alert(7)", "http://169.254.169.254/latest", "file:///etc/passwd",
)  # fmt: skip
MOMENTS: tuple[Any, ...] = (
    "0001-01-01T00:00:00Z", "99999-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z", "2026-02-30T00:00:00Z", "2026-11-02T25:00:00Z",
    "2026-11-02T10:00:00", 0, -1, 10**18, 10**300, 1e308, "1793602800000000000", "2026-11-02T10:00:00+99:99", "2026-11-02T10:00:00.1234567891Z", {"$date": 1},
)  # fmt: skip
FIELDS = (
    "event_id", "call_id", "from", "to", "did", "queue", "agent", "extension", "trunk", "direction", "result", "answered_by", "cause", "hangup_by",
    "recording_url", "wait_s", "talk_s", "duration_s",
)  # fmt: skip


@pytest.fixture
def source() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme", zone="Europe/Kyiv", country="UA")
    m.Project.objects.create(workspace=acme, slug="main", name="Main")
    return m.Source.objects.create(workspace=acme, name="office", role="office", hook_token="t" * 32)


@pytest.fixture
def owner(source: m.Source) -> Client:
    user = get_user_model().objects.create_user("olga@acme.example", "x")
    m.Membership.objects.create(workspace=source.workspace, user=user, role=m.Membership.OWNER)
    client = Client()
    client.force_login(user)
    return client


def ended(call: str, **more: Any) -> dict[str, Any]:
    """An event as an honest sender writes it, but for what is given."""
    apart = crc32(call.encode())  # calls of one number at one moment are one call told twice
    at = f"2026-11-02T{apart % 6:02}:{apart // 6 % 60:02}:{apart // 360 % 60:02}+00:00"
    return {"event": "call.ended", "event_id": f"e-{call}", "call_id": call, "at": at, "direction": "inbound",
            "from": f"+38050000{apart % 10_000:04}", "to": "+380500000100", "result": "no_answer", "duration_s": 30} | more  # fmt: skip


def sent(source: m.Source, *bodies: bytes) -> None:
    """Bodies through what the front door asks of them, into the inbox, and from there all the way."""
    inbox, arrivals = open_inbox(), []
    for body in bodies:
        arrivals += [
            Arrival(source.pk, NOW, "application/json", event.body, event.event_id, "{}")
            for event in events_of("application/json", body)
        ]
    inbox.append(arrivals)
    inbox.close()
    assert drain(NOW + GATHER_MS)
    read_pending(NOW)
    derive_dirty(NOW)
    publish_dirty(NOW)


def pages() -> list[str]:
    """Every page on which an event leaves a trace."""
    found = [f"/w/acme/{name}" for name in ("", "calls/?period=all", "calls/?period=all&group=agent", "lost/", "findings/", "sources/",
                                            "people/", "numbers/", "lines/", "mine/")]  # fmt: skip
    found += [
        f"/w/acme/calls/groups/?period=all&group={name}"
        for name in ("agent", "queue", "trunk", "did", "caller")
    ]
    source = m.Source.objects.get()
    found += [f"/w/acme/sources/{source.pk}/rejected/{evidence.pk}/" for evidence in m.Evidence.objects.all()]
    found.append(f"/w/acme/sources/{source.pk}/recordings/")
    for call in m.Call.objects.all()[::LOOKED_AT]:
        base = f"/w/acme/call/{quoted(call.public_id)}/"
        found += [base, base + "others/", *(f"{base}witness/{seen.pk}/" for seen in call.seen_by.all())]
    return found


def accounted(honest: int) -> None:
    """Nothing failed as a whole, every call is derived, the honest ones are there, refusals are sentences."""
    assert set(m.Evidence.objects.values_list("state", "problem")) == {("read", "")}
    assert not m.DirtyDay.objects.exists()
    assert not m.UnpublishedDay.objects.exists()
    assert m.Call.objects.filter(anchor_native_id__startswith="honest-").count() == honest
    assert all(
        reason.startswith("expected ") for reason in m.RejectedRow.objects.values_list("reason", flat=True)
    )


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_of_any_kind_harms_nobody(source: m.Source, owner: Client, field: str) -> None:
    wild = [json.dumps(ended(f"wild-{n}", **{field: value})).encode() for n, value in enumerate(WILD)]
    honest = [json.dumps(ended(f"honest-{n}")).encode() for n in range(2)]
    sent(source, honest[0], *wild, honest[1])
    accounted(2)
    rejected = m.RejectedRow.objects.count()
    assert m.Record.objects.count() + rejected == len(wild) + 2
    assert bool(rejected) == (field == "call_id")
    wrong, _ = look(owner, pages())
    assert wrong == []


def test_moments_that_are_none_are_refused_one_by_one_with_the_reason(
    source: m.Source, owner: Client
) -> None:
    names = ("at", "started_at", "answered_at", "ended_at")
    wild = [ended(f"wild-{name}-{n}", **{name: value}) for name in names for n, value in enumerate(MOMENTS)]
    sent(source, *(json.dumps(event).encode() for event in wild), json.dumps(ended("honest-1")).encode())
    accounted(1)
    reasons = list(m.RejectedRow.objects.values_list("reason", flat=True))
    assert len(reasons) >= len(names) * (len(MOMENTS) - 3)
    assert all("ISO 8601 with a zone" in reason for reason in reasons)
    evidence = m.Evidence.objects.get()
    listed = owner.get(f"/w/acme/sources/{source.pk}/rejected/{evidence.pk}/").content.decode()
    assert "ISO 8601 with a zone" in listed
    wrong, _ = look(owner, pages())
    assert wrong == []


def test_bodies_that_are_no_events_are_listed_and_the_others_go_on(source: m.Source, owner: Client) -> None:
    deep = b'{"event": "call.ended", "call_id": "d", "x": ' + b"[" * 900 + b"]" * 900 + b"}"
    bodies = (
        b"{}", b'{"event": null}', b'{"event": {"a": 1}}', b'{"event": "call.deleted", "call_id": "x"}', b'[{"body": "{}"}, {"body": {"event": 1}}]',
        b'{"body64": "////", "seq": 1}', b'{"body": "event=call.ended", "seq": 99999999999999999999}', b'{"event": "call.ended"}', deep,
        json.dumps({"event": "call.ended", "call_id": MARKUP * 2000, "at": AT}).encode(),
        json.dumps({"event": MARKUP, "call_id": "x"}).encode(), b'{"event": "call.ended", "call_id": "twice", "call_id": "once"}',
    )  # fmt: skip
    sent(source, json.dumps(ended("honest-1")).encode(), *bodies)
    accounted(1)
    assert m.RejectedRow.objects.count() >= 9
    wrong, _ = look(owner, pages())
    assert wrong == []


def test_repeated_and_disordered_events_make_the_call_that_ordered_ones_make(source: m.Source) -> None:
    events = [
        ended("honest-1", event="call.started", event_id="1", at="2026-11-02T05:59:00Z"),
        ended("honest-1", event="call.answered", event_id="2", at="2026-11-02T05:59:20Z", agent="Ivanna", answered_by="human"),
        ended("honest-1", event_id="3", at=AT, result="answered", talk_s=40, duration_s=60, agent="Ivanna"),
    ]  # fmt: skip
    bodies = [json.dumps(event).encode() for event in events]
    sent(source, bodies[2])
    sent(source, bodies[1], bodies[2] + b" ")
    sent(source, bodies[0], bodies[1] + b"\n", bodies[2])
    disordered = _told()
    m.Workspace.objects.all().delete()
    other = m.Workspace.objects.create(slug="other", name="Other", zone="Europe/Kyiv", country="UA")
    sent(m.Source.objects.create(workspace=other, name="office", role="office"), *bodies)
    assert disordered == _told()
    assert disordered["verdict"] == "answered"


def _told() -> dict[str, Any]:
    call = m.Call.objects.values(
        "public_id", "verdict", "started_at", "ended_at", "wait_s", "talk_s", "agents"
    ).get()
    return dict(call)


def test_lengths_below_zero_and_beyond_all_bounds_are_unknown(source: m.Source) -> None:
    wild = (-5, -1e-9, 10**9, 1e308, "-Infinity", "Infinity", "1e5000", [5], {"s": 5})
    sent(
        source,
        *(
            json.dumps(ended(f"wild-{n}", talk_s=value, wait_s=value, duration_s=value)).encode()
            for n, value in enumerate(wild)
        ),
    )
    for wait, talk, total in m.Witness.objects.values_list("wait_s", "talk_s", "total_s"):
        assert all(length is None or 0 <= length <= 7 * 86_400 for length in (wait, talk, total))
