"""A month of a million calls, two sources, through the whole of ``check`` with all its outputs.

    python benchmarks/check_1m.py [--calls 1000000]

The world is simulated once into benchmarks/data (provider.csv and Master.csv; the exchange keeps no CEL). Prints the
share of each stage in CPU seconds, rows per CPU second and the peak memory.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

import polars as pl

from callwitness.cli.check import Output, request_of, run_check
from callwitness.cli.console import ConsoleProgress
from callwitness.services.settings import load
from callwitness.simulate.world import WorldOptions, simulate

DATA = Path(__file__).parent / "data"
DAYS = 30


class StageClock(ConsoleProgress):
    """CPU seconds of each stage, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.spent: dict[str, float] = {}
        self._name, self._at = "start", time.process_time()

    def __call__(self, stage: str, done: int) -> None:
        super().__call__(stage, done)
        self.close(stage)

    def close(self, stage: str) -> None:
        now = time.process_time()
        self.spent[self._name] = self.spent.get(self._name, 0.0) + now - self._at
        self._name, self._at = stage, now


def world(calls: int) -> Path:
    """The simulated month, made when it is not there yet."""
    folder = DATA / f"world_{calls}"
    if not (folder / "truth.csv").exists():
        print(f"simulating {calls:,} calls into {folder}", file=sys.stderr)
        simulate(WorldOptions(days=DAYS, calls_per_day=calls // DAYS, seed=21, cel=False), folder)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    calls = parser.parse_args().calls
    folder = world(calls)
    settings = load(folder / "callwitness.toml")
    request = request_of(
        [f"provider={folder}/provider.csv", f"office={folder}/Master.csv"], settings, None, None
    )
    clock = StageClock()
    begun = time.monotonic()
    summary = run_check(request, Output(DATA / "out", "csv", "en"), clock, begun).summary
    clock.close("end")
    rows = sum(source["rows"] for source in summary["sources"])
    total = sum(clock.spent.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"polars {pl.__version__}; {summary['calls']['total']:,} calls from {rows:,} rows")
    print("| stage | CPU s | share |")
    print("|---|---|---|")
    for stage, seconds in clock.spent.items():
        print(f"| {stage} | {seconds:.2f} | {seconds / total:.0%} |")
    print(f"| all | {total:.2f} | {rows / total:,.0f} rows per CPU second; peak {peak:,.0f} MB |")


if __name__ == "__main__":
    main()
