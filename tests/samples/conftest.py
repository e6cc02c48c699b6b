"""The extra suite: exports of many exchanges and recordings, kept beside the repository because they are not ours to publish.

It runs where ``../shared/samples`` and ``../shared/audio`` exist. Elsewhere it is not collected, and a line of the summary
says so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
AUDIO = SAMPLES.with_name("audio")
OF_SOUND = "test_open_recordings.py"
collect_ignore_glob = [OF_SOUND] if not (AUDIO / "open").is_dir() else []
if not SAMPLES.is_dir():
    collect_ignore_glob += [
        file.name for file in Path(__file__).parent.glob("test_*.py") if file.name != OF_SOUND
    ]


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """Folder of the extra samples, one subfolder per vendor; SOURCES.tsv tells origin and licence."""
    return SAMPLES


@pytest.fixture(scope="session")
def shared_audio() -> Path:
    """Folder of the scorer and of the open recordings with their labels."""
    return AUDIO


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for folder in (SAMPLES, AUDIO / "open"):
        if not folder.is_dir():
            name = folder.relative_to(SAMPLES.parents[1])
            terminalreporter.write_line(
                f"Extra suite tests/samples not run: no ../{name} beside the repository"
            )
