"""The extra suite: real exports of many exchanges, kept beside the repository because they are not ours to publish.

It runs where ``../shared/samples`` exists. Elsewhere none of it is collected, and one line of the summary says so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
collect_ignore_glob = [] if SAMPLES.is_dir() else ["test_*.py"]


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """Folder of the extra samples, one subfolder per vendor; SOURCES.tsv tells origin and licence."""
    return SAMPLES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not SAMPLES.is_dir():
        terminalreporter.write_line(
            "Extra suite tests/samples not run: no ../shared/samples beside the repository"
        )
