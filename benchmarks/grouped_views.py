"""Grouped views, totals and pages over a million and ten million calls in the warehouse, against SQLite and plain Polars.

    python benchmarks/grouped_views.py [--rounds 5] [--days 30 200]

Calls are invented once into benchmarks/data: 30 days with a million calls, 200 days with ten million; working hours and
weekdays, 60 agents, 12 queues, 40 numbers, callers who call again. Every view is asked in the zone of Kyiv with the
period it fills, each round anew; the medians of all rounds are printed, and answers are compared with SQLite's and
Polars' before anything is measured. CPU is process CPU time.
"""

from __future__ import annotations

import argparse
import platform
import resource
import shutil
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from callwitness.domain.view import Condition, View
from callwitness.warehouse.contract import CALL_FACTS, Scope
from callwitness.warehouse.queries.views import CallViews
from callwitness.warehouse.store import Warehouse

DATA: Final = Path(__file__).parent / "data"
ZONE: Final = "Europe/Kyiv"
FIRST: Final = date(2026, 1, 1)
DAY_MS: Final = 86_400_000
GROUPS: Final = ("agent", "queue", "verdict", "day", "hour", "weekday", "did")
PER_DAY: Final = {30: 1_000_000 // 30 + 1, 200: 50_000}
HOURS: Final = np.array(
    [1, 1, 1, 1, 1, 2, 6, 16, 40, 68, 80, 82, 72, 68, 76, 78, 72, 60, 44, 32, 22, 16, 10, 6], float
)
VERDICTS: Final = {
    "answered": 0.74, "abandoned_in_queue": 0.1, "no_answer": 0.06, "abandoned_in_ivr": 0.04, "busy": 0.01,
    "voicemail": 0.01, "closed": 0.02, "rejected": 0.01, "unknown": 0.01,
}  # fmt: skip
WEEKDAY_SHARE: Final = (1.15, 1.15, 1.15, 1.15, 1.15, 0.7, 0.55)


def facts(seed: int, step: int, calls: int, people: int) -> pl.DataFrame:
    """One day of calls (CALL_FACTS)."""
    rng = np.random.default_rng([seed, step])
    calls = round(calls * WEEKDAY_SHARE[(FIRST + timedelta(days=step)).weekday()])
    hour = rng.choice(24, calls, p=HOURS / HOURS.sum())
    start = np.sort((hour * 3_600_000 + rng.integers(0, 3_600_000, calls)) + midnight(step))
    verdict = rng.choice(list(VERDICTS), calls, p=list(VERDICTS.values()))
    agent = (rng.beta(2, 3, calls) * 60).astype(np.int64)
    wait = (rng.gamma(2, 9, calls) * 1000).astype(np.int64)
    talk = (rng.lognormal(4.6, 0.9, calls) * 1000).astype(np.int64)
    known = (rng.pareto(0.9, calls) * people / 60).astype(np.int64) % people
    caller = np.where(rng.random(calls) < 0.35, rng.integers(0, people, calls), known)
    frame = pl.DataFrame(
        {
            "started_at": start, "verdict": verdict, "a": agent, "w": wait, "t": talk,
            "number": caller * 7919 % 10**9, "luck": rng.random(calls), "id": rng.integers(0, 2**62, calls),
            "line": rng.integers(0, 40, calls), "inbound": rng.random(calls) < 0.8,
        }
    )  # fmt: skip
    return CALL_FACTS.conform(_facts(frame))


def _facts(frame: pl.DataFrame) -> pl.DataFrame:
    talked = pl.col("verdict") == "answered"
    number = "+79" + pl.col("number").cast(pl.String).str.zfill(9)
    line = "+7495000" + pl.col("line").cast(pl.String).str.zfill(4)
    name = "Agent " + pl.col("a").cast(pl.String).str.zfill(2)
    began = pl.col("started_at") + pl.col("w")
    return frame.select(
        "started_at",
        "verdict",
        call_id=pl.format("c{}", "id"),
        direction=pl.when("inbound").then(pl.lit("inbound")).otherwise(pl.lit("outbound")),
        caller=pl.when(pl.col("inbound") & (pl.col("luck") > 0.03))
        .then(number)
        .when(~pl.col("inbound"))
        .then(line),
        caller_kind=pl.when(pl.col("luck") > 0.03).then(pl.lit("number")).otherwise(pl.lit("withheld")),
        called=pl.when(~pl.col("inbound")).then(number),
        did=pl.when("inbound").then(line),
        queue="Queue " + (pl.col("a") % 12).cast(pl.String),
        agent=pl.when(talked).then(name),
        team="Team " + (pl.col("a") % 6).cast(pl.String),
        agents=pl.when(talked).then(pl.concat_list(name)),
        agent_ids=pl.concat_list("a"),
        team_ids=pl.concat_list(pl.col("a") % 6),
        project=pl.lit("Project"),
        project_id=pl.lit(1),
        queued_at=pl.col("started_at") + 3000,
        signal_answered_at=pl.col("started_at") + 1000,
        agent_answered_at=pl.when(talked).then(began),
        ended_at=began + pl.when(talked).then("t").otherwise(0),
        wait_s=pl.col("w") / 1000,
        talk_s=pl.when(talked).then(pl.col("t") / 1000),
        recovery=pl.when(~talked & pl.col("inbound")).then(
            pl.when(pl.col("luck") < 0.3).then(pl.lit("open")).otherwise(pl.lit("recovered"))
        ),
        witnesses=pl.lit(["exchange", "provider"]),
        findings=(pl.col("luck") < 0.01).cast(pl.Int32),
        recorded=talked,
    )


def midnight(step: int) -> int:
    day = FIRST + timedelta(days=step)
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def made(days: int) -> Warehouse:
    """The warehouse of so many days, made when it is not there yet."""
    warehouse = Warehouse(DATA / f"warehouse_{days}")
    people = PER_DAY[days] * days // 4
    for step in range(days):
        day = FIRST + timedelta(days=step)
        if step >= len(warehouse.days(1)):
            warehouse.replace_day(1, day, facts(7, step, PER_DAY[days], people))
    return warehouse


def everything(days: int, group: str | None = None, **more: Any) -> View:
    return View(period=f"{FIRST}..{FIRST + timedelta(days=days - 1)}", group=group, **more)


def measured(rounds: int, work: Callable[[], Any]) -> tuple[float, float]:
    """Medians of wall and CPU seconds; once before, unmeasured."""
    work()
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def questions(views: CallViews, days: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Every question that is measured, by name."""
    now, scope = midnight(days), Scope()

    def groups(group: str, who: Scope = scope, *, people: bool = False, **more: Any) -> Callable[[], Any]:
        order = more.pop("order", ("calls", True))
        return partial(
            views.groups, 1, everything(days, group, **more), who, ZONE, now, people=people, order=order
        )

    for group in GROUPS:
        yield f"by {group}", groups(group)
        yield f"by {group}, people", groups(group, people=True)
    yield "by agent, sorted by people", groups("agent", order=("people", True))
    yield "by caller, first 200", groups("caller")
    unheard = (Condition("verdict", "is", ("no_answer", "busy")),)
    yield "by agent, two verdicts", groups("agent", conditions=unheard)
    yield "by day, one operator's", groups("day", Scope(agents=frozenset({7})))
    every = everything(days)
    yield "totals", partial(views.totals, 1, every, scope, ZONE, now, people=False)
    yield "totals, people", partial(views.totals, 1, every, scope, ZONE, now)
    yield "totals of one day, people", partial(views.totals, 1, View(period="yesterday"), scope, ZONE, now)
    month = View(period="last_30_days")
    yield "series by hour of 30 days", partial(views.series, 1, month, scope, ZONE, now, "hour")
    yield "ids, first page", partial(views.ids, 1, every, scope, ZONE, now)
    waits = everything(days, sort=("wait_s", True))
    yield "ids by wait, first page", partial(views.ids, 1, waits, scope, ZONE, now)
    yield "values of agent", partial(views.values, 1, "agent", scope, every.period, ZONE, now)


SQL: Final = """count(*), count(DISTINCT CASE direction WHEN 'inbound' THEN CASE caller_kind WHEN 'number' THEN caller END
    WHEN 'outbound' THEN called END), total(direction='inbound'), total(direction='inbound' AND verdict='answered'),
    total(direction='inbound' AND verdict IN ('abandoned_in_queue','no_answer','busy','voicemail','closed','failed',
    'never_arrived','abandoned_in_ivr')), total(wait_s), count(wait_s), max(wait_s), total(talk_s), count(talk_s),
    total(direction='inbound' AND agent_answered_at - coalesce(queued_at, started_at) <= 20000),
    total(direction='inbound' AND (agent_answered_at IS NOT NULL OR (verdict IN ('abandoned_in_queue','no_answer')
    AND ended_at - coalesce(queued_at, started_at) > 20000))), total(findings), total(recovery IN ('open','in_work'))"""
WALL_CLOCK: Final = "(started_at + CASE WHEN started_at < 1774746000000 THEN 7200000 ELSE 10800000 END)"
SQLITE_GROUPS: Final = {
    "day": f"date({WALL_CLOCK} / 1000, 'unixepoch')",
    "hour": f"printf('%02d', {WALL_CLOCK} / 3600000 % 24)",
    "weekday": f"CAST(({WALL_CLOCK} / 86400000 + 3) % 7 + 1 AS TEXT)",
}


def sqlite(days: int, frame: pl.DataFrame) -> sqlite3.Connection:
    """The same calls in SQLite, with the indexes a list of calls wants."""
    path = DATA / f"calls_{days}.sqlite3"
    done = path.exists()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA cache_size = -262144")
    if not done:
        flat = frame.select(name for name, dtype in CALL_FACTS.schema.items() if dtype.base_type() != pl.List)
        names = ", ".join(flat.columns)
        connection.execute(f"CREATE TABLE calls ({names})")
        connection.executemany(f"INSERT INTO calls VALUES ({', '.join('?' * flat.width)})", flat.iter_rows())  # noqa: S608 - our own names
        for column in ("started_at", "agent", "queue", "verdict", "did", "caller"):
            connection.execute(f"CREATE INDEX calls_{column} ON calls ({column}, started_at)")
        connection.execute("ANALYZE")
        connection.commit()
    return connection


def of_sqlite(connection: sqlite3.Connection, group: str, begin: int, end: int, *, people: bool) -> list[Any]:
    figures = (
        SQL
        if people
        else SQL.replace(SQL[SQL.index("count(DISTINCT") : SQL.index("total(direction")], "NULL, ")
    )
    text = f"SELECT {SQLITE_GROUPS.get(group, group)} AS value, {figures} FROM calls WHERE started_at >= ? AND started_at < ? GROUP BY 1"  # noqa: S608 - our own names
    return connection.execute(text, (begin, end)).fetchall()


def of_polars(paths: list[Path], group: str, begin: int, end: int, *, people: bool) -> pl.DataFrame:
    """The same group over the same files, from the same narrow columns."""
    local = pl.col("started_at") + pl.when(pl.col("started_at") < 1774746000000).then(7_200_000).otherwise(
        10_800_000
    )
    key = {
        "day": local // DAY_MS, "hour": local // 3_600_000 % 24, "weekday": (local // DAY_MS + 3) % 7 + 1,
    }.get(group, pl.col(group))  # fmt: skip
    persons = pl.col("person").drop_nulls().n_unique() if people else pl.lit(None)
    return (
        pl.scan_parquet(paths)
        .filter(pl.col("started_at").is_between(begin, end, closed="left"))
        .group_by(value=key)
        .agg(
            pl.len(),
            persons.alias("people"),
            inbound=(pl.col("outcome") > 0).sum(), answered=(pl.col("outcome") == 1).sum(),
            nobody=(pl.col("outcome") == 2).sum(), wait_sum_s=pl.col("wait_s").sum(), wait_n=pl.col("wait_s").count(),
            wait_max_s=pl.col("wait_s").max(), talk_sum_s=pl.col("talk_s").sum(), talk_n=pl.col("talk_s").count(),
            sl_in=(pl.col("reached_ms") <= 20_000).sum(),
            sl_of=pl.col("reached_ms").count() + (pl.col("gave_up_ms") > 20_000).sum(),
            findings=pl.col("findings").sum(), lost_open=pl.col("waiting").sum(),
        )
        .collect(engine="streaming")
    )  # fmt: skip


def same(ours: pl.DataFrame, theirs: list[Any]) -> bool:
    """Whether rows are equal but for their order and the last digits of sums."""
    rows = {row[0]: row[1:] for row in theirs}
    pairs = [(row[1:], rows[row[0]]) for row in ours.iter_rows()]
    return len(rows) == ours.height and all(
        np.allclose(np.array(a, float), np.array(b, float)) for a, b in pairs
    )


def bounds(days: int) -> tuple[int, int]:
    return midnight(0) - 7_200_000, midnight(days) - (10_800_000 if days == 200 else 7_200_000)


def against_sqlite(warehouse: Warehouse, views: CallViews, rounds: int) -> None:
    paths = sorted((warehouse.folder / "calls/1").glob("*/*.parquet"))
    connection = sqlite(30, pl.read_parquet(paths).sort("started_at"))
    print("\n| 30 days, people counted | ours wall s | CPU s | SQLite wall s | CPU s | SQLite ÷ ours, CPU |")
    print("|---|---|---|---|---|---|")
    for group in GROUPS:
        ours = partial(views.groups, 1, everything(30, group), Scope(), ZONE, midnight(30), limit=4000)
        theirs = partial(of_sqlite, connection, group, *bounds(30), people=True)
        assert same(ours(), theirs())
        a, b = measured(rounds, ours), measured(rounds, theirs)
        print(
            f"| by {group} | {a[0]:.3f} | {a[1]:.3f} | {b[0]:.2f} | {b[1]:.2f} | {b[1] / a[1]:.0f} |",
            flush=True,
        )


def against_polars(warehouse: Warehouse, views: CallViews, days: int, rounds: int) -> None:
    """CPU seconds, without and with people."""
    paths = sorted((warehouse.folder / "calls/1").glob("*/*.parquet"))
    print(
        f"\n| {days} days, CPU s | ours | Polars ÷ ours | ours, people | Polars ÷ ours |\n|---|---|---|---|---|"
    )
    for group in GROUPS:
        cells = []
        for people in (False, True):
            ours = partial(
                views.groups,
                1,
                everything(days, group),
                Scope(),
                ZONE,
                midnight(days),
                limit=4000,
                people=people,
            )
            theirs = partial(of_polars, paths, group, *bounds(days), people=people)
            assert ours()["calls"].sum() == theirs()["len"].sum()
            a, b = measured(rounds, ours), measured(rounds, theirs)
            cells.append(f"{a[1]:.3f} | {b[1] / a[1]:.2f}")
        print(f"| by {group} | {' | '.join(cells)} |", flush=True)


def freshness(rounds: int) -> None:
    """A day of 50,000 calls written anew, until a view shows it."""
    folder = DATA / "warehouse_fresh"
    shutil.rmtree(folder, ignore_errors=True)
    warehouse = Warehouse(folder)
    frame = facts(9, 0, 50_000, 100_000)
    views = CallViews(warehouse)
    wall, cpu = measured(rounds, lambda: warehouse.replace_day(1, FIRST, frame))

    def write_and_ask() -> None:
        warehouse.replace_day(1, FIRST, frame)
        views.totals(1, View(period="yesterday"), Scope(), "UTC", midnight(1))

    both = measured(rounds, write_and_ask)
    print(f"\n| a day of {frame.height:,} calls | wall s | CPU s |\n|---|---|---|")
    print(
        f"| replace_day | {wall:.3f} | {cpu:.3f} |\n| replace_day, then totals of that day with people | {both[0]:.3f} | {both[1]:.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--days", type=int, nargs="+", default=[30, 200], choices=list(PER_DAY))
    options = parser.parse_args()
    versions = " ".join(f"{name} {version(name)}," for name in ("duckdb", "polars", "numpy"))
    print(
        f"Python {platform.python_version()}, {versions} SQLite {sqlite3.sqlite_version}; medians of {options.rounds}"
    )
    tables: dict[str, list[str]] = {}
    for days in options.days:
        warehouse = made(days)
        views = CallViews(warehouse)
        for name, ask in questions(views, days):
            wall, cpu = measured(options.rounds, ask)
            tables.setdefault(name, []).append(f"{wall:.3f} | {cpu:.3f}")
        count = views.totals(1, everything(days), Scope(), ZONE, midnight(days))
        print(f"{days} days: {count.calls:,} calls, {count.people:,} people", flush=True)
    heads = " | ".join(f"{days} days, wall s | CPU s" for days in options.days)
    print(f"\n| view | {heads} |\n|---|{'---|' * 2 * len(options.days)}")
    for name, cells in tables.items():
        print(f"| {name} | {' | '.join(cells)} |")
    print(
        f"\npeak memory so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB", flush=True
    )
    if 30 in options.days:
        warehouse = made(30)
        against_sqlite(warehouse, CallViews(warehouse), options.rounds)
    for days in options.days:
        warehouse = made(days)
        against_polars(warehouse, CallViews(warehouse), days, options.rounds)
    freshness(options.rounds)


if __name__ == "__main__":
    main()
