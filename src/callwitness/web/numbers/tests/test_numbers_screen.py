"""Numbers: what is known, what is dialled and not known, and what a change does to calls."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast

UNKNOWN = "+380500000200"


def test_numbers_are_listed_with_their_calls_and_the_unknown_ones_apart(cast: Cast) -> None:
    text = cast.olga.client.get(cast.url("numbers/")).content.decode()
    assert "1 number has a meaning here." in text
    assert "Hotline" in text
    assert "did=%2B380500000100" in text
    assert "1 number is dialled and not known." in text


def test_a_dialled_number_becomes_one_of_a_project_with_its_calls(cast: Cast) -> None:
    call, shop = cast.calls["other_project"], cast.projects["shop"]
    cast.olga.client.post(
        cast.url("numbers/adopt/"), {"number": [UNKNOWN, "+70000000000"], "project": shop.pk}
    )
    assert m.Number.objects.get(value=UNKNOWN).project == shop
    assert not m.Number.objects.filter(value="+70000000000").exists()
    call.refresh_from_db()
    assert call.project == shop


def test_a_number_of_another_workspaces_project_is_refused(cast: Cast) -> None:
    foreign = m.Project.objects.create(workspace=cast.other_workspace, slug="x", name="X")
    told = {"number": [UNKNOWN], "project": str(foreign.pk)}
    assert cast.olga.client.post(cast.url("numbers/adopt/"), told).status_code == 404
    answer = cast.olga.client.post(
        cast.url("numbers/new/"), {"value": "+380500000300", "kind": "own", "project": foreign.pk}
    )
    assert answer.status_code == 400


def test_another_kind_makes_all_days_be_judged_again(cast: Cast) -> None:
    m.SourceDay.objects.create(source=cast.sources["mango"], day=20_000, records=3)
    number = m.Number.objects.get(workspace=cast.workspace)
    told = {"value": "050 000 01 00", "kind": "test", "name": "Hotline"}
    assert cast.olga.client.post(cast.url(f"numbers/{number.pk}/"), told).status_code == 302
    number.refresh_from_db()
    assert (number.value, number.kind) == ("+380500000100", "test")
    assert m.DirtyDay.objects.filter(day=20_000).exists()


def test_another_name_alone_judges_nothing_again(cast: Cast) -> None:
    m.SourceDay.objects.create(source=cast.sources["mango"], day=20_000, records=3)
    number = m.Number.objects.get(workspace=cast.workspace)
    told = {"value": number.value, "kind": "own", "name": "Site", "project": cast.projects["shop"].pk}
    cast.olga.client.post(cast.url(f"numbers/{number.pk}/"), told)
    assert not m.DirtyDay.objects.exists()


def test_what_is_no_number_or_known_already_is_refused(cast: Cast) -> None:
    for value, sentence in (("hello", "no telephone number"), ("0500000100", "known already")):
        answer = cast.olga.client.post(cast.url("numbers/new/"), {"value": value, "kind": "own"})
        assert answer.status_code == 400
        assert sentence in answer.content.decode()


def test_a_forgotten_number_is_gone_and_its_calls_stay(cast: Cast) -> None:
    number = m.Number.objects.get(workspace=cast.workspace)
    cast.olga.client.post(cast.url(f"numbers/{number.pk}/remove/"))
    assert not m.Number.objects.exists()
    assert m.Call.objects.filter(did=number.value).exists()


def test_a_list_of_numbers_is_taken_and_its_bad_rows_are_told(cast: Cast) -> None:
    text = "number,name,kind,project\n0500000301,Site,,Shop\n0500000302,,test,\nabc,,,\n0500000303,,odd,\n0500000304,,,None\n"
    file = SimpleUploadedFile("numbers.csv", text.encode())
    said = cast.olga.client.post(cast.url("numbers/import/"), {"list": file}).content.decode()
    assert "2 numbers are new." in said
    assert "3 rows need a look." in said
    assert m.Number.objects.get(value="+380500000301").project == cast.projects["shop"]
    assert m.Number.objects.get(value="+380500000302").kind == "test"


def test_the_auditor_reads_and_changes_nothing_others_find_nothing(cast: Cast) -> None:
    assert "New number" not in cast.auditor.client.get(cast.url("numbers/")).content.decode()
    assert cast.auditor.client.post(cast.url("numbers/new/"), {}).status_code == 404
    for person in (cast.ivanna, cast.agency, cast.stranger):
        assert person.client.get(cast.url("numbers/")).status_code == 404
