"""How well callers are won back, counted from the cases; and who is the most urgent of those who wait."""

from __future__ import annotations

from typing import Any

import pytest

from callwitness.domain.rules import Rules
from callwitness.ledger import models as m
from callwitness.services.lost.clock import urgent
from callwitness.services.lost.figures import figures
from callwitness.services.lost.tests.lost_world import DAY, HOUR, MINUTE, NOW, Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Company:
    return company()


def reached(acme: Company, number: int, minutes: int, state: str = "recovered", **fields: Any) -> m.LostCase:
    at = NOW - 3 * DAY
    case = acme.case(f"+3805000001{number:02}", at=at, derived_state=state, **fields)
    m.LostCase.objects.filter(pk=case.pk).update(closed_at=at + minutes * MINUTE)
    return case


def test_each_case_is_counted_once_and_the_parts_add_up(acme: Company) -> None:
    reached(acme, 1, 10, tries=3)
    reached(acme, 2, 60, "self_recovered")
    acme.case("+380500000103")
    acme.case("+380500000104", derived_state="expired")
    acme.case("+380500000105", short=True)
    acme.case("+380500000106", derived_state="not_needed")
    told = figures(m.LostCase.objects.all(), Rules(), "UTC")
    assert (told.counted, told.ours, told.themselves, told.waiting, told.gone) == (4, 1, 1, 1, 1)
    assert (told.short, told.not_needed, told.tries) == (1, 1, 6)
    assert told.share == 0.5
    assert sum(told.hours) == told.counted


def test_minutes_and_bands_are_of_those_whom_we_rang(acme: Company) -> None:
    for number, minutes in enumerate((5, 10, 30, 24 * 60)):
        reached(acme, number, minutes)
    reached(acme, 9, 1, "self_recovered")
    told = figures(m.LostCase.objects.all(), Rules(), "UTC")
    assert (told.median, told.good, told.late) == (20.0, 2, 1)


def test_the_teams_own_minutes_decide_what_is_in_time(acme: Company) -> None:
    reached(acme, 1, 45, owner_team=acme.team(sla_minutes=60))
    assert figures(m.LostCase.objects.all(), Rules(), "UTC").good == 1


def test_without_cases_nothing_is_claimed() -> None:
    told = figures(m.LostCase.objects.none(), Rules(), "UTC")
    assert (told.share, told.median, told.p90, told.tries_per_case) == (None, None, None, None)


def test_the_most_urgent_comes_first(acme: Company) -> None:
    hours = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-18:00")
    acme.workspace.settings = {"hours": hours}
    acme.workspace.save()
    names = {
        acme.case("+380500000101", at=NOW - 2 * MINUTE).caller: "fresh",
        acme.case("+380500000102", at=NOW - 15 * MINUTE).caller: "nearly over",
        acme.case("+380500000103", at=NOW - 3 * HOUR).caller: "late",
        acme.case("+380500000104", at=NOW - 2 * DAY).caller: "too late",
        acme.case("+380500000105", at=NOW - 15 * HOUR).caller: "closed hours",
        acme.case("+380500000106", at=NOW - 5 * MINUTE, attempts=3).caller: "tried enough",
        acme.case("+380500000107", at=NOW - 5 * MINUTE, next_try_at=NOW + MINUTE).caller: "not yet",
        acme.case("+380500000108", at=NOW - 5 * MINUTE).caller: "calling now",
    }
    acme.call("+380500000108", NOW - MINUTE, ended_at=None)
    order = [names[case.caller] for case, _ in urgent(acme.workspace, m.LostCase.objects.all(), NOW)]
    assert order[:5] == ["closed hours", "nearly over", "fresh", "late", "too late"]
    assert set(order[5:]) == {"tried enough", "not yet", "calling now"}
