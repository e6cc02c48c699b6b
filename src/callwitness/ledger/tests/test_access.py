"""The one door: each role sees exactly its own, and "not yours" looks like "absent"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope

pytestmark = pytest.mark.django_db

ROLES = ("owner", "manager", "head", "operator", "agency", "client", "auditor")
NOBODY = None
"""In the tables below: this role is told that there is no such thing."""

# What each role sees, by the names of rows; None = the right is missing. Order: ROLES.
ALL_CALLS = "ivanna petro queue nobody"
HEADS_CALLS = "ivanna queue"
SHOP_CALLS = "ivanna petro"
ALL_CASES = "ivanna petro team nobody claimed"
LISTS: dict[str, tuple[str | None, ...]] = {
    "calls": (ALL_CALLS, ALL_CALLS, HEADS_CALLS, "ivanna", SHOP_CALLS, SHOP_CALLS, ALL_CALLS),
    "lost_cases": (
        ALL_CASES, ALL_CASES, "ivanna team nobody", "ivanna team nobody claimed", "ivanna petro claimed", "ivanna petro claimed",
        ALL_CASES,
    ),
    "findings": (
        f"{ALL_CALLS} silence", f"{ALL_CALLS} silence", HEADS_CALLS, NOBODY, SHOP_CALLS, SHOP_CALLS, f"{ALL_CALLS} silence",
    ),
    "sources": ("mango exchange", "mango exchange", "mango exchange", NOBODY, NOBODY, NOBODY, "mango exchange"),
    "teams": ("Sales Support", "Sales Support", "Sales", NOBODY, NOBODY, NOBODY, "Sales Support"),
    "agents": ("Ivanna Petro", "Ivanna Petro", "Ivanna", NOBODY, NOBODY, NOBODY, "Ivanna Petro"),
    "numbers": ("+79000000001", "+79000000001", "+79000000001", NOBODY, NOBODY, NOBODY, "+79000000001"),
    "lines": ("trunk", "trunk", "trunk", NOBODY, NOBODY, NOBODY, "trunk"),
    "pieces": ("tune", "tune", "tune", NOBODY, NOBODY, NOBODY, "tune"),
    "hearings": (ALL_CALLS, ALL_CALLS, HEADS_CALLS, "ivanna", SHOP_CALLS, SHOP_CALLS, ALL_CALLS),
    "projects": ("Clinic Shop",) * 4 + ("Shop", "Shop", "Clinic Shop"),
    "views": ("own shared", "shared", "shared", "shared", "shared", "shared", "shared"),
    "schedules": ("csv", "", "", NOBODY, "", "", NOBODY),
    "members": ("agency auditor client head manager operator owner", *(NOBODY,) * 6),
    "audit": ("listen", NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, "listen"),
}  # fmt: skip
NAMES: dict[str, Callable[[Any], str]] = {
    "calls": lambda row: row.public_id,
    "lost_cases": lambda row: row.public_id,
    "findings": lambda row: row.key,
    "teams": str,
    "agents": str,
    "schedules": lambda row: row.format,
    "members": lambda row: row.user.name,
    "audit": lambda row: row.action,
    "lines": lambda row: row.trunk,
    "hearings": lambda row: row.recording.call.public_id,
}


@dataclass(slots=True)
class Ledger:
    """A workspace with one of everything, and another with the same names."""

    workspace: m.Workspace
    other: m.Workspace
    users: dict[str, Any] = field(default_factory=dict)
    calls: dict[str, m.Call] = field(default_factory=dict)
    recordings: dict[str, m.Recording] = field(default_factory=dict)

    def scope(self, role: str) -> Scope:
        return access.scope_of(self.users[role], self.workspace.slug)


@pytest.fixture
def ledger(settings: Any) -> Ledger:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = Ledger(
        m.Workspace.objects.create(slug="acme", name="Acme"),
        m.Workspace.objects.create(slug="other", name="Other"),
    )
    for workspace in (made.workspace, made.other):
        fill(made, workspace)
    return made


def user(ledger: Ledger, workspace: m.Workspace, name: str, role: str, **more: Any) -> Any:
    manager: Any = get_user_model().objects
    who = manager.create_user(f"{name}@{workspace.slug}.example", name=name)
    m.Membership.objects.create(workspace=workspace, user=who, role=role, **more)
    ledger.users[name if workspace == ledger.workspace else f"other {name}"] = who
    return who


def fill(ledger: Ledger, workspace: m.Workspace) -> None:
    shop, clinic = (
        m.Project.objects.create(workspace=workspace, slug=name.lower(), name=name)
        for name in ("Shop", "Clinic")
    )
    sides = {
        side: m.Party.objects.create(project=shop, side=side, name=side) for side in ("agency", "client")
    }
    sales, support = (
        m.Team.objects.create(workspace=workspace, name=name, queues=[name.lower()])
        for name in ("Sales", "Support")
    )
    owner = user(ledger, workspace, "owner", "owner")
    user(ledger, workspace, "manager", "manager")
    head = user(ledger, workspace, "head", "manager")
    head.memberships.get().teams.add(sales)
    operator = user(ledger, workspace, "operator", "operator")
    for side, party in sides.items():
        user(ledger, workspace, side, "marketer", party=party)
    user(ledger, workspace, "auditor", "auditor")
    ivanna = m.Agent.objects.create(workspace=workspace, name="Ivanna", team=sales, user=operator)
    petro = m.Agent.objects.create(workspace=workspace, name="Petro", team=support)
    mango = m.Source.objects.create(
        workspace=workspace, name="mango", role="provider", neutral=True, party=sides["agency"]
    )
    exchange = m.Source.objects.create(
        workspace=workspace, name="exchange", role="office", party=sides["client"]
    )
    for source in (mango, exchange):
        m.Evidence.objects.create(
            source=source, sha256="0" * 64, name=source.name, size=1, how="upload", arrived_at=1
        )
    for name, project, queue, agent in (
        ("ivanna", shop, "", ivanna), ("petro", shop, "", petro), ("queue", clinic, "sales", None), ("nobody", clinic, "", None),
    ):  # fmt: skip
        call = make_call(ledger, workspace, exchange, name, project, queue)
        if agent is not None:
            m.CallAgent.objects.create(call=call, agent=agent, talked=False, started_at=1)
    finding(workspace, "silence", None)
    case(workspace, "ivanna", "ivanna", owner_agent=ivanna, owner_team=sales)
    case(workspace, "petro", "petro", owner_agent=petro, owner_team=support)
    case(workspace, "team", "queue", owner_team=sales)
    case(workspace, "nobody", "nobody")
    case(workspace, "claimed", "petro", owner_agent=petro, owner_team=support, claimed_by=operator)
    m.Number.objects.create(workspace=workspace, value="+79000000001")
    m.Line.objects.create(workspace=workspace, trunk="trunk", name="City")
    for ident, gone in (("tune", False), ("old", True)):
        m.Piece.objects.create(
            workspace=workspace, line="x", ident=ident, kind="music", duration_s=9, heard_in=2, forgotten=gone
        )
    own = m.SavedView.objects.create(workspace=workspace, owner=owner, name="own", query="")
    m.SavedView.objects.create(workspace=workspace, owner=owner, name="shared", query="", shared=True)
    m.Schedule.objects.create(view=own, format="csv", target="folder", zone="UTC", minute=0, since=0)
    m.Audit.objects.create(workspace=workspace, user=owner, at=1, action="listen")


def make_call(
    ledger: Ledger, workspace: m.Workspace, source: m.Source, name: str, project: m.Project, queue: str
) -> m.Call:
    texts = "anchor_native_id direction caller caller_kind did called verdict agent trunk recovery content".split()
    call = m.Call.objects.create(
        workspace=workspace, public_id=name, anchor_source=source, project=project, queue=queue, started_at=1, day=0,
        **dict.fromkeys(texts, ""),
    )  # fmt: skip
    recording = m.Recording.objects.create(source=source, call=call, name=f"{name}.wav", arrived_at=1)
    m.Hearing.objects.create(recording=recording, workspace=workspace, line="x", status="unsure", heard_at=1)
    finding(workspace, name, call)
    if workspace == ledger.workspace:
        ledger.calls[name], ledger.recordings[name] = call, recording
    return call


def finding(workspace: m.Workspace, key: str, call: m.Call | None) -> None:
    texts = "left_source left_value left_record right_source right_value right_record".split()
    m.Finding.objects.create(
        workspace=workspace, key=key, kind="clock_off", severity="minor", bears="", call=call, at=1, first_seen_at=1,
        **dict.fromkeys(texts, ""),
    )  # fmt: skip


def case(workspace: m.Workspace, name: str, call: str, **more: Any) -> None:
    first = m.Call.objects.get(workspace=workspace, public_id=call)
    m.LostCase.objects.create(
        workspace=workspace, project=first.project, public_id=name, caller="", line="", state="open", derived_state="open",
        tries=1, first_at=1, last_at=1, first_call=first, last_call=first, owner="", why_missed="", **more,
    )  # fmt: skip


@pytest.mark.parametrize("function", LISTS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_sees_exactly_its_own(ledger: Ledger, role: str, function: str) -> None:
    listed: Callable[[Scope], QuerySet[Any]] = getattr(access, function)
    expected = LISTS[function][ROLES.index(role)]
    if expected is None:
        with pytest.raises(Absent):
            listed(ledger.scope(role))
        return
    name = NAMES.get(function, str)
    rows = list(listed(ledger.scope(role)))
    assert sorted(map(name, rows)) == sorted(expected.split())
    assert len({row.pk for row in rows}) == len(rows)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ["ivanna", "petro", "queue", "nobody"])
def test_one_call_its_case_and_its_recording_open_only_where_the_lists_have_them(
    ledger: Ledger, role: str, name: str
) -> None:
    scope, place = ledger.scope(role), ROLES.index(role)
    seen = name in (LISTS["calls"][place] or "").split()
    assert opens(lambda: access.call(scope, name)) == seen
    assert opens(lambda: access.recording(scope, ledger.recordings[name].pk)) == seen
    assert opens(lambda: access.finding(scope, name)) == (name in (LISTS["findings"][place] or "").split())
    case_name = "team" if name == "queue" else name
    assert opens(lambda: access.lost_case(scope, case_name)) == (
        case_name in (LISTS["lost_cases"][place] or "").split()
    )


def opens(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except Absent:
        return False
    return True


def test_a_call_is_found_by_the_id_it_had_before_calls_merged(ledger: Ledger) -> None:
    m.CallAlias.objects.create(
        workspace=ledger.workspace, public_id="old", call=ledger.calls["petro"], since=1
    )
    assert access.call(ledger.scope("owner"), "old") == ledger.calls["petro"]
    assert not opens(lambda: access.call(ledger.scope("operator"), "old"))


def test_rows_of_another_workspace_are_absent_by_their_ids(ledger: Ledger) -> None:
    scope = ledger.scope("owner")
    foreign = m.Recording.objects.exclude(source__workspace=ledger.workspace).first()
    source = m.Source.objects.exclude(workspace=ledger.workspace).first()
    assert foreign is not None
    assert source is not None
    assert not opens(lambda: access.recording(scope, foreign.pk))
    assert not opens(lambda: access.source(scope, source.pk))
    assert not access.evidence(scope, source).exists()


def test_strangers_members_of_other_workspaces_and_the_dismissed_have_no_scope(ledger: Ledger) -> None:
    for who in (AnonymousUser(), ledger.users["other owner"]):
        assert not opens(lambda who=who: access.scope_of(who, "acme"))  # type: ignore[misc]  # bound in the loop
    assert not opens(lambda: access.scope_of(ledger.users["owner"], "no-such-workspace"))
    ledger.users["owner"].is_active = False
    assert not opens(lambda: access.scope_of(ledger.users["owner"], "acme"))


def test_a_keeper_of_the_server_sees_no_calls_by_that(ledger: Ledger) -> None:
    manager: Any = get_user_model().objects
    keeper = manager.create_superuser("keeper@server.example")
    assert not opens(lambda: access.scope_of(keeper, "acme"))
    assert not access.workspaces(keeper).exists()
    assert list(access.workspaces(ledger.users["owner"])) == [ledger.workspace]


def test_a_marketer_whose_party_was_taken_away_sees_nothing(ledger: Ledger) -> None:
    m.Membership.objects.filter(user=ledger.users["agency"]).update(party=None)
    scope = ledger.scope("agency")
    assert not access.calls(scope).exists()
    assert not access.lost_cases(scope).exists()
    assert not access.findings(scope).exists()
    assert not access.projects(scope).exists()


def test_a_party_of_another_workspace_opens_nothing_here(ledger: Ledger) -> None:
    foreign = m.Party.objects.get(project__workspace=ledger.other, side="agency")
    m.Membership.objects.filter(user=ledger.users["agency"]).update(party=foreign)
    assert not access.calls(ledger.scope("agency")).exists()


def test_an_operator_takes_on_the_cases_of_the_teams_of_the_membership(ledger: Ledger) -> None:
    case = m.LostCase.objects.get(workspace=ledger.workspace, public_id="team")
    case.owner_team = m.Team.objects.get(workspace=ledger.workspace, name="Support")
    case.save()
    assert not access.lost_cases(ledger.scope("operator")).filter(pk=case.pk).exists()
    ledger.users["operator"].memberships.get().teams.add(case.owner_team)
    assert access.lost_cases(ledger.scope("operator")).filter(pk=case.pk).exists()


def test_an_operator_without_an_agent_sees_no_calls(ledger: Ledger) -> None:
    m.Agent.objects.filter(user=ledger.users["operator"]).update(user=None)
    assert not access.calls(ledger.scope("operator")).exists()


@pytest.mark.parametrize(
    ("role", "mango", "exchange"),
    [
        ("owner", True, True), ("manager", True, True), ("auditor", True, True), ("operator", False, False),
        ("agency", True, False), ("client", True, True),
    ],
)  # fmt: skip
def test_a_side_sees_inside_neutral_sources_and_its_own(
    ledger: Ledger, role: str, mango: bool, exchange: bool
) -> None:
    scope = ledger.scope(role)
    inside = {
        source.name: access.sees_inside(scope, source)
        for source in m.Source.objects.filter(workspace=ledger.workspace)
    }
    assert inside == {"mango": mango, "exchange": exchange}


def test_comments_of_a_side_are_read_by_that_side_alone(ledger: Ledger) -> None:
    call = ledger.calls["ivanna"]
    parties = {party.side: party for party in m.Party.objects.filter(project__workspace=ledger.workspace)}
    for text, party in (("everybody", None), ("agency", parties["agency"]), ("client", parties["client"])):
        m.Comment.objects.create(call=call, anchor_source=call.anchor_source, text=text, party=party, at=1)
    read = {
        role: {c.text for c in access.comments(ledger.scope(role), call)}
        for role in ("owner", "agency", "client")
    }
    assert read == {
        "owner": {"everybody"},
        "agency": {"everybody", "agency"},
        "client": {"everybody", "client"},
    }


def test_roles_without_the_right_neither_listen_nor_see_masked_numbers_whole(ledger: Ledger) -> None:
    m.Membership.objects.filter(user=ledger.users["auditor"]).update(mask_numbers=True)
    assert ledger.scope("auditor").masks_numbers
    assert not ledger.scope("owner").masks_numbers
    for role in ROLES:
        assert ledger.scope(role).may("listen")
        assert ledger.scope(role).may("download") == (role in ("owner", "manager", "head"))
        assert ledger.scope(role).may("edit_settings") == (role == "owner")


def test_one_raises_absent_where_nothing_fits(ledger: Ledger) -> None:
    scope = ledger.scope("owner")
    team = m.Team.objects.get(workspace=ledger.workspace, name="Sales")
    foreign = m.Team.objects.get(workspace=ledger.other, name="Sales")
    assert access.one(access.teams(scope), pk=team.pk) == team
    assert not opens(lambda: access.one(access.teams(scope), pk=foreign.pk))
    with pytest.raises(Absent):
        scope.need("no_such_right")
