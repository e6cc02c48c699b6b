"""What only a browser can tell of the board: the parts of an answer land where they belong."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from callwitness.web.ui.cast import Cast

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))


def test_a_caller_who_is_taken_and_talked_with_moves_to_the_done_ones(
    cast: Cast, live_server: LiveServer
) -> None:
    session = cast.olga.client.cookies["sessionid"].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(locale="en")
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(live_server.url + cast.url("lost/"))
        page.wait_for_load_state("networkidle")
        tally = page.locator(f"header.top nav a[href='{cast.url('lost/')}'] > .tally")
        expect(tally).to_have_text("1")
        expect(page.locator("#column-done .nobody-here")).to_be_visible()
        page.click("#case-l-waiting form[data-act=claim] button")
        expect(page.locator("#n-in_work")).to_have_text("2")
        expect(page.locator("#column-waiting #case-l-waiting")).to_be_visible()
        expect(tally).to_have_count(0)
        page.click("#case-l-waiting form[data-act=talked] button")
        expect(page.locator("#column-done #case-l-waiting")).to_be_visible()
        expect(page.locator("[id=case-l-waiting]")).to_have_count(1)
        expect(page.locator("#n-done")).to_have_text("1")
        expect(page.locator("#lost-sentence")).to_contain_text("1 done today.")
        expect(page.locator("#column-done .nobody-here")).to_be_hidden()
        expect(page.locator("#column-waiting .nobody-here")).to_be_visible()
        browser.close()
    assert said == []
