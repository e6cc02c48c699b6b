"""The page on result files names every column of every file, in the file's order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from callwitness.domain import results
from callwitness.domain.schema import Table

ROOT = Path(__file__).parents[2]
FILES = {
    "calls.csv": results.CALLS,
    "records.csv": results.RECORDS_OUT,
    "matches.csv": results.MATCHES,
    "lost_callers.csv": results.LOST_CALLERS,
    "findings.csv": results.FINDINGS,
    "rejected.csv": results.REJECTED_OUT,
    "recordings.csv": results.RECORDINGS_OUT,
}


def section(title: str) -> str:
    page = (ROOT / "docs" / "concepts" / "result-files.md").read_text("utf-8")
    return page.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_the_version_of_the_schema_is_that_of_the_page() -> None:
    page = (ROOT / "docs" / "concepts" / "result-files.md").read_text("utf-8")
    assert f"Schema version {results.SCHEMA_VERSION}." in page


@pytest.mark.parametrize(("file", "table"), FILES.items(), ids=list(FILES))
def test_columns_are_documented_in_order(file: str, table: Table) -> None:
    assert re.findall(r"(?m)^\| `(\w+)` \|", section(file)) == table.names
