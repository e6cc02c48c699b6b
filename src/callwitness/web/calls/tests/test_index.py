"""The Calls screen."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from callwitness.ledger import models as m
from callwitness.web.ui.cast import Cast

ALL = "calls/?period=all"


def _page(client: Client, cast: Cast, query: str = "?period=all") -> str:
    answer = client.get(cast.url("calls/") + query)
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


def _ids(page: str) -> set[str]:
    return set(re.findall(r'data-main href="/w/acme/call/([^/"]+)/', page))


def test_the_owner_sees_all_calls_of_the_workspace_and_none_of_another(shown: Cast) -> None:
    assert _ids(_page(shown.olga.client, shown)) == {f"c-{name}" for name in shown.calls}


def test_an_operator_sees_own_calls_only(shown: Cast) -> None:
    assert _ids(_page(shown.ivanna.client, shown)) == {"c-answered", "c-missed", "c-outbound", "c-internal"}


def test_a_head_of_team_sees_people_and_queues_of_the_team(shown: Cast) -> None:
    assert _ids(_page(shown.maxim.client, shown)) == {f"c-{name}" for name in shown.calls} - {
        "c-support",
        "c-never_arrived",
    }


def test_a_marketer_sees_the_shared_project_without_its_people(shown: Cast) -> None:
    page = _page(shown.agency.client, shown)
    assert _ids(page) == {"c-answered", "c-missed", "c-abandoned", "c-never_arrived", "c-support"}
    assert "Petro" not in page
    assert "SIP/trunk-1" not in page


def test_a_filter_on_what_is_not_open_is_refused_with_a_sentence(shown: Cast) -> None:
    answer = shown.agency.client.get(shown.url("calls/?agent=Petro"))
    assert answer.status_code == 400
    assert b"not open to you" in answer.content


@pytest.mark.parametrize(
    "address", ["calls/", "calls/totals/", "calls/values/", "calls/change/", "calls/export/"]
)
def test_strangers_find_nothing_and_nobody_signed_out_comes_in(shown: Cast, address: str) -> None:
    assert shown.stranger.client.get(shown.url(address)).status_code == 404
    answer = shown.anonymous.get(shown.url(address))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert shown.olga.client.post(shown.url(address)).status_code == 405


def test_a_cell_has_its_two_filters_and_they_hold(shown: Cast) -> None:
    page = _page(shown.olga.client, shown)
    only, leave = re.search(
        r'data-verdict="never_arrived".*?data-only[^>]*href="([^"]+)".*?data-not[^>]*href="([^"]+)"',
        page,
        re.DOTALL,
    ).groups()  # type: ignore[union-attr]  # found, or the test fails
    assert _ids(_page(shown.olga.client, shown, only.replace("&amp;", "&"))) == {"c-never_arrived"}
    assert "c-never_arrived" not in _ids(_page(shown.olga.client, shown, leave.replace("&amp;", "&")))


def test_a_chip_takes_its_condition_away(shown: Cast) -> None:
    page = _page(shown.olga.client, shown, "?period=all&verdict=answered&queue.not=sales")
    assert "Verdict: answered" in page
    assert "Queue: not sales" in page
    assert re.search(r'class="x" href="\?period=all&amp;verdict=answered"', page)


def test_a_head_sorts_downwards_first_and_then_the_other_way(shown: Cast) -> None:
    page = _page(shown.olga.client, shown, "?period=all&sort=-wait_s")
    assert 'aria-sort="descending"><a href="?period=all&amp;sort=wait_s">Wait' in page


def test_rows_follow_page_by_page(shown: Cast) -> None:
    for number in range(60):
        shown.add_call(f"many{number}", "busy", 300 + number)
    first = _page(shown.olga.client, shown)
    more = re.search(r'hx-get="([^"]*after=[^"]+)"', first)
    assert more
    part = shown.olga.client.get(
        shown.url("calls/") + more[1].replace("&amp;", "&"), headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in part
    assert not _ids(first) & _ids(part)
    assert len(_ids(first) | _ids(part)) == 68


def test_names_of_callers_and_queues_are_shown_as_text(shown: Cast) -> None:
    shown.add_call("evil", "busy", 5, caller="<script>1</script>", queue='"><img src=x onerror=1>')
    page = _page(shown.olga.client, shown)
    assert "<script>1" not in page
    assert "<img" not in page


def test_masked_numbers_are_nowhere_in_the_page(shown: Cast) -> None:
    m.Membership.objects.filter(user=shown.ivanna.user).update(mask_numbers=True)
    page = _page(shown.ivanna.client, shown)
    assert "380500001111" not in page
    assert "+380 50 000 •• 11" in page or "•" in page
    assert shown.ivanna.client.get(shown.url("calls/?caller.has=1111")).status_code == 400


def test_an_empty_workspace_teaches_how_to_begin(shown: Cast) -> None:
    page = shown.stranger.client.get("/w/other/calls/?period=all")
    assert b"data-main" in page.content
    m.Call.objects.all().delete()
    page = shown.stranger.client.get("/w/other/calls/")
    assert b"No calls yet" in page.content


def test_an_empty_view_offers_a_way_out(shown: Cast) -> None:
    page = _page(shown.olga.client, shown, "?period=all&queue=nowhere")
    assert "No calls here" in page
    assert "Without filters" in page


def test_a_view_that_nobody_can_mean_is_refused(shown: Cast) -> None:
    for query in (
        "?period=yesterdays",
        "?sort=nothing",
        "?colour=red",
        "?wait_s.min=x",
        "?after=!!!",
        "?period=all&saved=99",
    ):
        assert shown.olga.client.get(shown.url("calls/") + query).status_code in (400, 404), query


def test_an_outbound_call_shows_whom_we_rang(shown: Cast) -> None:
    page = _page(shown.olga.client, shown, "?period=all&direction=outbound")
    assert 'href="tel:+380500001234"' in page
    both = _page(shown.olga.client, shown, "?period=all&direction=outbound&columns=started_at,caller,called")
    assert both.count('href="tel:+380500001234"') == 1
