"""Scheduled exports: each due time once, with the owner's present rights, tried again, said to fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.exports import deliveries, schedules
from callwitness.web.accounts.models import User

pytestmark = pytest.mark.django_db

MINUTE = 60_000
DAY = 86_400_000
EIGHT = int(datetime(2026, 11, 21, 8, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def schedule(settings: Any, tmp_path: Path) -> m.Schedule:
    settings.SERVER = replace(
        settings.SERVER, data=tmp_path, evidence=str(tmp_path / "evidence"), exports=tmp_path / "exports"
    )
    workspace = m.Workspace.objects.create(slug="acme", name="Acme", zone="UTC")
    owner = User.objects.create_user("olga@acme.example", name="Olga")
    m.Membership.objects.create(workspace=workspace, user=owner, role="owner")
    source = m.Source.objects.create(workspace=workspace, name="office", role="office")
    m.Call.objects.create(
        workspace=workspace, anchor_source=source, anchor_native_id="1", public_id="c1", day=0, started_at=EIGHT - DAY,
        direction="inbound", caller="+79000001234", verdict="busy", content="",
    )  # fmt: skip
    view = m.SavedView.objects.create(
        workspace=workspace, owner=owner, name="Busy: all", query="period=yesterday&verdict=busy"
    )
    return m.Schedule.objects.create(
        view=view, format="csv", target="cabinet", zone="UTC", minute=480, since=EIGHT - DAY // 2
    )


def _file(delivery: m.Delivery) -> str:
    with evidence_store().open(delivery.sha256) as file:
        return file.read().decode("utf-8-sig")


def test_what_is_due_is_made_once(schedule: m.Schedule) -> None:
    assert schedules.run_due(EIGHT - 1) == 0
    assert schedules.run_due(EIGHT + MINUTE) == 1
    assert schedules.run_due(EIGHT + 2 * MINUTE) == 0
    delivery = m.Delivery.objects.get()
    assert (delivery.state, delivery.due_at, delivery.rows) == ("sent", EIGHT, 1)
    assert "+79000001234" in _file(delivery)
    assert delivery.name == f"Busy-all-2026-11-21-0800-{delivery.pk}.csv"
    assert m.Audit.objects.get(action="export").user == schedule.view.owner


def test_the_database_refuses_a_due_time_twice(schedule: m.Schedule) -> None:
    schedules.due(EIGHT)
    schedules.due(EIGHT)
    assert m.Delivery.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        m.Delivery.objects.create(schedule=schedule, due_at=EIGHT)


@pytest.mark.usefixtures("schedule")
def test_after_a_stop_the_last_one_is_made_up_and_the_others_are_noted() -> None:
    schedules.run_due(EIGHT + 3 * DAY + MINUTE)
    rows = list(m.Delivery.objects.order_by("due_at"))
    assert [row.state for row in rows] == ["failed", "failed", "failed", "sent"]
    assert "not running" in rows[0].problem
    assert rows[-1].due_at == EIGHT + 3 * DAY
    assert not m.Mail.objects.exists()


@pytest.mark.usefixtures("schedule")
def test_an_empty_report_is_still_sent() -> None:
    m.Call.objects.all().delete()
    schedules.run_due(EIGHT)
    delivery = m.Delivery.objects.get()
    assert (delivery.state, delivery.rows) == ("sent", 0)
    assert len(_file(delivery).splitlines()) == 1


@pytest.mark.usefixtures("schedule")
def test_the_period_is_that_of_the_due_time_even_when_made_later() -> None:
    schedules.run_due(EIGHT + 20 * 3_600_000)
    assert m.Delivery.objects.get().rows == 1


@pytest.mark.usefixtures("schedule")
def test_withdrawn_rights_end_it_with_a_sentence_and_an_alarm() -> None:
    m.Membership.objects.update(role="operator")
    schedules.run_due(EIGHT)
    delivery = m.Delivery.objects.get()
    assert delivery.state == "failed"
    assert "may not export calls of Acme any more" in delivery.problem
    mail = m.Mail.objects.get()
    assert mail.to == "olga@acme.example"
    assert delivery.problem in mail.text
    assert not delivery.sha256


def test_a_marketer_gets_what_is_his_now(schedule: m.Schedule) -> None:
    project = m.Project.objects.create(workspace=schedule.view.workspace, slug="north", name="North")
    party = m.Party.objects.create(project=project, side="agency", name="Agency")
    m.Membership.objects.update(role="marketer", party=party)
    schedules.run_due(EIGHT)
    assert m.Delivery.objects.get().rows == 0
    schedule.target = "folder"
    schedule.save()
    schedules.run_due(EIGHT + DAY)
    assert m.Delivery.objects.get(due_at=EIGHT + DAY).state == "failed"


def test_a_file_appears_in_the_folder_whole(schedule: m.Schedule, settings: Any) -> None:
    schedule.target = "folder"
    schedule.save()
    schedules.run_due(EIGHT)
    folder = settings.SERVER.exports / "acme"
    assert [path.name for path in folder.iterdir()] == [m.Delivery.objects.get().name]


def test_a_mail_goes_to_each_address_once(schedule: m.Schedule) -> None:
    schedule.target, schedule.recipients = "mail", ["a@acme.example", "b@partner.example"]
    schedule.save()
    schedules.run_due(EIGHT)
    delivery = m.Delivery.objects.get()
    assert {mail.to for mail in m.Mail.objects.all()} == {"a@acme.example", "b@partner.example"}
    assert {(mail.attachment, mail.attachment_name) for mail in m.Mail.objects.all()} == {
        (delivery.sha256, delivery.name)
    }


def test_a_file_too_large_for_a_mail_stays_in_the_cabinet(
    schedule: m.Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LARGEST_MAIL", 10)
    schedule.target, schedule.recipients = "mail", ["a@acme.example"]
    schedule.save()
    schedules.run_due(EIGHT)
    mail = m.Mail.objects.get()
    assert mail.attachment == ""
    assert "/w/acme/exports/" in mail.text


def test_a_failure_is_tried_three_times_more_and_then_alarms(schedule: m.Schedule, settings: Any) -> None:
    blocked = settings.SERVER.data / "blocked"
    blocked.write_text("a file where the folder should be")
    settings.SERVER = replace(settings.SERVER, exports=blocked)
    schedule.target = "folder"
    schedule.save()
    now = EIGHT
    for tried in (1, 2, 3):
        assert schedules.run_due(now) == 1
        delivery = m.Delivery.objects.get()
        assert (delivery.state, delivery.tries, delivery.next_try_at) == ("due", tried, now + 15 * MINUTE)
        assert schedules.run_due(now + MINUTE) == 0
        now += 15 * MINUTE
    assert not m.Mail.objects.exists()
    schedules.run_due(now)
    delivery.refresh_from_db()
    assert delivery.state == "failed"
    assert m.Mail.objects.get().key.startswith("export-failed-")
    assert schedules.run_due(now + DAY // 2) == 0


@pytest.mark.usefixtures("schedule")
def test_a_failure_that_ends_is_made_good(settings: Any) -> None:
    settings.SERVER = replace(settings.SERVER, evidence="/dev/null/nowhere")
    schedules.run_due(EIGHT)
    assert m.Delivery.objects.get().state == "due"
    settings.SERVER = replace(settings.SERVER, evidence=str(settings.SERVER.data / "evidence"))
    schedules.run_due(EIGHT + 15 * MINUTE)
    assert m.Delivery.objects.get().state == "sent"


def test_one_bad_view_does_not_hold_up_the_others(schedule: m.Schedule) -> None:
    bad = m.SavedView.objects.create(
        workspace=schedule.view.workspace, owner=schedule.view.owner, name="bad", query="colour=red"
    )
    m.Schedule.objects.create(
        view=bad, format="csv", target="cabinet", zone="UTC", minute=479, since=EIGHT - DAY // 2
    )
    schedules.run_due(EIGHT)
    assert sorted(m.Delivery.objects.values_list("state", flat=True)) == ["failed", "sent"]


def test_a_stopped_schedule_is_not_due(schedule: m.Schedule) -> None:
    schedule.enabled = False
    schedule.save()
    assert schedules.run_due(EIGHT + DAY) == 0


def test_a_delivery_that_was_begun_when_the_server_died_is_made_again_under_the_same_name(
    schedule: m.Schedule, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule.target = "folder"
    schedule.save()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("callwitness.services.audit.note", die)
        with pytest.raises(KeyboardInterrupt):
            schedules.run_due(EIGHT)
    assert m.Delivery.objects.get().state == "due"
    schedules.run_due(EIGHT + MINUTE)
    delivery = m.Delivery.objects.get()
    assert delivery.state == "sent"
    assert [path.name for path in (settings.SERVER.exports / "acme").iterdir()] == [delivery.name]
