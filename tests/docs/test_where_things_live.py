"""ARCHITECTURE.md's table leads to places that exist and leaves no package out; commands shown are real."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "callwitness"
COMMAND_PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def places() -> list[str]:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    table = page.split("## Where things live")[1].split("\n## ")[0]
    rows = [line.split("|")[2] for line in table.splitlines() if line.startswith("|")]
    return [place for row in rows for place in re.findall(r"`([^`]+)`", row)]


def test_every_place_of_the_table_exists() -> None:
    assert places()
    assert not [place for place in places() if not (ROOT / place).exists()]


def test_no_package_is_missing_from_the_table() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    told = {Path(place).parts[2] for place in places() if place.startswith("src/callwitness/")}
    assert not packages - told


def test_no_module_of_the_domain_is_missing_from_the_table() -> None:
    told = {Path(place).name for place in places() if place.startswith("src/callwitness/domain/")}
    modules = {path.name for path in (PACKAGE / "domain").glob("*.py")} - {"__init__.py"}
    packages = {path.parent.name for path in (PACKAGE / "domain").glob("*/__init__.py")}
    assert not (modules | packages) - told


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    shown = {
        target
        for page in COMMAND_PAGES
        for code in re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", page.read_text("utf-8"), re.DOTALL)
        for target in re.findall(r"(?m)^make ([a-z-]+)", "\n".join(code))
    }
    assert {"run", "test", "check"} <= shown
    assert not shown - targets


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "index.md").read_text("utf-8")
    assert not [page.name for page in folder.glob("[0-9]*.md") if f"({page.name})" not in index]


def test_every_adapter_is_in_the_list_and_on_the_site() -> None:
    page = (ROOT / "docs" / "adapters" / "index.md").read_text("utf-8")
    site = (ROOT / "mkdocs.yml").read_text("utf-8")
    adapters = {path.parent.name for path in PACKAGE.glob("adapters/*/manifest.toml")}
    assert not {name for name in adapters if f"`{name}`" not in page or f"adapters/{name}.md" not in site}
