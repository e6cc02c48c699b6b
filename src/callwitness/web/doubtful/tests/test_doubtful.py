"""The queue of doubtful answers and what people say about them."""

from __future__ import annotations

from typing import Any

import pytest

from callwitness.ledger import models as m
from callwitness.web.doubtful.tests.conftest import add, of
from callwitness.web.ui.cast import Cast, Person


def _page(cast: Cast, who: Person, query: str = "") -> str:
    answer = who.client.get(cast.url(f"doubtful/{query}"))
    assert answer.status_code == 200, answer.content[:400]
    return answer.content.decode()


def _say(cast: Cast, who: Person, call: str, **fields: Any) -> Any:
    return who.client.post(cast.url(f"doubtful/{of(cast, call).pk}/"), fields, headers={"HX-Request": "true"})


def test_the_least_sure_stand_first_and_sure_ones_do_not_wait(heard: Cast) -> None:
    page = _page(heard, heard.olga)
    first, second = (f'id="r-{of(heard, name).pk}"' for name in ("answered", "support"))
    assert 0 < page.index(first) < page.index(second)
    assert f'id="r-{of(heard, "outbound").pk}"' not in page
    assert "Perhaps a live voice answers at 0:10.0; that is not sure (31" in page
    assert f'id="r-{of(heard, "outbound").pk}"' in _page(heard, heard.olga, "?which=all")


def test_what_is_not_sure_enough_for_a_verdict_waits_where_it_would_decide(heard: Cast) -> None:
    for name, status, confidence in (
        ("internal", "answered", 0.55),
        ("other_project", "nobody", 0.7),  # somebody claims an answer
        ("abandoned", "nobody", 0.7),  # nobody does
        ("missed", "unreadable", 0.0),
    ):
        add(heard, name, status, confidence)
    page = _page(heard, heard.olga)
    waiting = {name for name in heard.calls if f"/call/c-{name}/" in page}
    assert waiting == {"answered", "support", "internal", "other_project"}


def test_a_card_shows_the_strip_the_claims_and_the_moments(heard: Cast) -> None:
    page = _page(heard, heard.olga)
    assert page.count('class="span-music"') == 2
    assert "Exchange: answered after 0:12" in page.replace("exchange:", "Exchange:")
    assert 'value="7.10" data-moment data-key="2"' in page


def test_a_moment_has_a_weight_and_the_answer_alone_a_share(heard: Cast) -> None:
    card = (
        _page(heard, heard.olga).partition(f'id="r-{of(heard, "answered").pk}"')[2].partition("</article>")[0]
    )
    assert 'aria-label="weight 0.4"' in card
    assert "0:07.1 · weight 0.35" in card
    assert card.count("31\N{NO-BREAK SPACE}%") == 1
    assert "40\N{NO-BREAK SPACE}%" not in card


def test_what_waits_is_counted_alike_everywhere_after_a_decision(heard: Cast) -> None:
    assert "In 2 recordings it is not sure" in _page(heard, heard.olga)
    answer = _say(heard, heard.olga, "answered", action="nobody").content.decode()
    assert '<span id="waiting" hx-swap-oob="true">In 1 recording it is not sure' in answer
    assert "Not sure 1<" in answer


def test_a_moment_is_kept_with_who_and_when_and_dirties_the_day(heard: Cast) -> None:
    answer = _say(heard, heard.olga, "answered", action="voice", at="7.10")
    assert answer.status_code == 200
    hearing = of(heard, "answered")
    assert (hearing.answer, hearing.voice_s, hearing.sureness, hearing.decided_by) == (
        "answered",
        7.1,
        1.0,
        heard.olga.user,
    )
    decision = m.HearingDecision.objects.get()
    assert (decision.action, decision.begin_s, decision.by) == ("voice", 7.1, heard.olga.user)
    assert m.DirtyDay.objects.get().day == heard.calls["answered"].day
    assert "Somebody answers at 0:07.1, as heard by Olga." in answer.content.decode()
    noted = m.Audit.objects.get(action="recording.decide")
    assert (noted.user, noted.what, noted.details["said"]) == (heard.olga.user, "c-answered", "voice")


