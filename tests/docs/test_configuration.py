"""The page on configuration has every key that is read, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callwitness.config.settings import KEYS

PAGE = (Path(__file__).parents[2] / "docs" / "operate" / "configuration.md").read_text("utf-8")


def documented(section: str) -> set[str]:
    """Keys in the first column of a section's table."""
    title = f"`[{section}]`" if section else "Top level"
    text = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    rows = re.findall(r"(?m)^\|([^|]*)\|", text)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def sections() -> set[str]:
    return {re.split(r"[.\]]", name)[0] for name in re.findall(r"(?m)^## `\[+([^`]+)`", PAGE)}


@pytest.mark.parametrize("section", sorted(set(KEYS) - {""}))
def test_keys_of_a_section_are_documented(section: str) -> None:
    assert documented(section) == KEYS[section]


def test_keys_of_the_top_level_are_documented() -> None:
    assert documented("") | sections() == KEYS[""]
