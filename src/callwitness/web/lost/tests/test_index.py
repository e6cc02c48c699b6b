"""The board of lost callers: what each role sees of it."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def page(cast: Cast, who: str, rest: str = "") -> str:
    answer = cast.people[who].client.get(cast.url(f"lost/{rest}"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_who_waits_and_who_is_being_rung(cast: Cast) -> None:
    text = page(cast, "olga")
    assert "1 caller waits for a call." in text
    assert "case-l-waiting" in text
    assert "case-l-claimed" in text
    assert "Maxim is on it" in text


def test_an_operator_sees_own_cases_and_those_of_the_team_without_owner(cast: Cast) -> None:
    text = page(cast, "ivanna")
    assert "case-l-claimed" in text
    assert "case-l-waiting" in text
    m.LostCase.objects.update(owner_agent=cast.agents["petro"], owner_team=cast.teams["support"])
    text = page(cast, "ivanna")
    assert "case-l-claimed" not in text
    assert "Nobody waits for a call." in text


def test_a_marketer_sees_the_callers_of_the_shared_project_without_the_people_inside(cast: Cast) -> None:
    text = page(cast, "marta")
    assert "case-l-waiting" in text
    assert "Maxim" not in text
    assert "Ivanna" not in text
    assert cast.teams["sales"].name not in text
    assert "lost-actions" not in text


def test_an_auditor_changes_nothing(cast: Cast) -> None:
    assert "lost-actions" not in page(cast, "andriy")


def test_numbers_are_masked_and_cannot_be_rung_where_the_role_says_so(cast: Cast) -> None:
    m.Membership.objects.filter(user=cast.ivanna.user).update(mask_numbers=True)
    text = page(cast, "ivanna")
    assert "+380500001234" not in text
    assert "tel:" not in text


@pytest.mark.parametrize("rest", ["?team=x", "?state=gone", "?period=never"])
def test_a_filter_that_nobody_can_mean_is_refused_with_a_sentence(cast: Cast, rest: str) -> None:
    assert cast.olga.client.get(cast.url(f"lost/{rest}")).status_code == 400


def test_filters_narrow_the_board(cast: Cast) -> None:
    sales, support = cast.teams["sales"].pk, cast.teams["support"].pk
    assert "case-l-waiting" in page(cast, "olga", f"?team={sales}")
    assert "case-l-waiting" not in page(cast, "olga", f"?team={support}")
    assert "case-l-waiting" not in page(cast, "olga", "?line=%2B380500000200")
    assert "case-l-claimed" in page(cast, "olga", "?state=in_work")
    assert "case-l-waiting" not in page(cast, "olga", "?mine=yes")
    assert "case-l-claimed" in page(cast, "maxim", "?mine=yes")


def test_who_is_in_a_call_right_now_is_said(cast: Cast) -> None:
    cast.add_call("now", "unknown", 1, caller="+380500001234", ended_at=None)
    assert "do not ring now" in page(cast, "olga")


def test_strangers_and_anonymous_find_nothing(cast: Cast) -> None:
    assert cast.stranger.client.get(cast.url("lost/")).status_code == 404
    assert cast.anonymous.get(cast.url("lost/")).status_code == 302
    assert cast.olga.client.post(cast.url("lost/")).status_code == 405


def test_the_page_asks_a_bounded_number_of_questions(cast: Cast, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 pytest-django's
    with django_assert_max_num_queries(45):
        page(cast, "olga")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("closed", "Last talked with: Petro."),
        ("", "Last talked with: Petro."),
        ("agent_did_not_pick_up", "Missed by Petro."),
        ("agent_on_call", "Missed by Petro."),
    ],
)
def test_only_who_let_it_ring_or_was_talking_missed_a_caller(cast: Cast, why: str, said: str) -> None:
    m.LostCase.objects.filter(public_id="l-waiting").update(owner_agent=cast.agents["petro"], why_missed=why)
    assert said in page(cast, "olga", "l-waiting/")
