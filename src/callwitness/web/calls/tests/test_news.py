"""Calls that came since the page was made."""

from __future__ import annotations

import re

from callwitness.web.ui.cast import Cast


def _since(cast: Cast) -> str:
    page = cast.olga.client.get(cast.url("calls/?period=all")).content.decode()
    found = re.search(r'hx-get="(news/[^"]+)"', page)
    assert found
    return found[1].replace("&amp;", "&")


def test_new_calls_wait_behind_a_bar(shown: Cast) -> None:
    address = shown.url(f"calls/{_since(shown)}")
    assert shown.olga.client.get(address).status_code == 204
    shown.add_call("new", "busy", 1)
    answer = shown.olga.client.get(address)
    assert b"1 new call" in answer.content
    assert shown.ivanna.client.get(address).status_code == 204
    assert (
        shown.olga.client.get(address.replace("period=all", "period=all&verdict=closed")).status_code == 204
    )


def test_only_the_newest_first_has_news(shown: Cast) -> None:
    page = shown.olga.client.get(shown.url("calls/?period=all&sort=wait_s")).content.decode()
    assert "news/" not in page


def test_strangers_and_wrong_methods(shown: Cast) -> None:
    address = shown.url("calls/news/?since=0")
    assert shown.stranger.client.get(address).status_code == 404
    assert shown.anonymous.get(address).status_code == 302
    assert shown.olga.client.post(address).status_code == 405
    assert shown.olga.client.get(shown.url("calls/news/?since=x")).status_code == 200


def test_a_search_from_the_head_of_the_page_looks_at_all_times(shown: Cast) -> None:
    page = shown.olga.client.get(shown.url("calls/?search=1234")).content.decode()
    assert "all time" in page
    assert "c-abandoned" in page
    assert "c-outbound" in page
    assert "c-answered" not in page
