"""Pages make few queries, however many rows they show (query_budget.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from callwitness.ledger import models as m
from callwitness.services.arguments import parse_source
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.derive import derive_dirty
from callwitness.services.publish import publish_dirty
from callwitness.simulate.world import WorldOptions, simulate
from tests.end_to_end.ledger import bring, workspace_with

BUDGET = tomllib.loads((Path(__file__).parent / "query_budget.toml").read_text("utf-8"))
NOW = 1_793_000_000_000


@pytest.fixture
def ledger(data: Path, tmp_path: Path) -> m.Workspace:
    """Three days of an invented company, more than a page of everything."""
    assert data.is_dir()
    world = tmp_path / "world"
    simulate(WorldOptions(days=3, calls_per_day=60, seed=4), world)
    workspace = workspace_with(world / "callwitness.toml")
    m.Project.objects.create(workspace=workspace, slug="main", name="Main")
    files = ("provider=provider.csv", "office=Master.csv", "office=queue_log", "office=cel.csv")
    for role, _, name in (text.partition("=") for text in files):
        bring(workspace, parse_source(f"{role}={world / name}", []), NOW)
    read_pending(NOW)
    derive_dirty(NOW)
    publish_dirty(NOW)
    return workspace


@pytest.mark.django_db
def test_every_page_keeps_to_its_budget(ledger: m.Workspace) -> None:
    user = get_user_model().objects.create_user("olga@acme.example", "x")
    m.Membership.objects.create(workspace=ledger, user=user, role=m.Membership.OWNER)
    client = Client()
    client.force_login(user)
    call = m.Call.objects.filter(findings__gt=0).order_by("-findings").first()
    assert call is not None
    names = {"call": call.public_id, "source": m.Source.objects.get(name="office").pk}
    over = {}
    for page, most in BUDGET.items():
        queries: list[str] = []

        def count(execute: Any, sql: str, *rest: Any, seen: list[str] = queries) -> Any:
            seen.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            answer = client.get(f"/w/{ledger.slug}/{page.format(**names)}")
        assert answer.status_code == 200, page
        if len(queries) > most:
            over[page] = (len(queries), most)
    assert not over
