"""A day's work at the demo company: finding, grouping, saving, exporting; a call; a lost caller."""

from __future__ import annotations

import csv
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Office, serious, shot, too_wide

pytestmark = pytest.mark.real("Chromium", commands=("chromium",))

PERIOD = "/w/demo/calls/?period=last_30_days"


def counted(page: Page) -> int:
    """How many calls the sentence of the page says there are."""
    totals = page.locator(".totals")
    expect(totals).to_be_visible()
    number = re.search(r"\d[\d\s\u202f\u00a0]*", totals.inner_text())
    assert number
    return int(re.sub(r"\D", "", number[0]))


def test_a_cell_filters_a_column_groups_a_view_is_saved_and_what_is_seen_is_exported(demo: Office) -> None:
    with demo.sit("owner@demo.example", locale="en-GB", accept_downloads=True) as page:
        page.goto(PERIOD)
        every = counted(page)
        cell = page.locator("tbody td[data-cell]", has=page.locator(".verdict")).first
        verdict = cell.locator("[data-verdict]").get_attribute("data-verdict")
        cell.hover()
        cell.locator("a[data-only]").click()
        page.wait_for_url(re.compile(f"verdict={verdict}"))
        only = counted(page)
        assert 0 < only < every
        assert set(verdicts(page)) == {verdict}
        page.goto(f"{PERIOD}&verdict.not={verdict}")
        assert counted(page) == every - only
        page.goto(f"{PERIOD}&verdict={verdict}&group=queue")
        page.wait_for_load_state("networkidle")
        expect(page.locator("tr.group").first).to_be_visible()
        shot(page, "calls-filtered-and-grouped")
        page.locator("[data-open=save]").click()
        page.fill("#save-name", "Seen by the browser")
        page.locator("#save").get_by_role("button", name="Save").click()
        page.wait_for_url(re.compile("saved="))
        expect(page.locator("h1")).to_contain_text("Seen by the browser")
        page.goto(f"{PERIOD}&verdict={verdict}")
        page.locator("summary[data-export]").click()
        with page.expect_download() as given:
            page.locator("a[download]", has_text="CSV").click()
        with open(given.value.path(), encoding="utf-8-sig", newline="") as file:  # noqa: PTH123 a path of the browser's
            rows = list(csv.reader(file, delimiter=";"))
        assert len([row for row in rows if row]) >= only


def verdicts(page: Page) -> list[str]:
    found = page.locator("tbody [data-verdict]").evaluate_all("all => all.map(each => each.dataset.verdict)")
    return [str(each) for each in found]


def test_a_call_shows_why_its_legs_its_witnesses_its_recording_and_takes_a_comment(demo: Office) -> None:
    with demo.sit("owner@demo.example", locale="en-GB") as page:
        page.goto(f"{PERIOD}&recorded=yes&verdict=answered")
        page.locator("a[href*='/call/']").first.click()
        page.wait_for_url(re.compile("/call/"))
        page.wait_for_load_state("networkidle")
        for part in ("Legs", "Witnesses", "Comments", "History", "Other calls of this number"):
            expect(page.get_by_role("heading", name=part).first).to_be_visible()
        expect(page.locator("[data-player] audio")).to_have_count(1)
        played = page.locator("[data-player] audio").evaluate(
            "async sound => { await sound.play(); sound.pause(); return sound.duration }"
        )
        assert played > 1
        page.fill("#comment-text", "Heard and understood.")
        page.get_by_role("button", name="Comment").click()
        expect(page.get_by_text("Heard and understood.")).to_be_visible()
        shot(page, "a-call")
        assert not serious(page)


def test_a_lost_caller_is_taken_rung_and_closed(demo: Office) -> None:
    with demo.sit("owner@demo.example", locale="en-GB") as page:
        page.goto("/w/demo/lost/")
        card = page.locator("article.case", has=page.get_by_role("button", name="Take", exact=True)).first
        name = card.get_attribute("id")
        mine = page.locator(f"article[id='{name}']")
        card.get_by_role("button", name="Take", exact=True).click()
        expect(mine.get_by_text("You are on it.")).to_be_visible()
        assert mine.get_by_role("link", name="Ring back").get_attribute("href", timeout=5_000)
        mine.get_by_role("button", name="No answer", exact=True).click()
        expect(mine.get_by_text("1 attempt without an answer.")).to_be_visible()
        mine.get_by_role("button", name="Talked", exact=True).click()
        expect(mine.get_by_role("button", name="Talked", exact=True)).to_have_count(0)
        page.reload()
        expect(page.get_by_role("button", name="Take", exact=True).first).to_be_visible()
        shot(page, "lost-callers-at-work")


@pytest.mark.parametrize("language", ["en", "ru", "uk"])
def test_an_operator_works_on_a_phone_in_the_own_language(demo: Office, language: str) -> None:
    wrong = []
    with demo.sit("operator@demo.example", phone=True, locale=language) as page:
        for place in ("", "calls/?period=last_30_days", "lost/", "mine/?period=last_30_days"):
            answer = page.goto(f"/w/demo/{place}")
            page.wait_for_load_state("networkidle")
            shot(page, f"operator-{language}-{place or 'today'}")
            assert answer is not None
            assert answer.status == 200
            expect(page.locator("nav.bottom, .bottom").first).to_be_visible()
            assert page.locator("html").get_attribute("lang") == language
            if too_wide(page):
                wrong.append(f"{place}: wider than the phone")
            wrong += [f"{place}: {each}" for each in serious(page)]
        page.goto("/w/demo/calls/?period=last_30_days")
        page.locator("tbody a[href*='/call/']").first.click()
        page.wait_for_url(re.compile("/call/"))
        page.wait_for_load_state("networkidle")
        shot(page, f"operator-{language}-a-call")
        if too_wide(page):
            wrong.append("a call: wider than the phone")
    assert not wrong, "\n".join(wrong)
