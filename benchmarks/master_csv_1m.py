"""Master.csv of a million rows to typed records, rejected rows included, against csv.reader doing the same.

    python benchmarks/master_csv_1m.py [--rows 1000000]

The rows have the shape of a real Master.csv of 21 columns: a queue answered by agents, callers with names, some rows
unanswered, one in a thousand damaged (an open quote, a date that is none, a line cut short). Both ways must give the
same records and reject the same rows. CPU seconds of the reading process; peak memory of a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from callwitness.adapters.asterisk.adapter import Adapter
from callwitness.ingest.contract import EvidenceFile, NumberPlan, ReadOptions
from callwitness.ingest.kit.number_forms import read_number

PLAN = NumberPlan("RU")
FIRST = 1_767_225_600
RESULTS = {"ANSWERED": "answered", "NO ANSWER": "no_answer", "BUSY": "busy", "FAILED": "failed"}
COMPARED = (
    "row native_id native_call_id caller_raw caller caller_key caller_kind called_raw called queue channel started_at "
    "answered_at ended_at talk_s billed_s total_s result cause detail"
).split()


def lines(count: int) -> Iterator[str]:
    """Rows as Asterisk writes them; the same for the same count."""
    rng = random.Random(count)
    for index in range(count):
        start = FIRST + index * 2
        ring, talk, won = rng.randrange(1, 30), rng.randrange(600), rng.random() < 0.7
        answer, end = start + ring, start + ring + (talk if won else 0)
        caller = f"+7900{rng.randrange(250_000):07d}"
        line = (
            f'"","{caller}","7495000{rng.randrange(40):04d}","from-trunk","""Caller {index % 1000}"" <{caller}>",'
            f'"PJSIP/trunk-{index * 2:08x}","PJSIP/{rng.randrange(101, 140)}-{index * 2 + 1:08x}","Queue",'
            f'"{rng.choice(("sales", "support"))},tT,,,60","{stamp(start)}",'
            + (f'"{stamp(answer)}"' if won else "")
            + f',"{stamp(end)}",{end - start},{talk if won else 0},"{"ANSWERED" if won else "NO ANSWER"}",'
            f'"DOCUMENTATION","{start}.{index * 2}","","","{start}.{index * 2}",{index}'
        )
        yield damaged(line, index) if index % 1000 == 999 else line


def stamp(epoch: int) -> str:
    """``2026-01-01 00:00:00``."""
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%d %H:%M:%S")


def damaged(line: str, index: int) -> str:
    """One of three kinds of damage."""
    kind = index // 1000 % 3
    if kind == 0:
        return line[: len(line) // 2]
    return line.replace("2026-", "0000-") if kind == 1 else line.replace('"from-trunk"', '"from-trunk')


def by_adapter(path: Path) -> tuple[pl.DataFrame, set[int]]:
    """The adapter's reading: records, and the rows it rejected."""
    file = EvidenceFile(path.name, path, "0" * 64, path.stat().st_size)
    batches = list(Adapter().read(file, ReadOptions(numbers=PLAN)))
    records = pl.concat([batch.records.select(COMPARED) for batch in batches])
    return records, {row for batch in batches for row in batch.rejected["row"].to_list()}


def by_csv_reader(path: Path) -> tuple[pl.DataFrame, set[int]]:
    """The plain way: one line at a time, csv.reader, a cache of numbers, columns at the end."""
    columns: list[list[Any]] = [[] for _ in COMPARED]
    rejected: set[int] = set()
    numbers: dict[str, Any] = {}
    with path.open(newline="") as stream:
        for row, line in enumerate(stream, start=1):
            try:
                fields = next(csv.reader([line], strict=True))
                values = typed(row, fields, numbers)
            except (ValueError, IndexError, KeyError, csv.Error):
                rejected.add(row)
                continue
            for column, value in zip(columns, values, strict=True):
                column.append(value)
    return pl.DataFrame(dict(zip(COMPARED, columns, strict=True))), rejected


def typed(row: int, f: list[str], numbers: dict[str, Any]) -> tuple[Any, ...]:
    """Fields to the values of COMPARED. Raises on a row that is none."""
    start, answer, end = moment(f[9]), moment(f[10]) if f[10] else None, moment(f[11])
    duration, billed, sequence = int(f[12]), int(f[13]), int(f[20])
    if duration < 0 or billed < 0:
        raise ValueError
    caller, called = (number(text, numbers) for text in (f[1], f[2]))
    kind = caller[2] if caller[2] in ("withheld", "extension") else "number" if caller[0] else None
    return (
        row, f"{f[16]}#{sequence}", f[19], f[1], caller[0], caller[1], kind, f[2], called[0],
        f[8].split(",")[0] if f[7] == "Queue" else None, f[5], start, answer, end,
        float(billed), float(billed), float(duration), RESULTS[f[14]], f[14], f"local\x1f{f[3]}\x1f{f[6]}\x1f{f[7]}\x1f\x1f",
    )  # fmt: skip


def moment(text: str) -> int:
    """Milliseconds of the wall clock."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def number(text: str, known: dict[str, Any]) -> Any:
    """number, key, kind; read once for each text."""
    if text not in known:
        known[text] = read_number(text, PLAN)
    return known[text]


def measured(way: str, path: Path) -> dict[str, float]:
    """CPU, wall and memory of one reading in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def measure(way: str, path: Path) -> dict[str, float]:
    """What ``measured`` runs."""
    read = by_adapter if way == "adapter" else by_csv_reader
    wall, cpu = time.perf_counter(), time.process_time()
    records, rejected = read(path)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sums = records.select(pl.struct(pl.all()).hash(seed=1).sum() % 1_000_000_007).item()
    return {
        "cpu": cpu,
        "wall": wall,
        "peak": peak,
        "records": records.height,
        "rejected": len(rejected),
        "content": float(sums),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--way")
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Master.csv"
        path.write_text("".join(f"{line}\n" for line in lines(options.rows)))
        plain, ours = measured("csv.reader", path), measured("adapter", path)
    same = all(plain[key] == ours[key] for key in ("records", "rejected", "content"))
    print("| reading | records | rejected | CPU s | wall s | peak MB |\n|---|---|---|---|---|---|")
    for name, way in (("csv.reader, same columns", plain), ("adapter `asterisk`", ours)):
        print(
            f"| {name} | {way['records']:,.0f} | {way['rejected']:,.0f} | {way['cpu']:.2f} | {way['wall']:.2f} "
            f"| {way['peak']:.0f} |"
        )
    print(f"\n{plain['cpu'] / ours['cpu']:.1f} times less CPU; the same records: {'yes' if same else 'NO'}")


if __name__ == "__main__":
    main()
