"""Webhooks a second and how long a sender waits: our front door, the same without a database, Django with a row each.

Every server is granian with one worker; Django gets eight threads. The load is ``wrk`` (Debian package of that name) with
32 connections, which shares the machine with the server. Rounds are interleaved, medians are printed. After each run the
rows in the database are counted: every answer of 2xx must have one. Last, the same door while another process brings a
million rows into the ledger's file beside the inbox.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from webhook_servers import INBOX, ROWS, TOKEN

SECONDS: Final = 4
ROUNDS: Final = 3
CONNECTIONS: Final = 32
IMPORTED: Final = 1_000_000
SCRIPT: Final = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local mark, count = "%s", 0
request = function()
  count = count + 1
  return wrk.format(nil, nil, nil, '{"event": "call.ended", "event_id": "' .. mark .. count .. '", "call_id": "c-' .. count
    .. '", "at": "2026-11-02T10:00:41+03:00", "direction": "inbound", "from": "+79000000001", "to": "+74950000001",'
    .. ' "result": "no_answer", "hangup_by": "caller"}')
end
"""
MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True)
class Run:
    """What one run of the load saw: requests a second, waiting in ms; and CPU of the server in µs a request."""

    per_s: float
    p50: float
    p99: float
    cpu_us: float = 0


def main() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit("webhook: wrk is not installed (Debian: apt install wrk); nothing was measured")
    with tempfile.TemporaryDirectory() as folder:
        measured = compared(Path(folder)) | during_import(Path(folder))
    for line in table(measured):
        print(line)


def compared(folder: Path) -> dict[str, list[Run]]:
    """Each server in turn, several times."""
    runs: dict[str, list[Run]] = {"without": [], "inbox": [], "django": [], "django_open": []}
    for turn in range(ROUNDS):
        for kind, found in runs.items():
            found.append(one_run(kind, folder / f"{kind}{turn}"))
    return runs


def during_import(folder: Path) -> dict[str, list[Run]]:
    """Our door, quiet and beside an import, in turn."""
    quiet, beside = [], []
    for turn in range(ROUNDS):
        quiet.append(one_run("inbox", folder / f"quiet{turn}"))
        place = folder / f"beside{turn}"
        place.mkdir()
        with importing(place / "ledger.sqlite3") as importer:
            beside.append(one_run("inbox", place))
            assert importer.poll() is None, "the import ended before the load did"
    return {"quiet": quiet, "beside": beside}


def one_run(kind: str, folder: Path) -> Run:
    """A fresh server and database, a short run to warm it, the load, and the count of what was kept."""
    folder.mkdir(exist_ok=True)
    with serving(kind, folder) as (port, group):
        warmed, _ = load(port, folder, "w", 1)
        before = cpu_s(group)
        requests, run = load(port, folder, "x", SECONDS)
        used = cpu_s(group) - before
    places = {
        "inbox": (INBOX, "inbox"),
        "django": (ROWS, "benchmark_row"),
        "django_open": (ROWS, "benchmark_row"),
    }
    if kind in places:
        file, name = places[kind]
        kept = rows(folder / file, name)
        assert kept >= warmed + requests, f"{kind}: {warmed + requests} acknowledged, {kept} kept"
    return replace(run, cpu_us=used / requests * 1e6)


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[tuple[int, int]]:
    """One of the servers on a free port; the port, and the group of its processes."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    more = (
        ["--interface", "wsgi", "--blocking-threads", "8"] if "django" in kind else ["--interface", "asginl"]
    )
    command = [sys.executable, "-m", "granian", "--host", "127.0.0.1", "--port", str(port), "--no-log", *more]
    environment = os.environ | {"WEBHOOK_SERVER": kind, "WEBHOOK_FOLDER": str(folder)}
    server = subprocess.Popen(
        [*command, "webhook_servers:app"], env=environment, cwd=Path(__file__).parent, start_new_session=True
    )
    try:
        while True:
            assert server.poll() is None, f"{kind} did not start"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def cpu_s(group: int) -> float:
    """CPU seconds of all processes of a group."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process that ended meanwhile
            fields = path.read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:13])) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def load(port: int, folder: Path, mark: str, seconds: int) -> tuple[int, Run]:
    """Acknowledged requests, and what wrk measured. Any answer but 2xx is an error."""
    script = folder / "load.lua"
    script.write_text(SCRIPT % mark)
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "--latency",
        "-s",
        str(script),
    ]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/hooks/{TOKEN}"], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in said, said
    requests = re.search(r"(\d+) requests in", said)
    per_s = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert requests, said
    assert per_s, said
    return int(requests[1]), Run(float(per_s[1]), percentile(said, 50), percentile(said, 99))


