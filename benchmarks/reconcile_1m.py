"""Reconciliation of two call lists, a million rows each: ours, a pandas merge_asof pipeline, and a prototype.

    python benchmarks/reconcile_1m.py [--rows 1000000] [--rounds 3] [--method callwitness pandas prototype]

Every method starts from the raw text columns in Parquet and ends with pairs, in a process of its own, with the same
number of threads. CPU seconds are user + system of that process, median of the rounds; peak memory is
its largest resident set. Precision and recall are against the truth in the data: a pair is right if both rows tell
the same call, recall counts the calls that both sides tell. pandas needs the extra ``bench``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
DATA = HERE / "data"
PROTOTYPE = HERE.parent.parent / "shared" / "prototypes" / "recon_v2.py"
METHODS = ("callwitness", "pandas", "prototype")
THREADS = "2"


class Stages:
    """CPU seconds of named stages, one after another."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._last = time.process_time()

    def done(self, stage: str) -> None:
        now = time.process_time()
        self.spent[stage] = round(now - self._last, 3)
        self._last = now


def run_callwitness(folder: Path) -> dict[str, object]:
    import numpy as np
    import polars as pl

    from callwitness.domain.reconcile.columns import CallColumns
    from callwitness.domain.reconcile.duplicates import repeats
    from callwitness.domain.reconcile.witnesses import Telling, match_source, open_calls
    from callwitness.ingest.contract import NumberPlan
    from callwitness.ingest.kit.numbers import number_keys

    plan = NumberPlan("RU")

    def read(name: str) -> CallColumns:
        scan = pl.scan_parquet(folder / f"{name}.parquet")
        rows = int(scan.select(pl.len()).collect().item())
        start, party = np.empty(rows, np.int64), np.empty(rows, np.int64)
        line = np.empty(rows, np.int32)
        total, talk = (np.empty(rows, np.float32) for _ in range(2))
        for at in range(0, rows, 1_000_000):
            part = scan.select("ts", "caller", "did", "duration", "billsec").slice(at, 1_000_000).collect()
            here = slice(at, at + part.height)
            start[here] = part["ts"].cast(pl.Int64).to_numpy() // 1000
            party[here] = number_keys(part["caller"], plan).to_numpy()
            line[here] = line_codes(part["did"])
            total[here], talk[here] = part["duration"].to_numpy(), part["billsec"].to_numpy()
        return CallColumns(start, party, line, total, talk)

    known_lines: dict[int, int] = {}

    def line_codes(texts: pl.Series) -> pl.Series:
        """Code of each number dialled, the same for the same number however it is written."""
        distinct = texts.unique().sort()
        keys = number_keys(distinct, plan).to_list()
        codes = pl.Series([known_lines.setdefault(key, len(known_lines) + 1) for key in keys], dtype=pl.Int32)
        return codes.gather(texts.cast(pl.Enum(distinct)).to_physical())

    def first_tellings(calls: CallColumns) -> Telling:
        rows = np.flatnonzero(repeats(calls, 2000) < 0)
        return Telling(rows, calls.take(rows), np.zeros(len(rows), bool))

    stages = Stages()
    sides = [read("prov"), read("pbx")]
    stages.done("read and normalise")
    right = first_tellings(sides.pop())
    left = first_tellings(sides.pop())
    stages.done("duplicates")
    real = open_calls(left, 0)
    _, found = match_source(real, right, [], 3.0, len(left.rows), in_series=False)
    stages.done("clock and match")
    return {"cpu": stages.spent, **judge(folder, left.rows[found.pairs.left], right.rows[found.pairs.right])}


def run_pandas(folder: Path) -> dict[str, object]:
    import numpy as np
    import pandas as pd

    def read(name: str) -> pd.DataFrame:
        frame = pd.read_parquet(
            folder / f"{name}.parquet", columns=["ts", "caller", "did", "duration", "billsec"]
        )
        digits = frame["caller"].str.replace(r"[^0-9]", "", regex=True).str[-10:]
        key = pd.to_numeric(digits, errors="coerce").fillna(0).astype("int64")
        frame = frame.assign(t=frame["ts"].astype("datetime64[ms]"), key=key, row=np.arange(len(key)))
        return frame.drop(columns=["ts", "caller"]).sort_values("t")

    def nearest(left: pd.DataFrame, right: pd.DataFrame, by: list[str], within: str) -> pd.DataFrame:
        found = pd.merge_asof(
            left,
            right,
            on="t",
            by=by,
            direction="nearest",
            tolerance=pd.Timedelta(within),
            suffixes=("", "_r"),
        )
        return found[found["row_r"].notna()]

    stages = Stages()
    left, right = read("prov"), read("pbx")
    stages.done("read and normalise")
    known_left, known_right = (
        left.loc[left["key"] > 0, ["t", "key", "row"]],
        right.loc[right["key"] > 0, ["t", "key", "row"]],
    )
    near = nearest(known_left, known_right, ["key"], "120s")
    there = right.set_index("row")["t"].reindex(near["row_r"].astype("int64"))
    ahead = (there.to_numpy() - near["t"].to_numpy()) / np.timedelta64(1, "ms")
    by_hour = pd.Series(ahead).groupby(near["t"].dt.floor("h").to_numpy()).median()
    knots = by_hour.index.to_numpy().astype("datetime64[ms]").astype("int64") + 1_800_000
    own = right["t"].to_numpy().astype("datetime64[ms]").astype("int64")
    right = right.assign(
        t=(own - np.interp(own, knots, by_hour.to_numpy()).astype("int64")).astype("datetime64[ms]")
    )
    right = right.sort_values("t")
    stages.done("clock")
    pairs = nearest(known_left, right.loc[right["key"] > 0, ["t", "key", "row"]], ["key"], "8s")
    rest_left = left[~left["row"].isin(pairs["row"])]
    rest_right = right[~right["row"].isin(pairs["row_r"])]
    more = nearest(rest_left, rest_right, ["did", "billsec"], "3s")
    more = more[(more["key"] == 0) | (more["key_r"] == 0)]
    stages.done("match")
    rows = np.concatenate([pairs["row"].to_numpy(), more["row"].to_numpy()])
    partners = np.concatenate([pairs["row_r"].to_numpy(), more["row_r"].to_numpy()]).astype("int64")
    return {"cpu": stages.spent, **judge(folder, rows, partners)}


