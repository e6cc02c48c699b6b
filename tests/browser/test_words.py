"""What was said, in step with the player: by mouse, by keys, on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Office, serious, shot, too_wide

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))

WRITE = """
from callwitness.ledger import models as m
found = m.Recording.objects.filter(call__verdict="answered", call__direction="inbound", state="kept").order_by("id")
recording = max(found, key=lambda each: each.duration_s)
lines = [("far", 1.0, "Good morning, Acme, how can I help you?"), ("near", 4.0, "My number is on the card [card]."),
         ("far", 6.0, "Thank you, one moment please.")]
segments = [{"side": side, "start_s": at, "end_s": at + 1.8, "text": text,
             "words": [[at + 0.2 * n, at + 0.2 * n + 0.2, word] for n, word in enumerate(text.split())]}
            for side, at, text in lines]
m.Transcript.objects.update_or_create(recording=recording, defaults={"sha256": recording.sha256, "state": "written",
    "language": "en", "engine": "test 1", "segments": segments, "written_at": 1})
print(json.dumps(f"/w/demo/call/{recording.call.public_id}/"))
"""


@pytest.fixture(scope="module")
def address(demo: Office) -> str:
    """The page of an answered call with a transcript."""
    return str(demo.here.ask(WRITE))


def opened(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".words > summary").click()
    expect(page.locator("[data-said] li")).to_have_count(3)


def at(page: Page) -> float:
    return float(
        page.locator("[data-player] audio").first.evaluate(
            "sound => { sound.pause(); return sound.currentTime }"
        )
    )


def test_a_click_on_a_word_or_a_time_plays_from_there_and_the_line_is_marked(
    demo: Office, address: str
) -> None:
    with demo.sit("owner@demo.example", locale="en-GB") as page:
        opened(page, address)
        page.locator("[data-said] li").nth(1).get_by_role("button").click()
        expect(page.locator("[data-said] li.now")).to_contain_text("My number")
        assert 4.0 <= at(page) < 5.8
        page.locator("[data-said] li").nth(2).get_by_text("moment").click()
        expect(page.locator("[data-said] [aria-current=true]")).to_contain_text("one moment")
        assert 6.6 <= at(page) < 7.8
        shot(page, "what-was-said")
        assert not serious(page)


def test_keys_move_between_lines_and_play_them(demo: Office, address: str) -> None:
    with demo.sit("owner@demo.example", locale="en-GB") as page:
        opened(page, address)
        page.locator("h1").click()
        for _ in range(3):
            page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("o")
        expect(page.locator("[data-said] li.now")).to_contain_text("My number")
        assert 4.0 <= at(page) < 5.8


def test_it_fits_a_phone(demo: Office, address: str) -> None:
    with demo.sit("owner@demo.example", phone=True, locale="ru-RU") as page:
        opened(page, address)
        shot(page, "what-was-said-phone")
        assert not too_wide(page)
