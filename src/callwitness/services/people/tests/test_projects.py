"""A number that moves to another project takes its calls along."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.services.people.projects import reassign

pytestmark = pytest.mark.django_db

DAY = 86_400_000
TEXTS = "direction caller caller_kind called verdict agent trunk recovery content".split()


@pytest.fixture
def acme() -> m.Workspace:
    return m.Workspace.objects.create(slug="acme", name="Acme")


def call(workspace: m.Workspace, name: str, did: str, queue: str = "") -> m.Call:
    source, _ = m.Source.objects.get_or_create(workspace=workspace, name="office", role="office")
    return m.Call.objects.create(
        workspace=workspace, public_id=name, anchor_source=source, anchor_native_id=name, started_at=3 * DAY + 5,
        day=3, did=did, queue=queue, **dict.fromkeys(TEXTS, ""),
    )  # fmt: skip


def projects(workspace: m.Workspace) -> dict[str, str]:
    rows = m.Call.objects.filter(workspace=workspace).values_list("public_id", "project__slug")
    return {name: project or "" for name, project in rows}


def test_calls_follow_their_number_then_their_queue_then_the_first_project(acme: m.Workspace) -> None:
    call(acme, "by-number", "+79000000001", "sales")
    call(acme, "by-queue", "+79000000002", "sales")
    call(acme, "by-default", "", "support")
    assert reassign(acme, now=7) == 0
    first = m.Project.objects.create(workspace=acme, slug="first", name="First")
    m.Project.objects.create(workspace=acme, slug="second", name="Second", queues=["sales"])
    number = m.Number.objects.create(workspace=acme, value="+79000000001", project=first)
    assert reassign(acme, now=8) == 3
    assert projects(acme) == {"by-number": "first", "by-queue": "second", "by-default": "first"}
    assert list(m.UnpublishedDay.objects.values_list("day", "since")) == [(3, 8)]
    number.delete()
    assert reassign(acme, now=9) == 1
    assert projects(acme)["by-number"] == "second"
    assert reassign(acme, now=10) == 0


def test_cases_follow_their_first_call_and_other_workspaces_stay(acme: m.Workspace) -> None:
    lost, foreign = call(acme, "lost", "+79000000001"), m.Workspace.objects.create(slug="other", name="Other")
    call(foreign, "foreign", "+79000000001")
    case = m.LostCase.objects.create(
        workspace=acme, public_id="lost-lost", caller="+79000000009", line="+79000000001", state="open",
        derived_state="open", tries=1, first_at=0, last_at=0, first_call=lost, last_call=lost, owner="", why_missed="",
    )  # fmt: skip
    project = m.Project.objects.create(workspace=acme, slug="first", name="First")
    reassign(acme, now=8)
    case.refresh_from_db()
    assert case.project == project
    assert projects(foreign) == {"foreign": ""}
