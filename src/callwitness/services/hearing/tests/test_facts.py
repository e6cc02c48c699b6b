"""What derivation is told of recordings."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.services.hearing.facts import recordings_between
from callwitness.services.hearing.tests.conftest import NOW, Office

pytestmark = pytest.mark.django_db


def test_a_link_is_known_without_its_query(office: Office) -> None:
    m.Recording.objects.create(
        source=office.source, state=m.Recording.AWAITED, name="a", native_call_id="1793606400.1", arrived_at=NOW,
        url="https://host.example/talk/1793606400.1.mp3?token=secret",
    )  # fmt: skip
    told = recordings_between(office.workspace.pk, 0, 1)
    assert told["name"].to_list() == ["https://host.example/talk/1793606400.1.mp3"]
    assert told["status"].to_list() == [None]