def test_nobody_answers_and_a_decision_is_undone(heard: Cast) -> None:
    _say(heard, heard.olga, "answered", action="nobody")
    assert (of(heard, "answered").answer, of(heard, "answered").voice_s) == ("nobody", None)
    assert f'id="r-{of(heard, "answered").pk}"' not in _page(heard, heard.olga)
    assert "Undo" in _page(heard, heard.olga, "?which=decided")
    _say(heard, heard.olga, "answered", action="undo")
    assert of(heard, "answered").answer == "unsure"
    assert list(m.HearingDecision.objects.order_by("pk").values_list("action", flat=True)) == [
        "nobody",
        "undo",
    ]


def test_a_stretch_is_said_to_be_a_greeting(heard: Cast) -> None:
    answer = _say(heard, heard.olga, "answered", action="greeting", begin="7", end="10")
    assert answer.status_code == 200
    decision = m.HearingDecision.objects.get()
    assert (decision.action, decision.begin_s, decision.end_s) == ("greeting", 7.0, 10.0)
    assert of(heard, "answered").answer == "unsure"
    assert 'class="button small main" name="action" value="greeting"' in answer.content.decode()


def test_what_teaches_the_whole_line_is_for_who_may_change_its_library(heard: Cast) -> None:
    page = _page(heard, heard.maxim)
    assert 'value="nobody"' in page
    assert 'value="recorded"' not in page
    for action in ("recorded", "greeting", "live"):
        assert _say(heard, heard.maxim, "answered", action=action, begin="7", end="10").status_code == 404
    assert not m.HearingDecision.objects.exists()
    assert _say(heard, heard.maxim, "answered", action="nobody").status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"action": "voice"},
        {"action": "voice", "at": "99"},
        {"action": "voice", "at": "-1"},
        {"action": "voice", "at": "nan"},
        {"action": "voice", "at": "1e400"},
        {"action": "recorded", "begin": "5", "end": "4"},
        {"action": "recorded", "begin": "5", "end": "50"},
        {"action": "swallow"},
        {},
    ],
)
def test_what_nobody_can_mean_changes_nothing(heard: Cast, fields: dict[str, str]) -> None:
    assert _say(heard, heard.olga, "answered", **fields).status_code == 400
    assert not m.HearingDecision.objects.exists()
    assert of(heard, "answered").decided == ""


def test_only_who_may_judge_and_only_own_calls(heard: Cast) -> None:
    assert of(heard, "support").pk
    page = _page(heard, heard.maxim)  # head of sales
    assert f'id="r-{of(heard, "answered").pk}"' in page
    assert f'id="r-{of(heard, "support").pk}"' not in page
    assert _say(heard, heard.maxim, "support", action="nobody").status_code == 404
    for who in (heard.ivanna, heard.agency, heard.auditor, heard.stranger):
        assert who.client.get(heard.url("doubtful/")).status_code == 404
        assert _say(heard, who, "answered", action="nobody").status_code == 404
    assert not m.HearingDecision.objects.exists()


def test_the_recordings_of_one_call_are_found_however_sure_they_are(heard: Cast) -> None:
    _say(heard, heard.olga, "outbound", action="nobody")
    page = _page(heard, heard.olga, "?call=c-outbound")
    assert f'id="r-{of(heard, "outbound").pk}"' in page
    assert "/call/c-answered/" not in page
    assert "Undo" in page
    assert "/call/c-" not in _page(heard, heard.olga, "?call=c-none")


def test_without_scripts_a_decision_leads_back_to_the_queue(heard: Cast) -> None:
    pk = of(heard, "answered").pk
    answer = heard.olga.client.post(heard.url(f"doubtful/{pk}/"), {"action": "nobody"})
    assert answer.status_code == 302
    assert answer["Location"] == heard.url(f"doubtful/#r-{pk}")


def test_an_empty_queue_teaches(cast: Cast) -> None:
    assert "No recording waits for a person." in _page(cast, cast.olga)


def test_the_menu_counts_what_waits(heard: Cast) -> None:
    page = _page(heard, heard.olga)
    assert 'Doubtful answers <span class="tally">2</span>' in page


def test_a_list_costs_as_many_queries_however_long_it_is(
    heard: Cast, django_assert_max_num_queries: Any
) -> None:
    for name in ("missed", "abandoned", "internal", "other_project"):
        add(heard, name, "unsure", 0.2)
    with django_assert_max_num_queries(24):
        _page(heard, heard.olga)
