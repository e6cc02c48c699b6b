"""My calls: own ones, a member's, the group's; nobody else's."""

from __future__ import annotations

import pytest

from callwitness.ledger import models as m
from callwitness.web.mine.people import figures
from callwitness.web.ui.cast import Cast


def page(cast: Cast, who: str, rest: str = "") -> str:
    answer = cast.people[who].client.get(cast.url(f"mine/?period=last_7_days{rest}"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_operator_sees_own_calls_and_figures(cast: Cast) -> None:
    text = page(cast, "ivanna")
    for own in ("answered", "missed", "outbound"):
        assert f"/call/c-{own}/" in text
    assert "/call/c-support/" not in text
    assert "1 call taken," in text
    assert "1 made," in text
    assert "1 missed." in text


def test_an_operator_cannot_choose_another(cast: Cast) -> None:
    for member in (cast.agents["petro"].pk, 10**9, "group", "x"):
        assert cast.ivanna.client.get(cast.url(f"mine/?member={member}")).status_code == 404


def test_a_head_sees_the_group_and_each_of_it(cast: Cast) -> None:
    for rest in ("", "&member=group"):  # a head who takes no calls begins with the group
        group = page(cast, "maxim", rest)
        assert "Ivanna" in group
        assert "Petro" not in group
    member = page(cast, "maxim", f"&member={cast.agents['ivanna'].pk}")
    assert "/call/c-answered/" in member
    assert cast.maxim.client.get(cast.url(f"mine/?member={cast.agents['petro'].pk}")).status_code == 404


def test_own_lost_callers_stand_first(cast: Cast) -> None:
    m.LostCase.objects.filter(public_id="l-waiting").update(owner_agent=cast.agents["ivanna"])
    text = page(cast, "ivanna")
    assert "/lost/l-waiting/" in text
    assert "2 callers wait for a call." in text


def test_who_is_no_operator_reads_what_to_do(cast: Cast) -> None:
    m.Agent.objects.update(user=None)
    assert "No operator is linked with your account" in page(cast, "ivanna")


def test_when_a_colleague_answered_it_is_no_miss(cast: Cast) -> None:
    call = cast.calls["support"]
    m.CallAgent.objects.create(
        call=call, agent=cast.agents["ivanna"], talked=False, started_at=call.started_at
    )
    text = page(cast, "ivanna")
    assert "1 missed." in text
    assert "a colleague took it" in text


@pytest.mark.parametrize("who", ["marta", "roman", "stefan"])
def test_marketers_and_strangers_find_nothing(cast: Cast, who: str) -> None:
    assert cast.people[who].client.get(cast.url("mine/")).status_code == 404


def test_anonymous_signs_in_first_and_nothing_is_posted(cast: Cast) -> None:
    assert cast.anonymous.get(cast.url("mine/")).status_code == 302
    assert cast.olga.client.post(cast.url("mine/")).status_code == 405
    assert cast.olga.client.get(cast.url("mine/?period=never")).status_code == 400


def test_numbers_are_masked_where_the_role_says_so(cast: Cast) -> None:
    m.Membership.objects.filter(user=cast.ivanna.user).update(mask_numbers=True)
    text = page(cast, "ivanna")
    assert "+380500001111" not in text
    assert "tel:" not in text


def test_talk_with_colleagues_does_not_stretch_the_average(cast: Cast) -> None:
    ivanna = cast.agents["ivanna"]
    m.Call.objects.filter(public_id__in=("c-answered", "c-outbound")).update(talk_s=60.0)
    m.Call.objects.filter(public_id="c-internal").update(talk_s=3000.0)
    m.CallAgent.objects.filter(agent=ivanna, call__public_id="c-internal").update(talked=True)
    told = figures([ivanna], 0, cast.now)[ivanna.pk]
    assert (told.taken, told.made, told.talk_s, told.average_s) == (1, 1, 120.0, 60.0)
