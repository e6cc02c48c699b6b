"""Projects: parties, numbers, queues, and whose they are."""

from __future__ import annotations

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def test_the_owner_sees_parties_with_their_people_others_without(cast: Cast) -> None:
    text = cast.olga.client.get(cast.url("projects/")).content.decode()
    assert "2 lines of work." in text
    assert "Agency" in text
    assert "Marta" in text
    assert "Marta" not in cast.auditor.client.get(cast.url("projects/")).content.decode()


def test_a_new_project_takes_the_calls_of_its_queue(cast: Cast) -> None:
    m.Number.objects.all().delete()
    told = {"name": "Help desk", "queue_names": "support", "agency": "Bright", "client": ""}
    assert cast.olga.client.post(cast.url("projects/new/"), told).status_code == 302
    made = m.Project.objects.get(slug="help-desk")
    assert list(made.parties.values_list("side", "name")) == [("agency", "Bright")]
    cast.calls["support"].refresh_from_db()
    assert cast.calls["support"].project == made


def test_names_are_unique_and_cyrillic_ones_get_an_address(cast: Cast) -> None:
    answer = cast.olga.client.post(cast.url("projects/new/"), {"name": "SHOP"})
    assert "Another project has this name already." in answer.content.decode()
    for name in ("Окна", "Двери"):
        cast.olga.client.post(cast.url("projects/new/"), {"name": name})
    slugs = set(m.Project.objects.values_list("slug", flat=True))
    assert {"project", "project-1"} <= slugs


def test_a_party_with_people_stays(cast: Cast) -> None:
    shop = cast.projects["shop"]
    answer = cast.olga.client.post(
        cast.url(f"projects/{shop.pk}/"), {"name": "Shop", "agency": "", "client": "Client"}
    )
    assert answer.status_code == 400
    answer = cast.olga.client.post(cast.url(f"projects/{shop.pk}/remove/"), follow=True)
    assert "Take their memberships away first." in answer.content.decode()
    assert m.Project.objects.filter(pk=shop.pk).exists()


def test_a_project_without_people_goes_and_its_calls_move(cast: Cast) -> None:
    clinic = cast.projects["clinic"]
    cast.olga.client.post(cast.url(f"projects/{clinic.pk}/remove/"))
    cast.calls["other_project"].refresh_from_db()
    assert cast.calls["other_project"].project == cast.projects["shop"]


def test_only_the_owner_changes_projects(cast: Cast) -> None:
    url = cast.url(f"projects/{cast.projects['shop'].pk}/")
    for person in (cast.maxim, cast.auditor, cast.ivanna, cast.agency, cast.stranger):
        assert person.client.get(url).status_code == 404


def test_a_name_is_taken_in_any_case_of_any_alphabet(cast: Cast) -> None:
    m.Project.objects.filter(pk=cast.projects["shop"].pk).update(name="Магазин")
    answer = cast.olga.client.post(cast.url("projects/new/"), {"name": "МАГАЗИН"})
    assert answer.status_code == 400
    assert "Another project has this name already." in answer.content.decode()
