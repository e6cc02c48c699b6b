"""The pages on verdicts and findings name what the program knows, in its order."""

from __future__ import annotations

import re
from pathlib import Path

from callwitness.domain.calls import VERDICTS
from callwitness.domain.findings import KINDS
from callwitness.domain.reasons import CODES

CONCEPTS = Path(__file__).parents[2] / "docs" / "concepts"


def first_column(page: str, title: str) -> list[str]:
    text = ("\n" + (CONCEPTS / page).read_text("utf-8")).split(f"\n{title}\n")[1].split("\n## ")[0]
    return re.findall(r"(?m)^\| `(\w+)` \|", text)


def test_verdicts_are_told_in_the_order_in_which_they_hold() -> None:
    assert first_column("verdict.md", "## Verdicts of an inbound call") == list(VERDICTS)


def test_every_kind_of_finding_is_told() -> None:
    assert sorted(first_column("findings.md", "# Findings")) == sorted(KINDS)


def test_every_reason_is_told() -> None:
    assert sorted(first_column("reasons.md", "# Reasons")) == sorted(CODES)
