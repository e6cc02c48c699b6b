"""All templates of all screens: no inline code, and they compile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import engines

from callwitness.web.ui.messages import ROOT

TEMPLATES = sorted((ROOT / "web").glob("*/templates/**/*.html"))
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "an inline handler": re.compile(
        r"\son[a-z]+\s*=|hx-on|javascript:|hx-vals\s*=\s*['\"]js:", re.IGNORECASE
    ),
}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_has_no_inline_code_and_compiles(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    inside = path.relative_to(path.parents[len(path.parts) - path.parts.index("templates") - 2]).as_posix()
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(text)] == []
    engines["django"].get_template(inside)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_form_that_changes_something_is_guarded(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    posts = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL | re.IGNORECASE)
    assert [form[:80] for form in posts if "csrf_token" not in form] == []
