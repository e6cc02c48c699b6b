"""Live rows arrive behind a bar."""

from __future__ import annotations

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast


def test_a_new_caller_is_told_and_nothing_when_there_is_none(cast: Cast) -> None:
    newest = max(case.pk for case in cast.lost.values())
    address = cast.url(f"lost/news/?after={newest}&mine=&team={cast.teams['sales'].pk}")
    assert cast.olga.client.get(address).status_code == 204
    m.LostCase.objects.filter(public_id="l-waiting").update(id=newest + 1)
    answer = cast.olga.client.get(address).content.decode()
    assert "1 new caller: show" in answer
    assert "after=" not in answer
    assert cast.ivanna.client.get(cast.url(f"lost/news/?after={newest}")).status_code == 200


def test_what_nobody_can_mean_is_refused(cast: Cast) -> None:
    for after in ("", "x", "9" * 30):
        assert cast.olga.client.get(cast.url(f"lost/news/?after={after}")).status_code == 400


def test_strangers_and_anonymous_find_nothing(cast: Cast) -> None:
    assert cast.stranger.client.get(cast.url("lost/news/?after=0")).status_code == 404
    assert cast.anonymous.get(cast.url("lost/news/?after=0")).status_code == 302
    assert cast.olga.client.post(cast.url("lost/news/")).status_code == 405
