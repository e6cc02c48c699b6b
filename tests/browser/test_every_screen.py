"""Every screen of the demo company: in three languages, light and dark, on a desk and on a phone; looked at by axe.

The pictures are kept in build/screenshots, for people to look at.
"""

from __future__ import annotations

import pytest

from tests.browser.desk import Office, serious, shot, too_wide

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))

SCREENS = {
    "today": "", "calls": "calls/?period=last_7_days", "calls-grouped": "calls/?period=last_30_days&group=agent",
    "lost": "lost/", "findings": "findings/", "doubtful": "doubtful/?which=all", "mine": "mine/", "sources": "sources/",
    "upload": "sources/upload/", "add-source": "sources/add/", "exports": "exports/", "people": "people/",
    "people-list": "people/import/", "new-team": "people/teams/new/", "numbers": "numbers/", "new-number": "numbers/new/",
    "lines": "lines/", "library": "lines/library/", "projects": "projects/", "new-project": "projects/new/", "settings": "settings/",
    "rules": "settings/rules/", "speech": "settings/speech/", "members": "settings/members/", "invite": "settings/members/invite/", "audit": "settings/audit/",
}  # fmt: skip
OPENED = {
    "call": ("calls/?period=last_30_days&recorded=yes&verdict=answered", "a[href*='/call/']"),
    "lost-caller": ("lost/", "a[data-main]"),
    "finding": ("findings/", "a[href*='/findings/f']"),
    "source": ("sources/", "a[href*='/sources/']:not([href*=upload]):not([href*=add])"),
    "agent": ("people/", "a[data-main]"),
}
"""Pages that stand behind a link of another."""
VARIANTS = {
    "en": {"locale": "en-GB"},
    "en-dark": {"locale": "en-GB", "color_scheme": "dark"},
    "ru": {"locale": "ru-RU"},
    "uk": {"locale": "uk-UA"},
    "en-phone": {"locale": "en-GB", "phone": True},
    "ru-phone-dark": {"locale": "ru-RU", "phone": True, "color_scheme": "dark"},
    "uk-phone": {"locale": "uk-UA", "phone": True},
}
JUDGED = ("en", "en-dark", "en-phone")
"""Variants that axe looks at: words change neither contrast nor structure."""


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_screen_opens_fits_and_is_free_of_serious_barriers(demo: Office, variant: str) -> None:
    wrong = []
    with demo.sit("owner@demo.example", **VARIANTS[variant]) as page:  # type: ignore[arg-type]  # by name
        for name, place in addresses(demo).items():
            answer = page.goto(place)
            page.wait_for_load_state("networkidle")
            shot(page, f"{name}-{variant}")
            if answer is None or answer.status != 200:
                wrong.append(f"{name}: {answer and answer.status}")
            if page.locator("html").get_attribute("lang") != variant[:2]:
                wrong.append(f"{name}: in another language")
            if too_wide(page):
                wrong.append(f"{name}: wider than the screen")
            if variant in JUDGED:
                wrong += [f"{name}: {each}" for each in serious(page)]
    assert not wrong, "\n".join(wrong)


def addresses(demo: Office) -> dict[str, str]:
    """Every screen, and one page behind each list."""
    found = {name: f"/w/demo/{rest}" for name, rest in SCREENS.items()}
    with demo.sit("owner@demo.example") as page:
        for name, (place, link) in OPENED.items():
            page.goto(f"/w/demo/{place}")
            address = page.locator(f"main {link}").first.get_attribute("href")
            assert address, name
            found[name] = address
    return found


@pytest.mark.parametrize("variant", ["en", "ru", "uk", "en-dark", "ru-phone-dark"])
def test_the_doors_open_without_barriers_too(demo: Office, variant: str) -> None:
    with demo.sit(**VARIANTS[variant]) as page:  # type: ignore[arg-type]  # by name
        for name, place in (("sign-in", "/accounts/login/"), ("forgotten", "/accounts/password/reset/")):
            page.goto(place)
            shot(page, f"{name}-{variant}")
            assert not too_wide(page)
            assert not serious(page)


@pytest.mark.parametrize("who", ["head", "operator", "agency", "client", "auditor"])
def test_each_role_finds_its_own_menu_working(demo: Office, who: str) -> None:
    wrong = []
    with demo.sit(f"{who}@demo.example") as page:
        page.goto("/w/demo/")
        links = page.locator("header.top nav a").evaluate_all(
            "all => all.map(each => each.getAttribute('href'))"
        )
        assert links
        for place in links:
            answer = page.goto(place)
            page.wait_for_load_state("networkidle")
            shot(page, f"{who}-{place}")
            if answer is None or answer.status != 200:
                wrong.append(f"{place}: {answer and answer.status}")
            wrong += [f"{place}: {each}" for each in serious(page)]
    assert not wrong, "\n".join(wrong)
