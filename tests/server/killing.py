"""Kills processes of a running server at random while a client outside posts webhooks and files are imported.

Used by ``test_kill`` with a few kills and by ``benchmarks/kill_nine.py`` with many.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.server.installation import COMMAND, Installation, Process, alive, until

TOKEN = "k" * 40
SETTLED_S = 300
MAKE = f"""
from callwitness.ledger import models as m
workspace = m.Workspace.objects.create(slug="killed", name="Killed")
m.Source.objects.create(workspace=workspace, name="office", role="office", adapter="webhook", hook_token={TOKEN!r})
print(1)
"""
RESTING = """
from callwitness.ledger import models as m
from callwitness.services.arrivals.inbox import open_inbox
print(json.dumps([open_inbox().backlog().count, m.Evidence.objects.filter(state="pending").count(),
    m.DirtyDay.objects.count(), m.UnpublishedDay.objects.count()]))
"""
LEDGER = """
from collections import Counter
from callwitness.ledger import models as m
events = Counter(m.Record.objects.exclude(native_id="").values_list("native_id", flat=True))
calls = m.Call.objects
told = m.Record.objects.values_list("source_id", "native_call_id").distinct()
seen = m.Witness.objects.values_list("source_id", "native_call_id")
days = Counter(m.SourceDay.objects.values_list("source_id", flat=True))
from callwitness.services.running.doctor_stores import bytes_kept, day_files
from callwitness.services.stores import warehouse
published = sum(frame.height for frame in warehouse_days())
print(json.dumps({
    "twice": [event for event, count in events.items() if count > 1],
    "events": list(events),
    "unread": m.Record.objects.exclude(evidence__state="read").count(),
    "failed": list(m.Evidence.objects.filter(state="failed").values_list("name", "problem")),
    "rejected": m.RejectedRow.objects.count(),
    "calls": calls.count(),
    "calls_without_witness": calls.filter(seen_by=None).count(),
    "source_calls": len(set(told)),
    "witnesses": len(seen),
    "different_witnesses": len(set(seen)),
    "unlike_seen": len(set(told) ^ set(seen)),
    "evidence_wrong": bytes_kept(None)[1],
    "day_files_wrong": day_files(),
    "published": published,
}))
"""
PUBLISHED = """
import polars as pl
from callwitness.services.stores import warehouse as _warehouse
def warehouse_days():
    return [pl.read_parquet(path) for path in (_warehouse().folder / "calls").rglob("*.parquet")]
"""
AGAIN = """
import time
from callwitness.ledger import models as m
from callwitness.services.dirty import mark_all_dirty
from callwitness.services.derive import derive_dirty
def state():
    rows = m.Call.objects.order_by("public_id").values_list("public_id", "content", "version", "anchor_native_id")
    return [list(row) for row in rows]
before, now = state(), time.time_ns() // 1_000_000
for workspace in m.Workspace.objects.all():
    mark_all_dirty(workspace, now)
