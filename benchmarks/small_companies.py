"""Small companies first: simulated worlds of 5, 50 and 500 calls a day, ten seeds each, judged against their truth.

    python benchmarks/small_companies.py [--seeds N] [--sizes 5,50,500] [--days 30]

Every world has its own clock offset, drift, a step, lost and doubled rows; every fifth one says a wrong zone.
Prints one row a size: precision and recall of joining the witnesses, share of right verdicts and cases, planted
findings found, and findings nobody planted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from callwitness.simulate.world import WorldOptions, simulate
from tests.end_to_end.score import Score, score

WRONG_ZONE_EVERY = 5
SOURCES = (
    "provider=provider.csv",
    "office=Master.csv",
    "office=queue_log",
    "office=cel.csv",
    "contractor=contractor",
)


def world_score(folder: Path, options: WorldOptions) -> Score:
    """Make a world, check it as a user would, compare with the truth."""
    world, out = folder / "world", folder / "out"
    simulate(options, world)
    sources = [source for source in SOURCES if (world / source.partition("=")[2]).exists()]
    command = [
        sys.executable,
        "-m",
        "callwitness",
        "check",
        *sources,
        "--config",
        "callwitness.toml",
        "--out",
        str(out),
    ]
    done = subprocess.run(command, cwd=world, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return score(world, out)


def row(size: int, seeds: int, days: int, *, show: bool) -> str:
    """The table's row of one size."""
    total = Score()
    for seed in range(1, seeds + 1):
        options = WorldOptions(
            days=days, calls_per_day=size, seed=seed, wrong_zone=seed % WRONG_ZONE_EVERY == 0
        )
        with tempfile.TemporaryDirectory(prefix="world-") as folder:
            one = world_score(Path(folder), options)
        if show:
            print(f"  {size}/day seed {seed}:", *one.wrong[:20], sep="\n    ", file=sys.stderr)
        total.add(one)
    found, planted = sum(total.planted_found.values()), sum(total.planted.values())
    never = total.invented["never_arrived"]
    others = {kind: n for kind, n in sorted(total.invented.items()) if kind != "never_arrived"}
    return (
        f"| {size} | {total.calls} | {total.precision:.5f} | {total.recall:.5f} | {total.verdicts:.5f} "
        f"| {total.lost:.5f} ({total.cases}) | {found}/{planted} | {never} | {others or 0} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--sizes", default="5,50,500")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--show", action="store_true", help="print what went wrong")
    asked = parser.parse_args()
    print(
        "| calls a day | calls | precision | recall | verdicts | cases | planted found | never_arrived invented | others |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for size in asked.sizes.split(","):
        print(row(int(size), asked.seeds, asked.days, show=asked.show), flush=True)


if __name__ == "__main__":
    main()
