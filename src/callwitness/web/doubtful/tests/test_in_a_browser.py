"""What only a browser can tell: deciding with the keys alone."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from callwitness.ledger import models as m
from callwitness.web.doubtful.tests.conftest import of
from callwitness.web.ui.cast import Cast

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))
PLACE = "document.activeElement.querySelector('audio').currentTime"
PAUSED = "document.activeElement.querySelector('audio').paused"


def until(page: Page, condition: str) -> None:
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it never came to this: {condition}")


def test_a_queue_is_worked_off_with_the_keys_alone(heard: Cast, live_server: LiveServer) -> None:
    session = heard.olga.client.cookies["sessionid"].value
    rows = [f"#r-{of(heard, name).pk}" for name in ("answered", "support")]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        context = browser.new_context(locale="en")
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(live_server.url + heard.url("doubtful/"))
        page.wait_for_load_state("networkidle")
        first, second = (page.locator(row) for row in rows)
        expect(first).to_be_focused()
        page.keyboard.press(
            "2"
        )  # the second moment weighed, at 7.1 s, is heard from 2.5 s before it to 2.5 s after
        until(page, f"{PLACE} > 4.6 && !{PAUSED}")
        until(page, f"{PAUSED} && {PLACE} >= 9.6 && {PLACE} < 10.6")
        page.evaluate("document.activeElement.querySelector('audio').playbackRate = 0.5")
        play = first.locator("[data-play]")
        expect(play).to_have_text("Play", use_inner_text=True)
        play.click()
        expect(play).to_have_text("Pause", use_inner_text=True)
        play.click()
        expect(play).to_have_text("Play", use_inner_text=True)
        first.focus()
        until(page, PAUSED)
        page.keyboard.press("Enter")
        expect(first).to_contain_text("Somebody answers at 0:07.1, as heard by Olga.")
        expect(second).to_be_focused()
        page.keyboard.press("ArrowRight")  # 5 s on
        page.keyboard.press("m")
        expect(second.locator("[data-here-at]")).to_have_text("0:05.0")
        page.keyboard.press("k")
        expect(first).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("n")
        expect(second).to_contain_text("Nobody answers in it, as heard by Olga.")
        expect(page.locator("#waiting")).to_have_text("No recording waits for a person.")
        expect(page.locator("#which")).to_contain_text("Decided by people 2")
        browser.close()
    assert said == []
    said_of = dict(m.HearingDecision.objects.values_list("action", "begin_s"))
    assert said_of == {"voice": 7.1, "nobody": None}
