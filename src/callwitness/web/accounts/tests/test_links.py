"""One-time links: the first administrator, invitations, members."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from callwitness.ledger import models as m
from callwitness.web.accounts import links
from callwitness.web.accounts.first import first_link, free_slug
from callwitness.web.accounts.models import OneTimeLink, User
from callwitness.web.ui.cast import PASSWORD, Cast

FIRST = {
    "name": "Olga",
    "email": "Olga@Callwitness.Example",
    "password": "a sentence of my own",
    "workspace": "Acme Calls",
    "zone": "Europe/Kyiv",
    "country": "UA",
    "language": "uk",
}


def path_of(address: str) -> str:
    return urlsplit(address).path


@pytest.mark.django_db
class TestFirst:
    """The first administrator."""

    def setup_method(self) -> None:
        cache.clear()

    def test_makes_account_workspace_and_project_and_signs_in(self) -> None:
        visitor, path = Client(), path_of(first_link())
        assert visitor.get(path).status_code == 200
        assert visitor.post(path, FIRST, follow=False)["Location"] == "/"
        user = User.objects.get()
        assert (user.email, user.is_superuser, user.language) == ("olga@callwitness.example", True, "uk")
        assert user.password.startswith("pbkdf2")
        workspace = m.Workspace.objects.get()
        assert (workspace.slug, workspace.zone, workspace.country) == ("acme-calls", "Europe/Kyiv", "UA")
        assert m.Membership.objects.get().role == "owner"
        assert m.Project.objects.get().workspace == workspace
        assert visitor.get("/")["Location"] == "/w/acme-calls/"

    def test_works_once(self) -> None:
        path = path_of(first_link())
        Client().post(path, FIRST)
        assert Client().get(path).status_code == 404
        assert Client().post(path, {**FIRST, "email": "other@callwitness.example"}).status_code == 404
        assert User.objects.count() == 1

    def test_a_newer_link_replaces_the_older(self) -> None:
        old, new = first_link(), first_link()
        assert Client().get(path_of(old)).status_code == 404
        assert Client().get(path_of(new)).status_code == 200

    def test_works_for_seven_days(self) -> None:
        path = path_of(first_link())
        OneTimeLink.objects.update(until_at=links.now() - 1)
        assert Client().get(path).status_code == 404

    def test_is_dead_once_there_is_an_administrator(self) -> None:
        path = path_of(first_link())
        User.objects.create_superuser("root@callwitness.example", PASSWORD)
        assert Client().post(path, FIRST).status_code == 404

    def test_the_token_is_not_kept(self) -> None:
        token = path_of(first_link()).split("/")[2]
        assert token not in str(list(OneTimeLink.objects.values()))

    def test_guessing_is_slowed_down(self) -> None:
        visitor = Client()
        assert {visitor.get(f"/first/{n}/").status_code for n in range(30)} == {404}
        assert visitor.get("/first/31/").status_code == 429

    @pytest.mark.parametrize(
        "wrong",
        [
            {"password": "short"},
            {"password": "olga@callwitness.example"},
            {"zone": "Nowhere"},
            {"email": "x"},
        ],
    )
    def test_what_is_wrong_is_said_and_the_link_stays(self, wrong: dict[str, str]) -> None:
        path = path_of(first_link())
        answer = Client().post(path, FIRST | wrong)
        assert answer.status_code == 200
        assert 'class="wrong"' in answer.content.decode()
        assert User.objects.count() == 0
        assert OneTimeLink.objects.get().used_at is None

    def test_a_workspace_gets_a_free_name(self) -> None:
        m.Workspace.objects.create(slug="acme", name="Acme")
        assert free_slug("Acme!") == "acme-2"
        assert free_slug("Ромашка") == "workspace"


def invitation(cast: Cast, **given: object) -> str:
    answer = cast.olga.client.post(
        cast.url("settings/members/invite/"), {"role": "operator", **given}, follow=True
    )
    found = re.search(r'<code class="anywhere">(\S+)</code>', answer.content.decode())
    assert found is not None, answer.content.decode()
    return path_of(found[1])


NEW = {"name": "Nina", "email": "nina@callwitness.example", "password": "a sentence of my own"}


def test_an_invitation_makes_a_member_as_it_says(cast: Cast) -> None:
    path = invitation(
        cast, agent=cast.agents["petro"].pk, teams=[cast.teams["support"].pk], mask_numbers="on"
    )
    visitor = cast.anonymous
    assert "operator" in visitor.get(path).content.decode()
    assert visitor.post(path, NEW)["Location"] == cast.url()
    member = m.Membership.objects.get(user__email=NEW["email"])
    assert (member.role, member.mask_numbers, list(member.teams.all())) == (
        "operator",
        True,
        [cast.teams["support"]],
    )
    cast.agents["petro"].refresh_from_db()
    assert cast.agents["petro"].user == member.user
    assert visitor.get("/")["Location"] == cast.url()
    assert cast.anonymous.get(path).status_code == 404
    assert {"member.invite", "member.join"} <= set(m.Audit.objects.values_list("action", flat=True))


def test_somebody_with_an_account_joins_by_one_click(cast: Cast) -> None:
    path = invitation(cast, role="auditor")
    assert "stefan" in cast.stranger.client.get(path).content.decode()
    cast.stranger.client.post(path)
    assert m.Membership.objects.get(user=cast.stranger.user, workspace=cast.workspace).role == "auditor"


def test_an_invitation_takes_nothing_from_who_belongs_here_already(cast: Cast) -> None:
    path = invitation(cast, role="auditor")
    assert "belong here already" in cast.olga.client.get(path).content.decode()
    cast.olga.client.post(path)
    assert m.Membership.objects.get(user=cast.olga.user).role == "owner"
    assert OneTimeLink.objects.get().used_at is None


def test_an_address_that_has_an_account_is_asked_to_sign_in(cast: Cast) -> None:
    page = cast.anonymous.post(
        invitation(cast), {**NEW, "email": "OLGA@callwitness.example"}
    ).content.decode()
    assert "There is an account" in page


def test_an_invitation_is_shown_once_and_can_be_withdrawn(cast: Cast) -> None:
    path = invitation(cast, email="nina@callwitness.example")
    page = cast.olga.client.get(cast.url("settings/members/")).content.decode()
    assert "nina@callwitness.example" in page
    assert path not in page
    link = OneTimeLink.objects.get()
    cast.olga.client.post(cast.url(f"settings/members/invitations/{link.pk}/withdraw/"))
    assert cast.anonymous.get(path).status_code == 404


def test_an_invitation_is_mailed_where_mails_are_sent(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callwitness.services.mails.configured", lambda: True)
    path = invitation(cast, email="nina@callwitness.example")
    assert path in m.Mail.objects.get(to="nina@callwitness.example").text


def test_a_marketer_needs_a_side_of_this_workspace(cast: Cast) -> None:
    url = cast.url("settings/members/invite/")
    assert "Choose the side" in cast.olga.client.post(url, {"role": "marketer"}).content.decode()
    foreign = m.Project.objects.create(workspace=cast.other_workspace, slug="x", name="X")
    party = m.Party.objects.create(project=foreign, side="client", name="X")
    assert cast.olga.client.post(url, {"role": "marketer", "party": party.pk}).status_code == 200
    assert not OneTimeLink.objects.exists()


def test_members_are_the_owners_matter(cast: Cast) -> None:
    for who in ("maxim", "ivanna", "marta", "andriy", "stefan"):
        assert cast.people[who].client.get(cast.url("settings/members/")).status_code == 404
    assert cast.olga.client.get(cast.url("settings/members/")).status_code == 200


def test_a_member_is_changed_and_it_is_noted(cast: Cast) -> None:
    member = cast.ivanna.membership
    assert member is not None
    url = cast.url(f"settings/members/{member.pk}/")
    assert "Ivanna" in cast.olga.client.get(url).content.decode()
    cast.olga.client.post(url, {"role": "manager", "teams": [cast.teams["support"].pk]})
    member.refresh_from_db()
    assert (member.role, list(member.teams.all())) == ("manager", [cast.teams["support"]])
    noted = m.Audit.objects.get(action="member.change")
    assert (noted.what, noted.details["before"], noted.details["role"]) == (
        "ivanna@callwitness.example",
        "operator",
        "manager",
    )


def test_the_last_owner_stays(cast: Cast) -> None:
    member = cast.olga.membership
    assert member is not None
    url = cast.url(f"settings/members/{member.pk}/")
    assert "last owner" in cast.olga.client.post(url, {"role": "auditor"}).content.decode()
    assert "last owner" in cast.olga.client.post(url + "remove/", follow=True).content.decode()
    member.refresh_from_db()
    assert member.role == "owner"


def test_a_removed_member_sees_nothing_more(cast: Cast) -> None:
    member = cast.ivanna.membership
    assert member is not None
    cast.olga.client.post(cast.url(f"settings/members/{member.pk}/remove/"))
    assert cast.ivanna.client.get(cast.url("settings/")).status_code == 404
    assert cast.ivanna.client.get("/").status_code == 200
    assert User.objects.filter(pk=cast.ivanna.user.pk).exists()


def test_members_of_others_are_out_of_reach(cast: Cast) -> None:
    member = cast.stranger.membership
    assert member is not None
    for rest in ("", "remove/", "password/"):
        url = cast.url(f"settings/members/{member.pk}/{rest}")
        assert cast.olga.client.post(url, {"role": "auditor"}).status_code == 404


def test_an_owner_makes_a_link_for_a_forgotten_password(cast: Cast) -> None:
    member = cast.ivanna.membership
    assert member is not None
    page = cast.olga.client.post(cast.url(f"settings/members/{member.pk}/password/"), follow=True)
    found = re.search(r'<code class="anywhere">(\S+)</code>', page.content.decode())
    assert found is not None
    visitor = cast.anonymous
    place = visitor.get(path_of(found[1]))["Location"]
    new = "another sentence to keep"
    visitor.post(place, {"password1": new, "password2": new})
    cast.ivanna.user.refresh_from_db()
    assert cast.ivanna.user.check_password(new)


def test_nobody_is_let_in_as_a_member_of_two_workspaces(cast: Cast) -> None:
    member = cast.ivanna.membership
    assert member is not None
    m.Membership.objects.create(workspace=cast.other_workspace, user=cast.ivanna.user, role="owner")
    assert cast.olga.client.post(cast.url(f"settings/members/{member.pk}/password/")).status_code == 404
