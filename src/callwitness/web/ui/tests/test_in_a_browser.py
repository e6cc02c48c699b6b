"""What only a browser can tell of the shared page: keys, menus, theme, and no sideways scrolling on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from callwitness.web.ui.cast import Cast

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))


@contextmanager
def page_of(cast: Cast, server: LiveServer, width: int = 1280, language: str = "en") -> Iterator[Page]:
    """Olga's browser at the members of her workspace; it must say nothing in the console."""
    session = cast.olga.client.cookies["sessionid"].value
    path = cast.url("settings/members/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
        context.add_cookies([{"name": "sessionid", "value": session, "url": server.url}])
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(server.url + path)
        page.wait_for_load_state("networkidle")
        yield page
        browser.close()
    assert said == []


def at(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_keys_walk_rows_open_them_and_lead_to_screens(cast: Cast, live_server: LiveServer) -> None:
    with page_of(cast, live_server) as page:
        page.keyboard.press("j")
        assert "Andriy" in at(page)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        assert "Ivanna" in at(page)
        page.keyboard.press("o")
        page.wait_for_url(f"**/members/{cast.ivanna.membership.pk}/")  # type: ignore[union-attr]  # a member
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url("**/calls/")


def test_keys_are_letters_while_somebody_types(cast: Cast, live_server: LiveServer) -> None:
    with page_of(cast, live_server) as page:
        page.keyboard.press("?")
        assert page.locator("dialog#keys").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("gt?jx")
        assert page.locator("#find").input_value() == "gt?jx"
        assert not page.locator("dialog#keys").is_visible()


def test_language_and_theme_are_two_clicks(cast: Cast, live_server: LiveServer) -> None:
    with page_of(cast, live_server) as page:
        page.locator(".menu.lang summary").click()
        page.get_by_text("Українська").click()
        page.wait_for_function("document.documentElement.lang === 'uk'")
        page.locator(".menu.theme summary").click()
        page.locator("button[value=dark]").click()
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        page.locator(".menu.lang summary").click()
        page.locator("h1").click()
        assert not page.locator(".menu.lang .sheet").is_visible()


@pytest.mark.parametrize(
    ("width", "language"),
    [(360, "uk"), (390, "ru"), (800, "ru"), (1100, "ru"), (1241, "ru"), (1280, "uk"), (1500, "ru")],
)
def test_no_page_scrolls_sideways(cast: Cast, live_server: LiveServer, width: int, language: str) -> None:
    cast.olga.user.language = language
    cast.olga.user.save()
    with page_of(cast, live_server, width, language) as page:
        for rest in ("settings/members/", "settings/rules/", "settings/audit/", "settings/"):
            page.goto(live_server.url + cast.url(rest))
            assert page.evaluate("document.documentElement.scrollWidth") <= width, rest
