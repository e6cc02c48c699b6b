"""The screen of scheduled exports."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.services.exports import schedules
from callwitness.web.ui.cast import Cast, Person


@pytest.fixture
def shown(cast: Cast, settings: Any, tmp_path: Path) -> Cast:
    settings.SERVER = replace(
        settings.SERVER, data=tmp_path, evidence=str(tmp_path / "evidence"), exports=tmp_path / "exports"
    )
    return cast


def _view(cast: Cast, who: Person) -> m.SavedView:
    return m.SavedView.objects.create(
        workspace=cast.workspace, owner=who.user, name="Busy", query="period=all&verdict=busy"
    )


def _form(view: m.SavedView, **changes: Any) -> dict[str, Any]:
    form = {"view": view.pk, "format": "csv", "target": "cabinet", "recipients": "", "time": "08:30",
            "zone": "Europe/Kyiv", "days": ["1", "5"], "month_day": "", "enabled": "on"}  # fmt: skip
    return {**form, **changes}


def _added(cast: Cast, who: Person, **changes: Any) -> m.Schedule:
    answer = who.client.post(cast.url("exports/add/"), _form(_view(cast, who), **changes))
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return m.Schedule.objects.latest("id")


def test_a_view_is_sent_regularly(shown: Cast) -> None:
    schedule = _added(shown, shown.olga)
    assert (schedule.minute, schedule.days, schedule.zone) == (510, [1, 5], "Europe/Kyiv")
    assert schedule.enabled
    assert abs(schedule.since - shown.now) < 3_600_000
    page = shown.olga.client.get(shown.url("exports/")).content.decode()
    assert "Busy" in page
    assert "08:30" in page
    assert "Friday" in page


def test_without_schedules_the_page_teaches(shown: Cast) -> None:
    page = shown.olga.client.get(shown.url("exports/")).content.decode()
    assert "A view can come by itself" in page
    assert shown.olga.client.get(shown.url("exports/add/")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"zone": "Mars/Phobos"}, "Expected a zone"),
        ({"target": "mail"}, "A mail needs an address"),
        ({"target": "mail", "recipients": "nobody"}, "valid email"),
        ({"month_day": "32"}, "less than or equal to 31"),
        ({"time": "25:00"}, "valid time"),
        ({"format": "exe"}, "valid choice"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(shown: Cast, changes: dict[str, Any], said: str) -> None:
    answer = shown.olga.client.post(shown.url("exports/add/"), _form(_view(shown, shown.olga), **changes))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not m.Schedule.objects.exists()


def test_a_change_of_the_time_owes_nothing_of_the_past(shown: Cast) -> None:
    schedule = _added(shown, shown.olga)
    m.Schedule.objects.update(since=0)
    form = _form(schedule.view, time="09:00", month_day="31")
    assert shown.olga.client.post(shown.url(f"exports/{schedule.pk}/"), form).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.minute, schedule.days, schedule.month_day) == (540, [], 31)
    assert schedule.since > 0
    assert shown.olga.client.get(shown.url(f"exports/{schedule.pk}/")).status_code == 200


def test_an_export_sent_now_lies_in_the_cabinet(shown: Cast) -> None:
    schedule = _added(shown, shown.olga)
    assert shown.olga.client.post(shown.url(f"exports/{schedule.pk}/send/")).status_code == 302
    schedules.run_due(shown.now + 1_000_000)
    delivery = m.Delivery.objects.get()
    page = shown.olga.client.get(shown.url("exports/")).content.decode()
    assert delivery.name in page
    answer = shown.olga.client.get(shown.url(f"exports/file/{delivery.pk}/"))
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")  # type: ignore[attr-defined]  # it streams
    assert m.Audit.objects.filter(action="export", user=shown.olga.user).count() == 2


def test_schedules_are_their_owners_and_the_owner_of_the_workspace_sees_all(shown: Cast) -> None:
    schedule = _added(shown, shown.maxim)
    assert b"Busy" in shown.olga.client.get(shown.url("exports/")).content
    assert b"Busy" not in shown.agency.client.get(shown.url("exports/")).content
    assert shown.olga.client.get(shown.url(f"exports/{schedule.pk}/")).status_code == 404
    for path in (f"exports/{schedule.pk}/", f"exports/{schedule.pk}/send/", f"exports/{schedule.pk}/delete/"):
        assert shown.agency.client.post(shown.url(path)).status_code == 404
        assert shown.ivanna.client.post(shown.url(path)).status_code == 404
    assert shown.olga.client.post(shown.url(f"exports/{schedule.pk}/delete/")).status_code == 302
    assert not m.Schedule.objects.exists()


def test_a_file_of_somebody_else_is_absent(shown: Cast) -> None:
    schedule = _added(shown, shown.maxim)
    delivery = m.Delivery.objects.create(
        schedule=schedule, due_at=1, state="sent", sha256="0" * 64, name="x.csv"
    )
    for who in (shown.agency, shown.ivanna, shown.stranger):
        assert who.client.get(shown.url(f"exports/file/{delivery.pk}/")).status_code == 404
    assert (
        shown.maxim.client.get(shown.url(f"exports/file/{delivery.pk}/")).status_code == 404
    )  # bytes are gone


def test_a_marketer_has_no_folder_of_the_server(shown: Cast) -> None:
    view = _view(shown, shown.agency)
    answer = shown.agency.client.post(shown.url("exports/add/"), _form(view, target="folder"))
    assert answer.status_code == 200
    assert not m.Schedule.objects.exists()
    assert shown.agency.client.post(shown.url("exports/add/"), _form(view)).status_code == 302


def test_nobody_schedules_a_view_of_another(shown: Cast) -> None:
    view = _view(shown, shown.olga)
    assert shown.maxim.client.post(shown.url("exports/add/"), _form(view)).status_code == 200
    assert not m.Schedule.objects.exists()


@pytest.mark.parametrize(("path", "wrong"), [("exports/", "post"), ("exports/add/", "put"), ("exports/1/", "put"),
                                             ("exports/1/send/", "get"), ("exports/1/delete/", "get"), ("exports/file/1/", "post")])  # fmt: skip
def test_wrong_methods_strangers_and_nobody(shown: Cast, path: str, wrong: str) -> None:
    assert getattr(shown.olga.client, wrong)(shown.url(path)).status_code == 405
    assert shown.stranger.client.get(shown.url(path)).status_code == 404
    assert shown.ivanna.client.get(shown.url(path)).status_code == 404
    assert shown.anonymous.get(shown.url(path)).status_code == 302
