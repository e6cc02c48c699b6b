"""A million rows of Master.csv into the ledger: record rows in bulk against Django's bulk_create of the same rows.

    python benchmarks/ledger_import.py [--rows 1000000] [--whole]

Both write the same columns into the same SQLite table with its three indexes, in transactions, synchronous=FULL.
``bulk_create``: 1,000 objects at a time, ``ignore_conflicts``, in transactions as the other. CPU seconds
of the writing alone; the reading of the file is shared. ``--whole``: the import as the worker does it, by stage, calls
derived as well.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from master_csv_1m import lines

WAYS = ("bulk", "bulk_create")
NOW = 1_795_000_000_000


class Stages:
    """CPU and wall seconds by stage, told by the progress of the import itself."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = defaultdict(float)
        self.wall: dict[str, float] = defaultdict(float)
        self.longest_write = 0.0
        self._stage, self._since = "", (time.process_time(), time.perf_counter())

    def __call__(self, stage: str, done: int) -> None:
        now = time.process_time(), time.perf_counter()
        if self._stage:
            self.cpu[self._stage] += now[0] - self._since[0]
            self.wall[self._stage] += now[1] - self._since[1]
        if self._stage == stage == "records" and done:
            self.longest_write = max(self.longest_write, now[1] - self._since[1])
        self._stage, self._since = stage, now


def prepared(data: Path) -> Any:
    """A source in a fresh ledger."""
    from callwitness.config.startup import migrate, setup

    migrate(setup(data, level="error"))
    from callwitness.ledger import models as m

    acme = m.Workspace.objects.create(slug="acme", name="Acme", country="RU", zone="UTC")
    return m.Source.objects.create(
        workspace=acme, name="office", role="office", adapter="asterisk", zone="UTC"
    )


def measure(way: str, data: Path, file: Path) -> dict[str, Any]:
    """One way in a process of its own."""
    source = prepared(data)
    return whole(source, file) if way == "whole" else records(way, source, file)


def records(way: str, source: Any, file: Path) -> dict[str, Any]:
    from django.db import transaction

    from callwitness.ledger import bulk
    from callwitness.ledger import models as m
    from callwitness.services.arrivals import read_evidence
    from callwitness.services.arrivals.evidence_records import record_rows
    from callwitness.services.arrivals.receive import receive

    with file.open("rb") as stream:
        evidence = receive(source, stream, "Master.csv", "import", NOW, 1 << 40)
    frame = record_rows(evidence, read_evidence._read(evidence, lambda *_: None).shown)  # noqa: SLF001 the reading is shared
    frame = bulk.conform(m.Record, frame)
    cpu, wall, longest = time.process_time(), time.perf_counter(), 0.0
    for chunk in frame.iter_slices(read_evidence.ROWS_AT_ONCE):
        begun = time.perf_counter()
        with transaction.atomic():
            if way == "bulk":
                bulk.insert(m.Record, chunk)
            else:
                rows = (m.Record(**row) for row in chunk.iter_rows(named=True))
                m.Record.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
        longest = max(longest, time.perf_counter() - begun)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "longest": longest, "rows": m.Record.objects.count()}


def whole(source: Any, file: Path) -> dict[str, Any]:
    from callwitness.ledger import models as m
    from callwitness.services.arrivals.read_evidence import read_pending
    from callwitness.services.arrivals.receive import receive
    from callwitness.services.derive import derive_dirty
    from callwitness.services.publish import publish_dirty

    stages, cpu, wall = Stages(), time.process_time(), time.perf_counter()
    stages("store", 0)
    with file.open("rb") as stream:
        receive(source, stream, "Master.csv", "import", NOW, 1 << 40)
    read_pending(NOW, stages)
    derive_dirty(NOW, stages)
    publish_dirty(NOW, stages)
    stages("", 0)
    return {
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - wall,
        "stages": dict(stages.cpu),
        "rows": m.Record.objects.count(),
        "calls": m.Call.objects.count(),
        "longest": stages.longest_write,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measured(way: str, file: Path) -> dict[str, Any]:
    """What ``measure`` finds, in a data folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--way", way, "--file", str(file), "--data", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--way")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    if options.way:
        print(json.dumps(measure(options.way, options.data, options.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Master.csv"
        with file.open("w") as out:
            out.writelines(f"{line}\n" for line in lines(options.rows))
        if options.whole:
            show_whole(measured("whole", file))
        else:
            show({way: measured(way, file) for way in WAYS})


def show(found: dict[str, dict[str, Any]]) -> None:
    print(
        "| record rows | rows | CPU s | wall s | rows per CPU s | longest transaction ms |\n|---|---|---|---|---|---|"
    )
    for way, told in found.items():
        print(
            f"| {way} | {told['rows']:,} | {told['cpu']:.1f} | {told['wall']:.1f} | {told['rows'] / told['cpu']:,.0f} "
            f"| {told['longest'] * 1000:.0f} |"
        )
    ratio = found["bulk_create"]["cpu"] / found["bulk"]["cpu"]
    same = found["bulk"]["rows"] == found["bulk_create"]["rows"]
    print(f"\n{ratio:.1f} times less CPU; as many rows: {'yes' if same else 'NO'}")


def show_whole(told: dict[str, Any]) -> None:
    print("| stage | CPU s | share |\n|---|---|---|")
    for stage, cpu in sorted(told["stages"].items(), key=lambda each: -each[1]):
        print(f"| {stage} | {cpu:.1f} | {cpu / told['cpu']:.0%} |")
    print(
        f"\n{told['rows']:,} records, {told['calls']:,} calls; {told['cpu']:.1f} CPU s, {told['wall']:.1f} s, "
        f"{told['rows'] / told['cpu']:,.0f} rows per CPU s; peak {told['peak']:,.0f} MB"
    )


if __name__ == "__main__":
    main()
