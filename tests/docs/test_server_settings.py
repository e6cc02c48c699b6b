"""Every variable of the server stands in the page on its settings, and the page knows no other."""

from __future__ import annotations

import re
from pathlib import Path

from callwitness.config.server import PREFIX, VARIABLES

PAGE = Path(__file__).parents[2] / "docs" / "operate" / "server-settings.md"


def test_the_page_has_every_variable_with_its_meaning_and_no_other() -> None:
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| (.*) \|$", PAGE.read_text("utf-8")))
    assert rows == {PREFIX + name: meaning for name, meaning in VARIABLES.items()}
