"""The shape of the tree: packages that tools can see, modules of a size, nothing of one machine in tracked files."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "callwitness"
LONGEST = 400
# written in pieces so that this file does not name what it looks for
HOSTS = ("pypi" + ".org", "python" + "hosted", "npm" + "js", "deb." + "debian")
PLACES = ("/wor" + "k/", "/roo" + "t/", "/hom" + "e/", "/User" + "s/")


def tracked(*patterns: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def text_of(path: Path) -> str:
    data = path.read_bytes()
    return "" if b"\0" in data[:8000] else data.decode("utf-8", "replace")


def test_every_package_folder_has_an_init() -> None:
    folders = {path.parent for path in PACKAGE.rglob("*.py") if "tests" not in path.parts}
    blind = [folder for folder in folders if not (folder / "__init__.py").exists()]
    assert not blind


def test_test_folders_are_no_packages() -> None:
    assert not list(PACKAGE.rglob("tests/__init__.py"))


def test_modules_stay_short() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in tracked("*.py")
        if "migrations" not in path.parts  # written by Django
        and (n := text_of(path).count("\n")) > LONGEST
    }
    assert not long


@pytest.mark.parametrize("word", HOSTS)
def test_no_tracked_file_names_a_package_host(word: str) -> None:
    assert not [path for path in tracked() if word in text_of(path)]


@pytest.mark.parametrize("place", PLACES)
def test_no_tracked_file_names_a_folder_of_one_machine(place: str) -> None:
    assert not [path for path in tracked() if place in text_of(path)]


@pytest.mark.parametrize(
    "requirements", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda path: path.name
)
def test_requirements_are_pinned_with_hashes_and_name_no_place(requirements: Path) -> None:
    lines = [line.strip() for line in requirements.read_text("utf-8").splitlines() if line.strip()]
    entries = re.findall(r"(?m)^(?!#)(\S+?)==\S+", requirements.read_text("utf-8"))
    assert entries
    assert all(re.match(r"[A-Za-z0-9._-]+==|--hash=sha256:[0-9a-f]{64}|#", line) for line in lines)