derive_dirty(now)
print(json.dumps({"same": before == state(), "versions": m.CallVersion.objects.count()}))
"""


@dataclass
class Client:
    """Posts one event after another, each once, and remembers what was said to it."""

    port: int
    name: str
    pause_s: float
    stop: threading.Event
    seed: int = 0
    kept: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def run(self) -> None:
        chance, number = random.Random(self.seed), 0
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        while not self.stop.is_set():
            number += 1
            event_id = f"{self.name}-{number}"
            try:
                body = json.dumps(event(event_id, chance)).encode()
                connection.request("POST", f"/hooks/{TOKEN}", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                self.answers[str(answer.status)] += 1
                if answer.status in (200, 202):
                    self.kept.append(event_id)
            except (OSError, http.client.HTTPException) as problem:
                self.answers[type(problem).__name__] += 1
                connection.close()
                self.stop.wait(0.05)
            self.stop.wait(self.pause_s)
        connection.close()


def event(event_id: str, chance: random.Random) -> dict[str, object]:
    """A call that is over, some time in the last days."""
    at = datetime.now(UTC) - timedelta(seconds=chance.randrange(4 * 86_400))
    return {
        "event": "call.ended", "event_id": event_id, "call_id": f"call-{event_id}", "at": at.isoformat(),
        "started_at": (at - timedelta(seconds=40)).isoformat(), "direction": "inbound",
        "from": f"+790000{chance.randrange(100_000):05}", "to": "+74950000001",
        "result": chance.choice(["answered", "no_answer"]), "duration_s": 40,
    }  # fmt: skip


@contextmanager
def load(here: Installation, clients: int, pause_s: float) -> Iterator[list[Client]]:
    """Several clients posting until the block ends."""
    stop = threading.Event()
    mine = [Client(here.port, f"c{number}", pause_s, stop, number) for number in range(clients)]
    threads = [threading.Thread(target=client.run) for client in mine]
    for thread in threads:
        thread.start()
    try:
        yield mine
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@dataclass
class Importer:
    """Runs ``callwitness import`` over one file after another; a file whose import was killed is imported again."""

    here: Installation
    folder: Path
    files: int = 0
    process: subprocess.Popen[bytes] | None = None
    pending: Path | None = None

    def step(self) -> None:
        """Look after the import that runs, and begin the next."""
        if self.process is not None:
            if self.process.poll() is None:
                return
            self.pending = self.pending if self.process.returncode else None
        self.pending = self.pending or self._written()
        self.process = subprocess.Popen(
            [*COMMAND, "import", "killed", f"provider=spreadsheet:{self.pending}?zone=UTC"],
            env=self.here.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def finish(self) -> None:
        """Import to its end what was begun."""
        while self.process is not None:
            failed = self.process.wait()
            self.process = None
            if failed:
                self.step()

    def _written(self) -> Path:
        """A file of calls that no other file has."""
        self.files += 1
        path = self.folder / f"provider-{self.files}.csv"
        begin = datetime(2026, 10, 1, 6, tzinfo=UTC) + timedelta(days=self.files % 20)
        lines = ["Call ID,Start,Caller,Called number,Duration,Talk time,Result"]
        for row in range(400):
            at = begin + timedelta(seconds=60 * row + self.files)
            caller = f"+790001{self.files * 7 % 100:02}{row:03}"
            lines.append(f"f{self.files}-{row},{at:%Y-%m-%d %H:%M:%S},{caller},+74950000002,30,20,answered")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    @property
    def rows(self) -> int:
        return self.files * 400


def kill_at_random(up: Process, importer: Importer, kills: int, seed: int) -> Counter[str]:
    """Kill web, worker and importer, one at a time, after pauses that hit them anywhere; how often each."""
    chance, done = random.Random(seed), Counter[str]()
    while sum(done.values()) < kills:
        importer.step()
        time.sleep(chance.uniform(0.05, 2.0))
        victims = up.children()
        if importer.process is not None and importer.process.poll() is None:
            victims["importer"] = importer.process.pid
        if not victims:
            continue
        name = chance.choice(sorted(victims))
        if alive(victims[name]):
            os.kill(victims[name], signal.SIGKILL)
            done[name] += 1
    return done


def settle(here: Installation, up: Process) -> None:
    """Wait until everything that arrived is read, derived and published."""
    here.well(up)
    until(lambda: _rests(here), lambda: here.get("/metrics").text + up.said[-2000:], SETTLED_S)
    assert here.ask(RESTING) == [0, 0, 0, 0]


def _rests(here: Installation) -> bool:
    told = dict(line.rsplit(" ", 1) for line in here.get("/metrics").text.splitlines() if line[:1] != "#")
    waiting = ("inbox_backlog", 'evidence{state="pending"}', "dirty_days", "unpublished_days")
    return "callwitness_dirty_days" in told and all(
        float(told.get(f"callwitness_{name}", 0)) == 0 for name in waiting
    )


def faults(here: Installation, clients: list[Client], importer: Importer) -> dict[str, object]:
    """What is not as it should be, by name; nothing when all is. The server is to be stopped."""
    found = here.ask(PUBLISHED + LEDGER)
    present, acknowledged = set(found["events"]), {event for client in clients for event in client.kept}
    files = [event for event in present if event.startswith("f")]
    again = here.ask(AGAIN)
    wrong = {
        "acknowledged but lost": sorted(acknowledged - present)[:5],
        "kept twice": found["twice"][:5],
        "imported rows lost": importer.rows - len(files),
        "records of evidence that is not read": found["unread"],
        "evidence that failed": found["failed"],
        "rejected rows": found["rejected"],
        "calls without a witness": found["calls_without_witness"],
        "source calls without a place, or with two": found["unlike_seen"]
        + found["witnesses"]
        - found["different_witnesses"],
        "evidence that is not as it arrived": found["evidence_wrong"],
        "days whose records are not whole": found["day_files_wrong"],
        "calls the warehouse does not have": found["calls"] - found["published"],
        "derived again, it differs": not again["same"],
    }
    return {name: value for name, value in wrong.items() if value}
