"""The figures above the board."""

from __future__ import annotations

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def figures(cast: Cast, who: str = "olga", rest: str = "") -> str:
    answer = cast.people[who].client.get(cast.url(f"lost/figures/{rest}"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_shares_and_minutes_are_those_of_the_cases(cast: Cast) -> None:
    waiting = cast.lost["waiting"]
    m.LostCase.objects.filter(pk=waiting.pk).update(
        state="recovered", closed_at=waiting.first_at + 30 * 60_000
    )
    text = figures(cast)
    assert "50" in text
    assert "1 by us, 0 got through unaided, of 2" in text
    assert "90 % within 30 min; 0 in time, 1 late" in text


def test_short_ones_are_left_out_and_counted(cast: Cast) -> None:
    m.LostCase.objects.filter(pk=cast.lost["waiting"].pk).update(short=True)
    assert "1 short one left out" in figures(cast)


def test_without_cases_there_is_a_dash_and_no_per_cent(cast: Cast) -> None:
    m.LostCase.objects.all().delete()
    text = figures(cast)
    assert "%</span>" not in text
    assert "–" in text


def test_only_what_the_reader_may_see_counts(cast: Cast) -> None:
    m.LostCase.objects.update(
        owner_agent=cast.agents["petro"], owner_team=cast.teams["support"], claimed_by=None
    )
    assert "of 0" in figures(cast, "ivanna")
    assert "of 2" in figures(cast, "olga")


def test_strangers_and_anonymous_find_nothing(cast: Cast) -> None:
    assert cast.stranger.client.get(cast.url("lost/figures/")).status_code == 404
    assert cast.anonymous.get(cast.url("lost/figures/")).status_code == 302
    assert cast.olga.client.post(cast.url("lost/figures/")).status_code == 405
