"""kill -9 of web, worker and importer at random under load, many times; an outside client logs every 2xx.

Prints how often each was killed, what the client was told, and what was wrong afterwards: nothing may be.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.server.installation import Installation
from tests.server.killing import MAKE, Importer, faults, kill_at_random, load, settle


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
        sys.exit(_run(Path(folder), chosen.kills, chosen.seed))


def _run(folder: Path, kills: int, seed: int) -> int:
    here = Installation(folder / "data")
    here.ask(MAKE)
    importer = Importer(here, folder)
    begun = time.monotonic()
    with here.started("up") as up:
        here.well(up)
        with load(here, clients=4, pause_s=0.02) as clients:
            killed = kill_at_random(up, importer, kills, seed)
        under_load = time.monotonic() - begun
        importer.finish()
        settle(here, up)
    wrong = faults(here, clients, importer)
    told = sum((client.answers for client in clients), Counter[str]())
    print(
        f"killed: {dict(killed)} in {under_load:.0f} s of load, at rest after {time.monotonic() - begun:.0f} s"
    )
    print(f"told to the clients: {dict(told)}")
    print(
        f"acknowledged: {sum(len(client.kept) for client in clients)} webhooks, {importer.rows} imported rows"
    )
    for name, value in wrong.items():
        print(f"WRONG: {name}: {value}")
    print("wrong: nothing" if not wrong else f"wrong: {len(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    main()
