"""What a run of the tests left out is said at its end; with CI=true it may leave out nothing.

``@pytest.mark.real("Asterisk 22", commands=("debootstrap", "sipp"), root=True)`` marks a test that starts real
servers. SYSTEM=no leaves such tests out, and so does a machine without the commands or rights they name.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter

import pytest
from hypothesis import settings

IN_CI = os.environ.get("CI") == "true"
NOT_RUN = pytest.StashKey[Counter[str]]()

settings.register_profile("callwitness", deadline=None, derandomize=IN_CI, print_blob=True)
settings.load_profile("callwitness")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = Counter()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cannot = {item: why for item in items if (why := why_not(item))}
    config.stash[NOT_RUN].update(cannot.values())
    if cannot:
        items[:] = [item for item in items if item not in cannot]
        config.hook.pytest_deselected(items=list(cannot))


def why_not(item: pytest.Item) -> str | None:
    """Why a test cannot run here, as the closing lines say it; None when it can."""
    mark = item.get_closest_marker("real")
    if mark is None:
        return None
    what = mark.args[0] if mark.args else "real servers"
    if os.environ.get("SYSTEM") == "no":
        return f"{what}: SYSTEM=no"
    missing = [command for command in mark.kwargs.get("commands", ()) if shutil.which(command) is None]
    missing += [path for path in mark.kwargs.get("files", ()) if not os.path.exists(path)]  # noqa: PTH110
    if missing:
        return f"{what}: not installed: {' '.join(missing)} (tests/system-packages.txt)"
    if mark.kwargs.get("root") and os.geteuid() != 0:
        return f"{what}: needs root"
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if IN_CI and left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def left_out(config: pytest.Config) -> int:
    """How many collected tests were skipped or deselected."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    stats = reporter.stats if reporter else {}
    return len(stats.get("skipped", [])) + len(stats.get("deselected", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for why, count in sorted(config.stash[NOT_RUN].items()):
        terminalreporter.write_line(f"NOT RUN: {count} tests, {why}")
    if IN_CI and (count := left_out(config)):
        terminalreporter.write_line(f"FAILED: CI=true and {count} tests were left out; nothing may be")
