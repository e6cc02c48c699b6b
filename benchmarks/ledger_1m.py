"""A month of a million calls in the server's ledger: the whole import by stages, then the cost of its pages.

    python benchmarks/ledger_1m.py [--calls 1000000] [--keep]

The same simulated month as check_1m. Stages in CPU seconds: reading evidence into records, deriving (assembling,
reconciling, judging, writing) and publishing to the warehouse. Pages: median CPU milliseconds of the server for each
of twenty requests through Django's test client, with the number of queries. SQLite, in benchmarks/data.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from check_1m import world

DATA = Path(__file__).parent / "data"
REPEATS = 20


class Stages:
    """CPU seconds of stages, in order; a progress that switches stages by their names."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._name, self._at = "start", time.process_time()

    def __call__(self, stage: str, done: int) -> None:
        now = time.process_time()
        self.spent[self._name] = self.spent.get(self._name, 0.0) + now - self._at
        self._name, self._at = stage, now


def fill(folder: Path, stages: Stages) -> None:
    """The month into an empty ledger, as the worker would do it."""
    from callwitness.ledger import models as m
    from callwitness.services.arrivals.read_evidence import read_pending
    from callwitness.services.arrivals.receive import receive
    from callwitness.services.derive import derive_dirty
    from callwitness.services.publish import publish_dirty

    table = tomllib.loads((folder / "callwitness.toml").read_text("utf-8"))
    workspace = m.Workspace.objects.create(
        slug="bench", name="Bench", zone=table.pop("zone"), country=table.pop("country", ""), settings=table
    )
    m.Project.objects.create(workspace=workspace, slug="main", name="Main")
    now = int(time.time() * 1000)
    stages("receive", 0)
    for role, name in (("provider", "provider.csv"), ("office", "Master.csv")):
        source = m.Source.objects.create(workspace=workspace, name=role, role=role)
        with (folder / name).open("rb") as stream:
            receive(source, stream, name, "import", now)
    stages("read", 0)
    read_pending(now, lambda _, __: None)
    stages("derive", 0)
    derive_dirty(now, lambda stage, done: stages(f"derive: {stage}", done))
    stages("publish", 0)
    publish_dirty(now)
    stages("end", 0)


def report(stages: Stages) -> None:
    """The table of stages."""
    from callwitness.ledger import models as m

    stages.spent.pop("start", None)
    total = sum(stages.spent.values())
    records, calls = m.Record.objects.count(), m.Call.objects.count()
    print(f"{records:,} records, {calls:,} calls, {m.Window.objects.count()} windows")
    print("| stage | CPU s | share |\n|---|---|---|")
    for stage, seconds in stages.spent.items():
        print(f"| {stage} | {seconds:.1f} | {seconds / total:.0%} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"| all | {total:.1f} | {records / total:,.0f} records per CPU second; peak {peak:,.0f} MB |")


def pages() -> None:
    """The table of pages: median CPU milliseconds and queries, as the owner of the workspace."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    from callwitness.ledger import models as m

    workspace = m.Workspace.objects.get(slug="bench")
    user = get_user_model().objects.create_user(f"bench{time.time_ns()}@bench.example", "a long password")
    m.Membership.objects.create(workspace=workspace, user=user, role=m.Membership.OWNER)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    call = m.Call.objects.filter(verdict="abandoned_in_queue").order_by("-started_at")[500]
    base = "/w/bench"
    wide = f"{base}/calls/?period=all"
    paths = {
        "calls": wide,
        "calls, one verdict": f"{wide}&verdict=no_answer",
        "calls, one caller": f"{wide}&caller={call.caller.replace('+', '%2B')}",
        "calls, queue and long wait": f"{wide}&queue={call.queue}&wait_s.min=60",
        "calls, rare: agent and flag": f"{wide}&flags=transferred&agent.empty=no",
        "calls by longest wait": f"{wide}&sort=-wait_s",
        "a call": f"{base}/call/{call.public_id}/",
        "lost callers": f"{base}/lost/",
        "findings": f"{base}/findings/?period=all",
        "today": f"{base}/",
        "sources": f"{base}/sources/",
    }
    print("\n| page | status | median CPU ms | p90 | queries |\n|---|---|---|---|---|")
    for name, path in paths.items():
        queries = Counter[str]()
        with connection.execute_wrapper(partial(_count, queries)):
            status = client.get(path).status_code
        spent = [_cpu_ms(lambda: client.get(path)) for _ in range(REPEATS)]  # noqa: B023 called at once
        p90 = statistics.quantiles(spent, n=10)[8]
        print(f"| {name} | {status} | {statistics.median(spent):.0f} | {p90:.0f} | {queries.total()} |")


def _count(queries: Counter[str], execute: Callable[..., object], sql: str, *rest: object) -> object:
    queries[sql] += 1
    return execute(sql, *rest)


def _cpu_ms(do: Callable[[], object]) -> float:
    begun = time.process_time()
    do()
    return (time.process_time() - begun) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="measure the pages of the ledger made before")
    asked = parser.parse_args()
    folder, data = world(asked.calls), DATA / f"ledger_{asked.calls}"
    if not asked.keep:
        shutil.rmtree(data, ignore_errors=True)
    os.environ["CALLWITNESS_DATA"] = str(data)
    from callwitness.config import startup

    startup.migrate(startup.setup(level="warning"))
    print(f"Python {sys.version.split()[0]}, SQLite, {asked.calls:,} calls in {30} days")
    if not asked.keep:
        stages = Stages()
        fill(folder, stages)
        report(stages)
    pages()


if __name__ == "__main__":
    main()
