"""A person at a screen: a browser that is signed in, watched for errors of its pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, ViewportSize

from tests.server.installation import Installation, Process

SHOTS: Final = Path(__file__).parents[2] / "build" / "screenshots"
DESK: Final = ViewportSize(width=1280, height=900)
PHONE: Final = ViewportSize(width=390, height=844)


@dataclass
class Office:
    """A running installation with a workspace, and the people who sign in to it."""

    here: Installation
    up: Process
    browser: Browser
    password: str = ""
    signed_in: dict[str, StorageState] = field(default_factory=dict)

    @contextmanager
    def sit(self, mail: str = "", phone: bool = False, **context: Any) -> Iterator[Page]:
        """A page of a fresh browser, signed in as ``mail``. What the page complains about fails the test."""
        size = PHONE if phone else DESK
        state = self.signed_in.get(mail)
        with self.browser.new_context(
            base_url=self.here.url,
            viewport=size,
            has_touch=phone,
            storage_state=state,
            **context,
        ) as opened:
            page = opened.new_page()
            page.set_default_timeout(60_000)
            complaints = watch(page)
            if mail and state is None:
                self._sign_in(opened, page, mail)
            yield page
            assert not complaints, complaints

    def _sign_in(self, opened: BrowserContext, page: Page, mail: str) -> None:
        page.goto("/accounts/login/")
        page.fill("input[name=login]", mail)
        page.fill("input[name=password]", self.password)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda address: "/accounts/login" not in address)
        self.signed_in[mail] = opened.storage_state()


def watch(page: Page) -> list[str]:
    """What goes wrong in a page: scripts that fail, files that are missing, the policy that is broken."""
    complaints: list[str] = []
    page.on("pageerror", lambda problem: complaints.append(f"{page.url}: {problem}"))
    page.on(
        "console",
        lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None,
    )
    return complaints


def serious(page: Page) -> list[str]:
    """What axe finds serious or critical: rule and place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def shot(page: Page, name: str) -> None:
    """A picture of the whole page, for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{re.sub(r'[^a-z0-9-]+', '-', name)}.png", full_page=True)


def too_wide(page: Page) -> bool:
    """Whether the page has to be moved sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
