"""A reader that is killed in the middle of writing records, and the next one."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROWS = 60_000
PROGRAM = """
import sys
from pathlib import Path
from callwitness.config.startup import migrate, setup
settings = setup(Path(sys.argv[1]), level="error")
migrate(settings)
from callwitness.ledger import models as m
from callwitness.services.arrivals import read_evidence
from callwitness.services.arrivals.receive import receive
from callwitness.services.stores import record_store
acme, _ = m.Workspace.objects.get_or_create(slug="acme", country="RU")
source, _ = m.Source.objects.get_or_create(workspace=acme, name="office", role="office")
if not m.Evidence.objects.exists():
    receive(source, open(sys.argv[2], "rb"), "Master.csv", "import", 1_795_000_000_000)
read_evidence.ROWS_AT_ONCE = 500
read_evidence.read_pending(1_795_000_000_000)
kept = sum(record_store().load(source.pk, day, day + 1, [1]).height for day in record_store().days(source.pk))
import json
print(json.dumps([m.Record.objects.count(), kept, sum(m.SourceDay.objects.values_list("records", flat=True)),
                  m.Evidence.objects.get().state, m.DirtyDay.objects.count()]))
"""


def test_a_killed_reading_begins_again_without_doubles(tmp_path: Path) -> None:
    table = tmp_path / "calls.csv"
    with table.open("w") as out:
        out.write("date,caller,number,duration,status\n")
        for row in range(ROWS):
            out.write(
                f"2026-11-{row % 28 + 1:02d} 12:{row // 60 % 60:02d}:{row % 60:02d},+7900{row % 9999999:07d},+74950000001,60,answered\n"
            )
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "data"), str(table)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "callwitness.config.django"}
    killed = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        before = _wait_for_rows(tmp_path / "data" / "ledger.sqlite3", killed)
    finally:
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    assert 0 < before < ROWS
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    records, kept, counted, state, dirty = json.loads(done.stdout)
    assert (records, kept, counted, state, dirty) == (ROWS, ROWS, ROWS, "read", 28)


def _wait_for_rows(ledger: Path, process: subprocess.Popen[bytes]) -> int:
    """Rows of records in the ledger as soon as there are some."""
    for _ in range(3000):
        if process.poll() is not None:
            pytest.fail("the reader ended before it could be killed")
        try:
            with sqlite3.connect(f"file:{ledger}?mode=ro", uri=True, timeout=5) as connection:
                found = int(connection.execute("SELECT count(*) FROM ledger_record").fetchone()[0])
            connection.close()
        except sqlite3.OperationalError:
            found = 0
        if found:
            return found
        time.sleep(0.02)
    pytest.fail("no record was written")
