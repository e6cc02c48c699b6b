"""Pages from ledger and warehouse are the same pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from callwitness.domain.errors import UsageError
from callwitness.domain.view import VIEW_COLUMNS, parse_view
from callwitness.ledger import access, queries
from callwitness.ledger import models as m
from callwitness.services import call_pages, publish
from callwitness.web.accounts.models import User

pytestmark = pytest.mark.django_db

ZONE = "Europe/Kyiv"
START = int(datetime(2026, 11, 19, 12, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000
NOW = START + 3 * DAY_MS


@pytest.fixture
def reading(settings: Any, tmp_path: Path) -> queries.Reading:
    settings.SERVER = replace(settings.SERVER, data=tmp_path)
    workspace = m.Workspace.objects.create(slug="acme", name="Acme", zone=ZONE)
    owner = User.objects.create_user("olga@acme.example")
    m.Membership.objects.create(workspace=workspace, user=owner, role="owner")
    source = m.Source.objects.create(workspace=workspace, name="office", role="office")
    for number in range(40):
        at = START + number * 5_000_000
        m.Call.objects.create(
            workspace=workspace, anchor_source=source, anchor_native_id=str(number), public_id=f"c{number}",
            day=at // DAY_MS, started_at=at, direction="inbound", caller=f"+7900000{number % 7:04}", did="",
            verdict=("answered", "busy", "no_answer")[number % 3], agent=("", "Ivanova", "Petrov")[number % 3],
            queue="sales" if number % 2 else "", wait_s=number * 1.5 if number % 4 else None, content="",
        )  # fmt: skip
    for day in range(START // DAY_MS, START // DAY_MS + 4):
        publish.publish_day(workspace, day)
    return queries.Reading(access.scope_of(owner, "acme"), ZONE, NOW)


QUERIES = ["", "verdict=busy", "verdict=busy&queue=sales", "verdict.not=busy", "caller.has=0003", "search=900000", "search=ivan",
           "wait_s.min=20", "agent=", "weekday=5", "queue.empty=yes"]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_both_find_the_same_calls_page_by_page(reading: queries.Reading, query: str) -> None:
    view = parse_view([("period", "all"), *parse_qsl(query, keep_blank_values=True)])
    expected = [call.public_id for call in queries.page(view, reading, size=100).calls]
    seen: list[str] = []
    after = None
    while True:
        page = call_pages.page(view, reading, after, size=7)
        seen += [call.public_id for call in page.calls]
        after = page.after
        if after is None:
            break
    assert seen == expected


@pytest.mark.parametrize("name", [name for name, column in VIEW_COLUMNS.items() if column.sort])
def test_every_order_has_every_call_once(reading: queries.Reading, name: str) -> None:
    view = parse_view([("period", "all"), ("sort", f"-{name}")])
    found = [call.public_id for call in call_pages.every(view, reading)]
    assert len(found) == len(set(found)) == 40


def test_calls_of_today_are_there_before_the_warehouse_has_them(reading: queries.Reading) -> None:
    m.Call.objects.filter(public_id="c39").update(started_at=NOW - 1000, agent="Late")
    page = call_pages.page(parse_view([("period", "today"), ("agent.has", "late")]), reading)
    assert [call.public_id for call in page.calls] == ["c39"]


def test_a_damaged_day_is_no_hole_in_the_screen(reading: queries.Reading, settings: Any) -> None:
    for path in (settings.SERVER.data / "warehouse").rglob("*.parquet"):
        path.write_bytes(b"PAR1 not at all")
    page = call_pages.page(parse_view([("period", "all"), ("sort", "-wait_s")]), reading)
    assert len(page.calls) == 40


def test_a_page_of_another_view_is_refused(reading: queries.Reading) -> None:
    for after in ("l.x", "x", "l."):
        with pytest.raises(UsageError):
            call_pages.page(parse_view([("period", "all"), ("sort", "agent")]), reading, after)
