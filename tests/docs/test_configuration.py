"""The page on configuration has every key that is read, and no other."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from callwitness.services.settings import KEYS

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


def test_init_writes_every_key() -> None:
    template = resources.files("callwitness.config").joinpath("template.toml").read_text("utf-8")
    switched_on = re.sub(r"(?m)^# (?=\w+ = |\[)", "", template)
    written = tomllib.loads(switched_on)
    assert set(written) == KEYS[""]
    assert not [section for section in set(KEYS) - {""} if set(written[section]) != KEYS[section]]
