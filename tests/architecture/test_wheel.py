"""The wheel carries everything the program reads at run time, and no tests."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAYS_HERE = {"tests", "samples", "expected", "__pycache__"}


def shipped(path: Path) -> bool:
    return path.is_file() and not STAYS_HERE & set(path.relative_to(ROOT).parts)


@pytest.fixture(scope="module")
def members(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Names inside a wheel built from a copy of the tree."""
    copy = tmp_path_factory.mktemp("tree")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("*.egg-info", "__pycache__"))
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*build, "-w", str(copy / "dist"), str(copy)], check=True, capture_output=True)
    wheel = next((copy / "dist").glob("callwitness-*.whl"))
    return set(zipfile.ZipFile(wheel).namelist())


def test_every_file_of_the_package_is_in_the_wheel(members: set[str]) -> None:
    files = [path for path in (ROOT / "src" / "callwitness").rglob("*") if shipped(path)]
    assert not {str(path.relative_to(ROOT / "src")) for path in files} - members


def test_no_tests_are_in_the_wheel(members: set[str]) -> None:
    assert not [name for name in members if "/tests/" in name]
