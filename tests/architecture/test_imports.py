"""Who may import whom, where import-linter cannot see: allow-lists over syntax trees, and what really gets loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
PACKAGE = SOURCE / "callwitness"
DOMAIN_MAY = frozenset({"polars", "numpy", "callwitness.domain"})
JUDGE = tuple(
    f"callwitness.domain.{name}" for name in "assemble clock fold reconcile verdict lost findings".split()
)
CHECK_PATH = ("domain", "ingest", "adapters", "report", "simulate", "warehouse")
COMMANDS = (
    "callwitness.cli.app",
    "callwitness.cli.check",
    "callwitness.cli.simulate",
    "callwitness.services.check",
)


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "tests" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    """Full names that a module imports, relative ones resolved."""
    package = path.relative_to(SOURCE).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def within(name: str, packages: frozenset[str] | tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_domain_imports_only_the_standard_library_polars_and_numpy() -> None:
    foreign = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in modules(PACKAGE / "domain")
        for name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not within(name, DOMAIN_MAY)
    }
    assert not foreign


def test_simulate_shares_nothing_with_the_judge() -> None:
    shared = {
        f"{path.relative_to(PACKAGE)}: {name}"
        for path in modules(PACKAGE / "simulate")
        for name in imported(path)
        if within(name, JUDGE)
    }
    assert not shared


@pytest.mark.parametrize("package", ["domain", "simulate"])
def test_imports_are_written_as_imports(package: str) -> None:
    """importlib calls leave no edge that a contract could see."""
    hidden = [
        path for path in modules(PACKAGE / package) if "importlib.import_module" in path.read_text("utf-8")
    ]
    assert not hidden


def test_every_module_of_the_check_path_loads_without_django() -> None:
    names = [
        ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        for part in CHECK_PATH
        for path in modules(PACKAGE / part)
    ]
    names += COMMANDS
    program = (
        "import importlib, sys\n"
        "sys.modules['django'] = None\n"  # an import of Django now raises
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
