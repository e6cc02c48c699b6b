"""Settings of a workspace: the workspace, its rules, the audit."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.services import audit
from callwitness.services.workspace_settings import settings_of
from callwitness.web.settings.rule_fields import merged, shown
from callwitness.web.ui.cast import Cast

GENERAL = {"name": "Acme", "zone": "Europe/Kyiv", "country": "UA", "language": "en"}


def rules(cast: Cast, **changes: object) -> dict[str, object]:
    plain = {name: value for name, value in shown(cast.workspace.settings).items() if value is not False}
    return {**plain, **changes}


def dirty(cast: Cast) -> bool:
    return m.DirtyDay.objects.filter(workspace=cast.workspace).exists()


@pytest.fixture
def known_day(cast: Cast) -> None:
    m.SourceDay.objects.create(source=cast.sources["mango"], day=20_000, records=5)


def test_only_the_owner_changes_settings(cast: Cast) -> None:
    for page in ("settings/", "settings/rules/"):
        assert cast.olga.client.get(cast.url(page)).status_code == 200
        for who in ("maxim", "ivanna", "marta", "roman", "andriy", "stefan"):
            assert cast.people[who].client.get(cast.url(page)).status_code == 404
            assert cast.people[who].client.post(cast.url(page), GENERAL).status_code == 404


@pytest.mark.usefixtures("known_day")
def test_a_new_name_is_kept_and_judges_nothing_again(cast: Cast) -> None:
    cast.olga.client.post(cast.url("settings/"), GENERAL | {"name": "Acme & Sons"})
    cast.workspace.refresh_from_db()
    assert cast.workspace.name == "Acme & Sons"
    assert not dirty(cast)
    assert m.Audit.objects.get(action="workspace.change").what == "name"


@pytest.mark.usefixtures("known_day")
def test_another_zone_judges_all_calls_again(cast: Cast) -> None:
    page = cast.olga.client.post(cast.url("settings/"), GENERAL | {"zone": "Europe/Warsaw"}, follow=True)
    assert "judged again" in page.content.decode()
    assert dirty(cast)


@pytest.mark.usefixtures("known_day")
def test_rules_are_kept_as_the_reader_takes_them(cast: Cast) -> None:
    given = rules(
        cast,
        hours_mon="09:00-18:00",
        hours_holidays="2026-12-25\n2027-01-01",
        tolerance_short_s="8",
        lost_in_ivr="on",
        service_level_seconds="30",
        numbers_internal_digits="3-4",
        outage_="2026-11-07T12:00 2026-11-07T14:00 +380500000100",
    )
    answer = cast.olga.client.post(cast.url("settings/rules/"), given)
    assert answer.status_code == 302, answer.content.decode()
    cast.workspace.refresh_from_db()
    found = settings_of(cast.workspace).rules
    assert found.working_hours is not None
    assert (found.working_hours[0], found.working_hours[1]) == (((540, 1080),), ())
    assert found.holidays == {"2026-12-25", "2027-01-01"}
    assert (found.short_s, found.lost_in_ivr, found.service_level_s) == (8.0, True, 30.0)
    assert found.outages[0].lines == frozenset({"+380500000100"})
    assert found.expire_days == 7.0
    assert "lost" in cast.workspace.settings
    assert "expire_days" not in cast.workspace.settings["lost"]
    assert dirty(cast)
    page = cast.olga.client.get(cast.url("settings/rules/")).content.decode()
    assert 'value="09:00-18:00"' in page
    assert "2026-11-07T12:00 2026-11-07T14:00 +380500000100" in page


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("hours_mon", "9 to 5", "expected hours such as"),
        ("hours_holidays", "christmas", "a list of days"),
        ("numbers_internal_digits", "many", "two numbers"),
        ("outage_", "yesterday", "outage"),
        ("tolerance_short_s", "-1", "greater than or equal"),
    ],
)
def test_a_wrong_rule_is_told_at_its_field_and_nothing_is_kept(
    cast: Cast, field: str, value: str, sentence: str
) -> None:
    page = cast.olga.client.post(cast.url("settings/rules/"), rules(cast, **{field: value})).content.decode()
    assert sentence in page
    assert f'id="id_{field}_error"' in page
    cast.workspace.refresh_from_db()
    assert cast.workspace.settings == {}


def test_sections_that_have_no_field_stay_as_they_are() -> None:
    kept = {
        "numbers": {"map": {"a": "b"}, "internal_digits": [3, 4]},
        "trust": {"neutral": ["mango"]},
        "hours": {"mon": "9-18"},
    }
    assert merged(kept, shown(kept)) == kept


def test_saving_what_stands_there_changes_nothing(cast: Cast) -> None:
    page = cast.olga.client.post(cast.url("settings/rules/"), rules(cast), follow=True)
    assert "Nothing was changed" in page.content.decode()
    assert not m.Audit.objects.exists()


def test_the_audit_is_read_by_owner_and_auditor_and_filtered(cast: Cast) -> None:
    audit.note(cast.olga.scope, cast.olga.user, "listen", "c-answered", {"seconds": 12}, "192.0.2.7")
    audit.note(cast.maxim.scope, cast.maxim.user, "export", "Missed today")
    audit.note(cast.other_workspace, cast.stranger.user, "listen", "secret of others")
    for who in ("maxim", "ivanna", "marta", "stefan"):
        assert cast.people[who].client.get(cast.url("settings/audit/")).status_code == 404
    page = cast.auditor.client.get(cast.url("settings/audit/")).content.decode()
    assert all(
        text in page for text in ("c-answered", "Missed today", "192.0.2.7", "listened to a recording")
    )
    assert "secret of others" not in page
    only = cast.olga.client.get(cast.url("settings/audit/?action=export")).content.decode()
    assert "Missed today" in only
    assert "c-answered" not in only
    mine = cast.olga.client.get(
        cast.url("settings/audit/?who=olga@callwitness.example&what=c-")
    ).content.decode()
    assert "c-answered" in mine
    assert "Nothing here" in cast.olga.client.get(cast.url("settings/audit/?what=zzz")).content.decode()


def test_a_long_audit_has_pages(cast: Cast) -> None:
    for n in range(60):
        audit.note(cast.workspace, cast.olga.user, "listen", f"c-{n}")
    page = cast.olga.client.get(cast.url("settings/audit/?action=listen")).content.decode()
    assert "?action=listen&amp;page=2" in page
    assert "c-0<" in cast.olga.client.get(cast.url("settings/audit/?action=listen&page=2")).content.decode()
