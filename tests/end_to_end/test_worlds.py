"""Simulated companies judged against their truth: what the benchmark of small companies measures, kept small."""

from __future__ import annotations

from pathlib import Path

import pytest

from callwitness.cli.check import Output, request_of, run_check
from callwitness.cli.console import ConsoleProgress
from callwitness.services.settings import load
from callwitness.simulate.world import WorldOptions, simulate
from tests.end_to_end.score import Score, score

SOURCES = (
    "provider=provider.csv",
    "office=Master.csv",
    "office=queue_log",
    "office=cel.csv",
    "contractor=contractor",
)


def scored(folder: Path, monkeypatch: pytest.MonkeyPatch, options: WorldOptions) -> Score:
    world, out = folder / "world", folder / "out"
    simulate(options, world)
    monkeypatch.chdir(world)
    given = [source for source in SOURCES if (world / source.partition("=")[2]).exists()]
    request = request_of(given, load(world / "callwitness.toml"), None, None)
    run_check(request, Output(out, "csv", "en"), ConsoleProgress(), 0.0)
    return score(world, out)


@pytest.mark.parametrize(
    "options",
    [
        WorldOptions(days=1, calls_per_day=5, seed=1),
        WorldOptions(days=1, calls_per_day=5, seed=2, country="UA"),
        WorldOptions(days=30, calls_per_day=5, seed=3),
        WorldOptions(days=10, calls_per_day=50, seed=4, office_offset_s=-120.0, office_drift_s_per_day=4.0),
        WorldOptions(days=10, calls_per_day=50, seed=6, wrong_zone=True, office_step_s=30.0),
        WorldOptions(days=22, calls_per_day=30, seed=7, country="UA"),  # the night with an hour twice
    ],
    ids=lambda options: (
        f"{options.country} {options.days} days of {options.calls_per_day}, seed {options.seed}"
    ),
)
def test_a_small_company_is_understood(
    options: WorldOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scored(tmp_path, monkeypatch, options)
    told = "\n".join(made.wrong)
    assert made.invented["never_arrived"] == 0, told
    assert made.precision >= 0.999, told
    assert made.recall >= 0.995, told
    assert made.verdicts >= 0.995, told
    assert made.lost >= 0.99, told


def test_the_bundled_day_is_understood_without_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = Path(__file__).parents[2] / "examples" / "day"
    monkeypatch.chdir(day)
    request = request_of(list(SOURCES), load(day / "callwitness.toml"), None, None)
    run_check(request, Output(tmp_path / "out", "csv", "en"), ConsoleProgress(), 0.0)
    made = score(day, tmp_path / "out")
    assert (made.precision, made.recall, made.verdicts, made.lost) == (1.0, 1.0, 1.0, 1.0), made.wrong
    assert made.planted == made.planted_found
