"""What people do with a case, and what they may not."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast

HTMX = {"HX-Request": "true"}


def do(cast: Cast, who: str, action: str, case: str = "l-waiting", **data: str) -> int:
    return cast.people[who].client.post(cast.url(f"lost/{case}/{action}/"), data).status_code


def state(case: str = "l-waiting") -> str:
    return m.LostCase.objects.get(public_id=case).state


def test_an_operator_takes_rings_and_talks(cast: Cast) -> None:
    for action, then in (("claim", "in_work"), ("no_answer", "in_work"), ("talked", "recovered")):
        assert do(cast, "ivanna", action) == 302
        assert state() == then
    decisions = m.LostDecision.objects.order_by("id").values_list("action", "by__name")
    assert list(decisions) == [("claim", "Ivanna"), ("no_answer", "Ivanna"), ("talked", "Ivanna")]


def test_htmx_gets_the_card_as_it_is_then(cast: Cast) -> None:
    answer = cast.olga.client.post(cast.url("lost/l-waiting/claim/"), headers=HTMX)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.lstrip().startswith("<article")
    assert "You are on it." in text


def test_who_comes_second_reads_that_it_is_taken(cast: Cast) -> None:
    do(cast, "maxim", "claim")
    text = cast.ivanna.client.post(cast.url("lost/l-waiting/talked/"), headers=HTMX).content.decode()
    assert "Somebody else has taken this caller meanwhile." in text
    assert "Maxim is on it" in text
    page = cast.ivanna.client.post(cast.url("lost/l-waiting/talked/"), follow=True).content.decode()
    assert "Somebody else has taken this caller meanwhile." in page
    assert state() == "in_work"


def test_not_needed_wants_a_reason_which_is_kept(cast: Cast) -> None:
    do(cast, "ivanna", "not_needed")
    assert state() == "open"
    do(cast, "ivanna", "not_needed", note="a wrong number")
    assert state() == "not_needed"
    assert "a wrong number" in cast.olga.client.get(cast.url("lost/l-waiting/")).content.decode()
    do(cast, "maxim", "reopen")
    assert state() == "open"


def test_the_head_gives_back_what_another_took_but_an_operator_does_not(cast: Cast) -> None:
    do(cast, "olga", "claim")
    do(cast, "ivanna", "release")
    assert state() == "in_work"
    do(cast, "maxim", "release")
    assert state() == "open"


@pytest.mark.parametrize("who", ["andriy", "marta", "roman", "stefan"])
def test_who_may_not_work_on_callers_finds_nothing(cast: Cast, who: str) -> None:
    assert do(cast, who, "claim") == 404
    assert state() == "open"


def test_a_case_of_another_operator_is_absent(cast: Cast) -> None:
    m.LostCase.objects.update(owner_agent=cast.agents["petro"], owner_team=cast.teams["support"])
    assert do(cast, "ivanna", "claim") == 404
    assert cast.ivanna.client.get(cast.url("lost/l-waiting/")).status_code == 404


def test_an_action_nobody_knows_and_a_case_that_is_not_there_are_absent(cast: Cast) -> None:
    assert do(cast, "olga", "explode") == 404
    assert do(cast, "olga", "claim", "l-nowhere") == 404


def test_only_a_post_does_something(cast: Cast) -> None:
    assert cast.olga.client.get(cast.url("lost/l-waiting/claim/")).status_code == 405
    assert cast.anonymous.post(cast.url("lost/l-waiting/claim/")).status_code == 302
    assert state() == "open"


def test_html_of_a_note_stays_text(cast: Cast) -> None:
    do(cast, "ivanna", "not_needed", note="<script>alert(1)</script>")
    assert "<script>alert" not in cast.olga.client.get(cast.url("lost/l-waiting/")).content.decode()
