"""Mails about missed calls: who gets them, when, in whose words; never twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from callwitness.ledger import models as m
from callwitness.services.lost.decisions import settle_states
from callwitness.services.lost.missed_mails import digest_end, queue_due
from callwitness.services.lost.tests.lost_world import DAY, HOUR, MINUTE, NOW, Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Company:
    return company()


def sales(acme: Company, rule: str, **fields: object) -> m.Team:
    team = acme.team("Sales", missed_mail=rule, queues=["sales"], **fields)
    anna = acme.person("Anna", language="ru", zone="Asia/Almaty")
    acme.agent("Anna", team, anna)
    acme.person("Head", "manager", teams=[team])
    acme.person("Other", "manager", teams=[acme.team("Support")])
    acme.person("Owner", "owner")
    return team


def told(acme: Company, now: int = NOW) -> list[str]:
    settle_states(acme.workspace, None, NOW)
    queue_due(now)
    return sorted(m.Mail.objects.values_list("to", flat=True))


def test_at_once_the_agent_and_the_head_of_the_team_are_told_once(acme: Company) -> None:
    sales(acme, "at_once")
    case = acme.case(owner="Anna", at=NOW - 5 * MINUTE)
    assert told(acme) == ["anna@example.com", "head@example.com"]
    assert m.LostCase.objects.get().told_at == NOW
    assert told(acme, NOW + HOUR) == ["anna@example.com", "head@example.com"]
    assert case.public_id in m.Mail.objects.first().text  # type: ignore[union-attr]


def test_each_reads_the_mail_in_his_words_and_zone(acme: Company) -> None:
    sales(acme, "at_once")
    acme.case(owner="Anna", at=NOW - 5 * MINUTE)  # 11:55 UTC
    told(acme)
    head, anna = (m.Mail.objects.get(to=f"{name}@example.com") for name in ("head", "anna"))
    assert "+380 50 000 01 01" in head.text
    assert "13:55" in head.text
    assert "Europe/Kyiv" in head.text
    assert "16:55" in anna.text
    assert "http://127.0.0.1:8080/w/acme/lost/lost-call1/" in head.text
    assert "<script" not in head.html
    assert "13:55" in head.html


def test_the_team_says_who_is_told(acme: Company) -> None:
    sales(acme, "at_once", mail_agent=False)
    acme.case(owner="Anna")
    assert told(acme) == ["head@example.com"]


def test_nobody_is_told_of_short_ones_old_ones_closed_ones_and_those_of_teams_without_a_rule(
    acme: Company,
) -> None:
    sales(acme, "at_once")
    acme.case("+380500000101", owner="Anna", short=True)
    acme.case("+380500000102", owner="Anna", at=NOW - 2 * DAY)
    acme.case("+380500000103", owner="Anna", derived_state="self_recovered", recovered_at=NOW)
    acme.case("+380500000104")
    assert told(acme) == []


def test_who_left_the_workspace_is_told_nothing(acme: Company) -> None:
    sales(acme, "at_once")
    acme.case(owner="Anna")
    m.Membership.objects.filter(user__name="Anna").delete()
    m.Membership.objects.filter(user__name="Head").update(mask_numbers=True)
    assert told(acme) == ["head@example.com"]
    mail = m.Mail.objects.get()
    assert "+380500000101" not in mail.text + mail.html + mail.subject
    assert "000 01 01" not in mail.text + mail.html + mail.subject


def test_a_digest_comes_once_a_day_with_what_was_missed_until_its_hour(acme: Company) -> None:
    team = sales(acme, "digest", digest_hour=9)
    acme.case("+380500000101", owner="Anna", at=NOW - 20 * HOUR)
    acme.case("+380500000102", owner="Anna", at=NOW - 19 * HOUR, derived_state="recovered", recovered_at=NOW)
    acme.case("+380500000103", owner="Anna", at=NOW - HOUR)  # after nine, local
    assert told(acme) == ["anna@example.com", "head@example.com"]
    mail = m.Mail.objects.get(to="head@example.com")
    assert mail.subject == "Sales: 2 callers reached nobody"
    assert "1 still waits" in mail.text
    assert "00 01 03" not in mail.text
    assert told(acme, NOW + HOUR) == ["anna@example.com", "head@example.com"]
    assert len(told(acme, NOW + DAY)) == 4
    assert digest_end(team, NOW) == int(datetime(2026, 11, 18, 7, tzinfo=UTC).timestamp() * 1000)


def test_a_day_without_missed_calls_mails_nobody(acme: Company) -> None:
    sales(acme, "digest")
    assert told(acme) == []


def test_html_of_a_source_stays_text(acme: Company) -> None:
    sales(acme, "at_once")
    case = acme.case(owner="Anna")
    m.LostCase.objects.filter(pk=case.pk).update(
        line='"><script>alert(1)</script>', why_missed="agent_on_call"
    )
    told(acme)
    assert "<script>" not in m.Mail.objects.get(to="head@example.com").html
