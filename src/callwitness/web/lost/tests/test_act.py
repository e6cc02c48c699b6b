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


def on_the_board(cast: Cast, action: str, query: str = "") -> str:
    headers = HTMX | {"HX-Current-URL": f"http://testserver{cast.url('lost/')}{query}"}
    answer = cast.olga.client.post(cast.url(f"lost/l-waiting/{action}/"), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_on_the_board_the_sentence_the_counts_and_the_menu_follow(cast: Cast) -> None:
    text = on_the_board(cast, "claim")
    assert text.lstrip().startswith("<article")
    assert "0 callers wait for a call." in text
    assert '<span class="n" id="n-waiting" hx-swap-oob="true">0</span>' in text
    assert '<span class="n" id="n-in_work" hx-swap-oob="true">2</span>' in text
    assert f"""hx-swap-oob="delete:a[href='{cast.url("lost/")}'] > .tally">""" in text


def test_on_the_board_who_was_talked_with_moves_to_the_done_ones(cast: Cast) -> None:
    text = on_the_board(cast, "talked")
    assert text.startswith('<div hx-swap-oob="afterend:#h-done"><article')
    assert text.count("<article") == 1
    assert '<span class="n" id="n-done" hx-swap-oob="true">1</span>' in text
    assert "1 done today." in text


def test_where_one_state_is_shown_the_card_stays_and_its_count_follows(cast: Cast) -> None:
    text = on_the_board(cast, "talked", "?state=open")
    assert text.lstrip().startswith("<article")
    assert '<span class="n" id="n-open" hx-swap-oob="true">0</span>' in text


def test_an_address_that_is_none_gets_the_card_alone(cast: Cast) -> None:
    headers = HTMX | {"HX-Current-URL": "http://["}
    text = cast.olga.client.post(cast.url("lost/l-waiting/claim/"), headers=headers).content.decode()
    assert text.lstrip().startswith("<article")
    assert "lost-sentence" not in text


def test_a_board_that_nobody_can_mean_changes_nothing(cast: Cast) -> None:
    headers = HTMX | {"HX-Current-URL": f"http://testserver{cast.url('lost/')}?state=gone"}
    answer = cast.olga.client.post(cast.url("lost/l-waiting/claim/"), headers=headers)
    assert answer.status_code == 400
    assert state() == "open"
