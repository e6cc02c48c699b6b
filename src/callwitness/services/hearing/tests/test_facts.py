"""What derivation is told of recordings."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.services.hearing.facts import DAY_MS, recordings_between
from callwitness.services.hearing.tests.conftest import NOW, Office

pytestmark = pytest.mark.django_db


DAY = NOW // DAY_MS


def _await(office: Office, native: str, started_at: int | None) -> None:
    """A record whose recording is a link."""
    evidence, _new = m.Evidence.objects.get_or_create(
        source=office.source, sha256="cd" * 32, defaults={"name": "list.csv", "size": 1, "arrived_at": NOW}
    )
    m.Record.objects.create(
        source=office.source,
        evidence=evidence,
        record_id=native,
        native_call_id=native,
        started_at=started_at,
    )
    m.Recording.objects.create(
        source=office.source, state=m.Recording.AWAITED, name=native, native_call_id=native, arrived_at=NOW,
        url=f"https://host.example/talk/{native}.mp3?token=secret",
    )  # fmt: skip


def test_only_what_records_of_these_days_await_is_looked_through(office: Office) -> None:
    for native, started_at in (
        ("now", NOW),
        ("other zone", NOW - DAY_MS),
        ("old", NOW - 9 * DAY_MS),
        ("?", None),
    ):
        _await(office, native, started_at)
    told = recordings_between(office.workspace.pk, DAY, DAY + 1)
    assert told["native_call_id"].to_list() == ["now", "other zone", "?"]


def test_a_link_is_known_without_its_query(office: Office) -> None:
    _await(office, "1793606400.1", NOW)
    told = recordings_between(office.workspace.pk, DAY, DAY + 1)
    assert told["name"].to_list() == ["https://host.example/talk/1793606400.1.mp3"]
    assert told["status"].to_list() == [None]