def percentile(said: str, share: int) -> float:
    found = re.search(rf"\s{share}%\s+([\d.]+)(us|ms|s|m)\b", said)
    assert found, said
    return float(found[1]) * MS[found[2]]


def rows(path: Path, name: str) -> int:
    with closing(sqlite3.connect(path)) as kept:
        return int(kept.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608 our own two names


@contextmanager
def importing(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that writes rows like calls, as imports do: in chunks, one transaction each."""
    importer = subprocess.Popen([sys.executable, __file__, "import", str(path)], stdout=subprocess.PIPE)
    try:
        assert importer.stdout
        importer.stdout.readline()  # the first chunk is in
        yield importer
    finally:
        importer.terminate()
        importer.wait(30)
        if importer.stdout:
            importer.stdout.close()


def bring_in(path: str) -> None:
    """A million rows into an indexed table of the ledger's kind."""
    ledger = sqlite3.connect(path, isolation_level=None)
    ledger.execute("PRAGMA journal_mode=WAL")
    ledger.execute("PRAGMA synchronous=NORMAL")
    columns = ", ".join(f"c{at}" for at in range(16))
    ledger.execute(f"CREATE TABLE record (id INTEGER PRIMARY KEY, {columns})")
    for at in (0, 1, 2, 3):
        ledger.execute(f"CREATE INDEX record_{at} ON record (c{at})")
    chunk = 5000
    for begin in range(0, IMPORTED, chunk):
        told = [
            (number * 7919 % IMPORTED, f"17936{number:09}.{number % 97}", f"+7900{number * 31 % 10**7:07}", number % 40,
             *(f"value {number} {at}" for at in range(12)))
            for number in range(begin, begin + chunk)
        ]  # fmt: skip
        ledger.execute("BEGIN IMMEDIATE")
        ledger.executemany(
            f"INSERT INTO record ({columns}) VALUES ({', '.join('?' * 16)})",  # noqa: S608 our own names
            told,
        )
        ledger.execute("COMMIT")
        print(begin, flush=True)


def table(runs: dict[str, list[Run]]) -> Iterator[str]:
    middle = {kind: Run(*(statistics.median(part) for part in zip(*map(numbers, found), strict=True)))
              for kind, found in runs.items()}  # fmt: skip
    names = {"without": "the same door without a database", "inbox": "**front door, SQLite FULL**",
             "django": "Django WSGI, a row of the ORM each, SQLite FULL",
             "django_open": "the same, connections kept open", "quiet": "front door, quiet",
             "beside": "front door beside an import of 1M rows"}  # fmt: skip
    yield "| Server | requests/s | p50 ms | p99 ms | CPU of the server, µs a request |"
    yield "|---|---|---|---|---|"
    for kind, run in middle.items():
        yield f"| {names[kind]} | {run.per_s:,.0f} | {run.p50:.1f} | {run.p99:.1f} | {run.cpu_us:,.0f} |"
    ours = middle["inbox"]
    yield ""
    yield "| Ratio | Goal | Measured |"
    yield "|---|---|---|"
    for kind, name in (("django", "Django"), ("django_open", "Django, connections kept open")):
        peer = middle[kind]
        yield f"| requests/s, front door to {name} | ≥ 8 | {ours.per_s / peer.per_s:.1f} |"
        yield f"| p99, {name} to front door | ≥ 20 | {peer.p99 / ours.p99:.1f} |"
        yield f"| CPU a request, {name} to front door | | {peer.cpu_us / ours.cpu_us:.1f} |"
    yield f"| requests/s, with a database to without | ≥ 0.40 | {ours.per_s / middle['without'].per_s:.2f} |"
    yield f"| p99, beside an import to quiet | ≤ 5 | {middle['beside'].p99 / middle['quiet'].p99:.1f} |"


def numbers(run: Run) -> tuple[float, float, float, float]:
    return run.per_s, run.p50, run.p99, run.cpu_us


if __name__ == "__main__":
    if sys.argv[1:2] == ["import"]:
        bring_in(sys.argv[2])
    else:
        main()