def judge(folder: Path, left: object, right: object) -> dict[str, object]:
    """Figures of pairs given as rows of the two files."""
    import numpy as np
    import polars as pl

    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    a = pl.read_parquet(folder / "prov.parquet", columns=["truth"])["truth"].to_numpy()
    b = pl.read_parquet(folder / "pbx.parquet", columns=["truth"])["truth"].to_numpy()
    both = len(np.intersect1d(pl.Series(a).unique(), pl.Series(b[b >= 0]).unique(), assume_unique=True))
    i, j = np.asarray(left), np.asarray(right)
    hit = a[i] == b[j]
    twice = 2 * len(i) - pl.Series(i).n_unique() - pl.Series(j).n_unique()
    return {
        "rss_mb": memory,
        "pairs": len(i),
        "precision": round(float(hit.mean()), 5),
        "recall": round(pl.Series(a[i][hit]).n_unique() / both, 5),
        "used_twice": twice,
    }


def run_prototype(rows: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, str(PROTOTYPE), str(rows), THREADS],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    rest = round(said["cpu_s"] - said["cpu_read"] - said["cpu_match"], 3)
    return {
        "cpu": {"read and normalise": said["cpu_read"], "clock": rest, "match": said["cpu_match"]},
        "rss_mb": said["rss_mb"],
        "pairs": said["pairs"],
        "precision": said["precision"],
        "recall": said["recall"],
        "used_twice": 0,
    }


def in_own_process(method: str, rows: int) -> dict[str, object] | None:
    command = [sys.executable, __file__, "--rows", str(rows), "--only", method]
    environment = {**os.environ, "POLARS_MAX_THREADS": THREADS, "OMP_NUM_THREADS": THREADS}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        print(f"{method}: not run ({done.stderr.strip().splitlines()[-1]})")
        return None
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def total_cpu(result: dict[str, object]) -> float:
    cpu = result["cpu"]
    assert isinstance(cpu, dict)
    return round(sum(cpu.values()), 2)


def table(rows: int, results: dict[str, list[dict[str, object]]]) -> None:
    ours = (
        statistics.median(total_cpu(r) for r in results["callwitness"]) if "callwitness" in results else None
    )
    print(f"\n{rows:,} rows a side, {len(next(iter(results.values())))} rounds, {THREADS} threads\n")
    print("| method | CPU s | by stage | times ours | RSS MB | precision | recall | used twice |")
    print("|---|---|---|---|---|---|---|---|")
    for method, rounds in results.items():
        middle = sorted(rounds, key=total_cpu)[len(rounds) // 2]
        cpu = total_cpu(middle)
        stages = ", ".join(f"{name} {spent:.2f}" for name, spent in dict(middle["cpu"]).items())  # type: ignore[call-overload]
        ratio = f"{cpu / ours:.2f}" if ours else "-"
        facts = " | ".join(str(middle[k]) for k in ("rss_mb", "precision", "recall", "used_twice"))
        print(f"| {method} | {cpu:.2f} | {stages} | {ratio} | {facts} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--method", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--only", choices=METHODS, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    folder = DATA / f"recon_{wanted.rows}"
    if wanted.only:
        run = {"callwitness": run_callwitness, "pandas": run_pandas}.get(wanted.only)
        print(json.dumps(run(folder) if run else run_prototype(wanted.rows)))
        return
    if not (folder / "pbx.parquet").exists():
        from two_witnesses import write_two_witnesses

        write_two_witnesses(wanted.rows, folder)
    methods = [m for m in wanted.method if m != "prototype" or PROTOTYPE.exists()]
    results: dict[str, list[dict[str, object]]] = {}
    for _ in range(wanted.rounds):
        for method in methods:
            result = in_own_process(method, wanted.rows)
            if result is not None:
                results.setdefault(method, []).append(result)
    table(wanted.rows, results)


if __name__ == "__main__":
    main()
