"""Ids of another workspace in bodies, not in addresses: refused by every form, and nothing of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from callwitness.ledger import models as m
from callwitness.web.tests.walking import Things
from tests.server.hostile.given import state

pytestmark = pytest.mark.django_db


@dataclass(frozen=True, slots=True)
class Reach:
    """A form of the own workspace, and the field in which somebody writes an id of another's. many: as one of several."""

    path: str
    field: str
    fields: dict[str, Any]
    foreign: str
    many: bool = False


AGENT: Final = {"name": "New", "active": "on"}
NUMBER: Final = {"value": "+380500000777", "kind": "own", "name": "n"}
MEMBER: Final = {"role": "operator"}
REACHES: Final = (
    Reach("people/agents/new/", "team", AGENT, "team"),
    Reach("people/agents/new/", "user", AGENT, "user"),
    Reach("people/agents/{agent}/edit/", "team", AGENT, "team"),
    Reach("people/agents/{agent}/edit/", "user", AGENT, "user"),
    Reach("numbers/new/", "project", NUMBER, "project"),
    Reach("numbers/new/", "provider", NUMBER, "source"),
    Reach("numbers/{number}/", "project", NUMBER, "project"),
    Reach("numbers/{number}/", "provider", NUMBER, "source"),
    Reach("numbers/adopt/", "project", {"number": "+380500000200"}, "project"),
    Reach("sources/{source}/change/", "party", {"adapter": "", "zone": "UTC", "options": "", "folder": ""}, "party"),
    Reach("sources/upload/", "source", {}, "source"),
    Reach("settings/members/invite/", "party", {"role": "marketer", "email": ""}, "party"),
    Reach("settings/members/invite/", "teams", MEMBER | {"email": ""}, "team", many=True),
    Reach("settings/members/invite/", "agent", MEMBER | {"email": ""}, "agent"),
    Reach("settings/members/{member}/", "party", {"role": "marketer"}, "party"),
    Reach("settings/members/{member}/", "teams", MEMBER, "team", many=True),
    Reach("settings/members/{member}/", "agent", MEMBER, "agent"),
    Reach("findings/note/", "key", {"state": "accepted", "text": "mine"}, "finding"),
    Reach("exports/add/", "view", {"format": "csv", "target": "cabinet", "zone": "UTC"}, "view"),
    Reach("calls/views/save/?saved={foreign_view}", "name", {}, "view"),
)  # fmt: skip


@pytest.fixture
def ids(things: Things) -> dict[str, dict[str, Any]]:
    """Own and foreign ids by kind."""
    cast, other = things.cast, things.cast.other_workspace
    stefan = cast.stranger.user
    project = m.Project.objects.get(workspace=other)
    party = m.Party.objects.create(project=project, side=m.Party.CLIENT, name="Foreign")
    source = m.Source.objects.create(workspace=other, name="line", role="provider")
    view = m.SavedView.objects.create(
        workspace=other, owner=stefan, name="foreign", query="verdict=busy", shared=True
    )
    foreign = {
        "team": m.Team.objects.get(workspace=other).pk, "user": stefan.pk, "project": project.pk, "party": party.pk, "source": source.pk,
        "agent": m.Agent.objects.get(workspace=other).pk, "finding": "f-foreign", "view": view.pk,
    }  # fmt: skip
    assert cast.ivanna.membership is not None
    own = {
        "agent": cast.agents["ivanna"].pk, "number": m.Number.objects.get(workspace=cast.workspace).pk, "source": cast.sources["mango"].pk,
        "member": cast.ivanna.membership.pk, "foreign_view": view.pk,
    }  # fmt: skip
    return {"own": own, "foreign": foreign}


@pytest.mark.parametrize("reach", REACHES, ids=lambda reach: f"{reach.path} {reach.field}")
def test_an_id_of_another_workspace_is_no_choice(
    things: Things, ids: dict[str, dict[str, Any]], reach: Reach
) -> None:
    value = ids["foreign"][reach.foreign]
    before = state()
    address = things.cast.url(reach.path.format(**ids["own"]))
    answer = things.cast.olga.client.post(
        address, reach.fields | {reach.field: [value] if reach.many else value}
    )
    assert answer.status_code in (200, 400, 404), answer.status_code
    assert state() == before


def test_a_foreign_user_in_a_body_of_an_own_member_form_changes_nobody_else(
    things: Things, ids: dict[str, dict[str, Any]]
) -> None:
    cast = things.cast
    answer = cast.olga.client.post(
        cast.url(f"settings/members/{ids['own']['member']}/"),
        {
            "role": "auditor",
            "user": ids["foreign"]["user"],
            "workspace": cast.other_workspace.pk,
            "pk": 1,
            "id": 1,
        },
    )
    assert answer.status_code == 302
    stefan = m.Membership.objects.get(user=cast.stranger.user)
    assert (stefan.workspace, stefan.role) == (cast.other_workspace, m.Membership.OWNER)


def test_what_a_form_does_not_have_is_not_taken(things: Things) -> None:
    cast = things.cast
    made = cast.olga.client.post(
        cast.url("people/agents/new/"),
        AGENT | {"workspace": cast.other_workspace.pk, "id": 1, "pk": cast.agents["ivanna"].pk},
    )
    assert made.status_code == 302
    assert m.Agent.objects.get(name="New").workspace == cast.workspace
    profile = cast.ivanna.client.post(
        "/profile/",
        {"name": "I", "zone": "UTC", "language": "en", "theme": "", "is_staff": "on", "is_superuser": "on"},
    )
    assert profile.status_code in (200, 302)
    cast.ivanna.user.refresh_from_db()
    assert not cast.ivanna.user.is_staff
    assert not cast.ivanna.user.is_superuser
