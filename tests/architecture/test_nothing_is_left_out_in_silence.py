"""A run of the tests says what it left out, and fails for it in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
SUITE = """
import pytest

@pytest.mark.real("Some exchange", commands=({command!r},))
def test_that_needs_a_server():
    pass

def test_plain():
    pass
"""
SKIPPING = (
    SUITE
    + """
def test_that_skips():
    raise pytest.skip.Exception("not today")
"""
)


def run(folder: Path, suite: str, **environment: str) -> tuple[int, str]:
    """Exit code and output of a run with our conftest over one small suite."""
    shutil.copy(CONFTEST, folder)
    (folder / "test_small.py").write_text(suite, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = real\n", "utf-8")
    inherited = {key: value for key, value in os.environ.items() if key not in {"CI", "SYSTEM"}}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("command", "environment", "why"),
    [
        ("python3", {"SYSTEM": "no"}, "Some exchange: SYSTEM=no"),
        ("no-such-command", {}, "Some exchange: not installed: no-such-command"),
    ],
)
def test_what_cannot_run_is_named_at_the_end(
    tmp_path: Path, command: str, environment: dict[str, str], why: str
) -> None:
    code, output = run(tmp_path, SUITE.format(command=command), **environment)
    assert code == 0
    assert f"NOT RUN: 1 tests, {why}" in output
    assert "1 passed" in output


def test_leaving_out_fails_in_ci(tmp_path: Path) -> None:
    code, output = run(tmp_path, SUITE.format(command="no-such-command"), CI="true")
    assert code == 1
    assert "CI=true and 1 tests were left out" in output


def test_skipping_fails_in_ci(tmp_path: Path) -> None:
    code, output = run(tmp_path, SKIPPING.format(command="python3"), CI="true")
    assert code == 1
    assert "CI=true and 1 tests were left out" in output


def test_a_whole_run_passes_in_ci(tmp_path: Path) -> None:
    code, output = run(tmp_path, SUITE.format(command="python3"), CI="true")
    assert code == 0
    assert "NOT RUN" not in output
