"""Data of the reconciliation benchmark: a provider's and an exchange's call lists with the truth.

30 days with working days and hours, 14 % redials within minutes, five ways to write a number, 1 % of calls missing on each
side, 0.5 % told twice, 5 % transfer legs that must stay unmatched, 3 % withheld, an exchange clock that drifts 4.5 s a day
and is set once. Same seed, same rows. Numbers are random digits behind +7 9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DAYS: Final = 30
START_S: Final = 1_767_225_600
WEEKDAY: Final = (1.0, 1.0, 1.0, 1.0, 1.0, 0.55, 0.4)
HOUR: Final = (
    0.15, 0.1, 0.08, 0.06, 0.06, 0.1, 0.3, 0.8, 2, 3.4, 4, 4.1, 3.6, 3.4, 3.8, 3.9, 3.6, 3, 2.2, 1.6, 1.1, 0.8, 0.5, 0.3,
)  # fmt: skip


def write_two_witnesses(rows: int, folder: Path) -> None:
    """Write ``prov.parquet`` and ``pbx.parquet``: id, ts, caller, did, duration, billsec, truth."""
    rng = np.random.default_rng(42)
    folder.mkdir(parents=True, exist_ok=True)
    start, caller = _calls(rng, rows)
    did = rng.integers(0, 40, rows) + 4_951_230_000
    missed = rng.random(rows) < 0.08
    wait = rng.exponential(14, rows) + 2
    talk = np.where(missed, 0, rng.lognormal(4.6, 1.0, rows)).clip(0, 7200)
    luck = rng.random(rows)
    network_delay = np.where(rng.random(rows) < 0.01, rng.exponential(4, rows), rng.normal(0.4, 0.6, rows))
    days = start / 86400
    clock = np.where(days < 17, -55 + 4.5 * days, -80 + 4.5 * (days - 17))
    told = {"prov": rng.random(rows) > 0.01, "pbx": rng.random(rows) > 0.01}
    withheld = {"prov": luck < 0.025, "pbx": (luck < 0.02) | ((luck >= 0.025) & (luck < 0.03))}
    transferred = np.flatnonzero((rng.random(rows) < 0.05) & (talk > 30))
    for name, at in (("prov", start + network_delay), ("pbx", start + clock)):
        twice = np.flatnonzero((rng.random(rows) < 0.005) & told[name])
        call = np.concatenate([np.flatnonzero(told[name]), twice])
        later = np.concatenate([np.zeros(int(told[name].sum())), rng.random(len(twice))])
        truth = call
        if name == "pbx":
            call = np.concatenate([call, transferred])
            later = np.concatenate([later, (wait + talk * 0.3)[transferred]])
            truth = np.concatenate([truth, -1 - transferred])
        order = np.argsort(at[call] + later, kind="stable")
        call, truth, moment = call[order], truth[order], (at[call] + later)[order]
        noise = rng.normal(0, 0.5, len(call)), rng.normal(0, 0.4, len(call)) * (talk[call] > 0)
        stamp = ((START_S + moment) * 1e6).astype(np.int64)
        pl.DataFrame(
            {
                "id": np.arange(len(call)),
                "ts": pl.Series(stamp // 1_000_000 * 1_000_000 if name == "prov" else stamp).cast(
                    pl.Datetime("us")
                ),
                "caller": _written(rng, caller[call], withheld[name][call], name),
                "did": pl.Series(did[call]).cast(pl.String),
                "duration": np.round((wait + talk)[call] + noise[0]).clip(0).astype(np.int32),
                "billsec": np.round(talk[call] + noise[1]).clip(0).astype(np.int32),
                "truth": truth,
            }
        ).write_parquet(folder / f"{name}.parquet", row_group_size=250_000)


def _calls(rng: np.random.Generator, rows: int) -> tuple[Reals, Ints]:
    """Start (s since the first day) and caller (ten digits) of every call."""
    first = int(rows * 0.86)
    people = int(rows * 0.4)
    weekday = np.array([WEEKDAY[(day + 3) % 7] for day in range(DAYS)])
    hour = np.array(HOUR)
    start: Reals = rng.choice(DAYS, first, p=weekday / weekday.sum()) * 86400.0
    start += rng.choice(24, first, p=hour / hour.sum()) * 3600.0 + rng.random(first) * 3600
    who = np.floor(people * rng.random(first) ** 2.5).astype(np.int64)
    again = rng.integers(0, first, rows - first)
    start = np.concatenate([start, start[again] + 6 + rng.exponential(170, rows - first)])
    who = np.concatenate([who, who[again]])
    number = rng.permutation(people).astype(np.int64) * 2_147_483_629 + 12_345
    return start, 9_000_000_000 + number[who] % 1_000_000_000


def _written(rng: np.random.Generator, number: Ints, withheld: Mask, name: str) -> pl.Series:
    shares = [0.35, 0.2, 0.25, 0.1, 0.1] if name == "prov" else [0.1, 0.45, 0.25, 0.15, 0.05]
    digits = pl.col("n")
    area, rest, end, last = (digits.str.slice(a, b) for a, b in ((0, 3), (3, 3), (6, 2), (8, 2)))
    spaced = pl.format("8 ({}) {}-{}-{}", area, rest, end, last)
    forms = [pl.lit("+7") + digits, pl.lit("8") + digits, pl.lit("7") + digits, digits, spaced]
    frame = pl.DataFrame(
        {"n": pl.Series(number).cast(pl.String), "form": rng.choice(5, len(number), p=shares)}
    )
    text = pl.lit(None, dtype=pl.String)
    for form, expression in enumerate(forms):
        text = pl.when(pl.col("form") == form).then(expression).otherwise(text)
    hidden = pl.lit("anonymous" if name == "pbx" else "")
    return frame.select(pl.when(pl.Series(withheld)).then(hidden).otherwise(text).alias("caller"))["caller"]
