"""Chromium, and installations that it looks at."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.desk import Office
from tests.server.installation import Installation, Process


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; gone with its module, because its tools keep an event loop running as long as they live."""
    with sync_playwright() as tools:
        running = tools.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def demo_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, Process, str]]:
    """The demo company, running, and the password of its people."""
    here = Installation(tmp_path_factory.mktemp("demo") / "data")
    with here.started("up", "--demo") as up:
        here.well(up)
        password = re.search(r"password (\S+)", up.said)
        assert password, up.said
        yield here, up, password[1]


@pytest.fixture(scope="module")
def demo(browser: Browser, demo_company: tuple[Installation, Process, str]) -> Office:
    """The demo company behind a browser."""
    here, up, password = demo_company
    return Office(here, up, browser, password)


@pytest.fixture
def empty(browser: Browser, tmp_path: Path) -> Iterator[Office]:
    """A server that was never used."""
    here = Installation(tmp_path / "data")
    with here.started("up") as up:
        here.well(up)
        yield Office(here, up, browser)
