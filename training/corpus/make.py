"""``python -m training.corpus.make --bank DIR --out DIR --lines 120 --calls 10 --seed 1 [--part eval] [--prefix own]``

Lines are independent of each other and each is drawn from (seed, number): the same command writes the same labels, whatever
the number of processes.
"""

from __future__ import annotations

import argparse
import json
import os
from functools import cache, partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

from training.corpus.bank import Bank
from training.corpus.flows import play_call
from training.corpus.lines import draw
from training.corpus.render import write
from training.corpus.scene import Scene
from training.corpus.sources import Part


@cache
def _bank(folder: Path, part: Part) -> Bank:
    return Bank(folder, part)


def line_name(prefix: str, number: int) -> str:
    """What a line is called in the labels."""
    return f"{prefix}-L{number:03d}"


def make_line(
    number: int, *, bank: Path, part: Part, out: Path, calls: int, seed: int, prefix: str
) -> list[dict[str, Any]]:
    """All calls of one line; answers their labels."""
    rng = np.random.default_rng([seed, number])
    cold = bool(rng.random() < 0.15)
    count = int(rng.integers(1, 3)) if cold else int(rng.integers(max(1, calls - 3), calls + 5))
    line = draw(_bank(bank, part), rng, line_name(prefix, number), cold)
    labels = []
    for call in range(count):
        scene = Scene(
            line,
            rng,
            line.cast.person(tuple(agent.voice for agent in line.agents), gain_db=float(rng.normal(-4, 4))),
        )
        play_call(scene)
        label = write(scene, out, f"{prefix}_{number:03d}_{call:02d}.opus")
        labels.append({**label, "split": prefix, "seq": call})
    return labels


def main() -> None:
    """Write the recordings and labels.jsonl; labels are appended line by line, so that an early part can be used;
    a run that was ended goes on with the lines that are missing.
    """
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--bank", type=Path, required=True)
    asked.add_argument("--out", type=Path, required=True)
    asked.add_argument("--lines", type=int, default=120)
    asked.add_argument("--calls", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--part", choices=("train", "eval"), default="train")
    asked.add_argument("--prefix", default="own")
    told = asked.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    os.nice(10)
    table = told.out / "labels.jsonl"
    made = {json.loads(row)["line"] for row in table.read_text().splitlines()} if table.exists() else set()
    left = [number for number in range(told.lines) if line_name(told.prefix, number) not in made]
    make = partial(
        make_line,
        bank=told.bank,
        part=told.part,
        out=told.out,
        calls=told.calls,
        seed=told.seed,
        prefix=told.prefix,
    )
    with Pool(2) as pool, table.open("a", encoding="utf-8") as sink:
        for labels in pool.imap(make, left):
            sink.writelines(json.dumps(label, ensure_ascii=False) + "\n" for label in labels)
            sink.flush()


if __name__ == "__main__":
    main()
