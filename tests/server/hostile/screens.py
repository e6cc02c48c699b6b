"""Looks at pages as a browser would, to tell text from markup."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from django.test import Client

from tests.server.hostile.given import MARKUP

_LINKS: Final = frozenset({"href", "src", "action", "formaction", "hx-get", "hx-post"})


class Page(HTMLParser):
    """Elements and attributes of a page that no template of ours makes: what is in ``alive`` would run."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "img" or (tag == "script" and not told.get("src")):
            self.alive.append(tag)
        for name, value in attrs:
            wild = (value or "").strip().lower().replace("\t", "").replace("\n", "")
            if (
                name.startswith("on")
                or name == "style"
                or (name in _LINKS and wild.startswith(("javascript:", "data:")))
            ):
                self.alive.append(f"{tag} {name}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    return page


def look(client: Client, addresses: list[str]) -> tuple[list[str], list[str]]:
    """What is wrong with the pages at these addresses (status or something alive), and where the payload is shown."""
    wrong, shown = [], []
    for address in addresses:
        answer = client.get(address)
        if answer.status_code >= 500:
            wrong.append(f"{address}: {answer.status_code}")
        if not answer.headers.get("Content-Type", "").startswith("text/html") or answer.streaming:
            answer.close()
            continue
        page = read(answer.content.decode())
        wrong += [f"{address}: {what}" for what in page.alive]
        if MARKUP[:20] in "".join(page.text):
            shown.append(address)
    return wrong, shown
