"""Summaries and rows of the statistics to legs; rows without entry_id are put together by line, caller and time."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from callwitness.domain.schema import LEGS, RECORDS

SHIFT_MS: Final = 10_800_000
_GAP_MS: Final = 2_000
_SHARED: Final = [name for name in LEGS.names if name in RECORDS.schema]


def legs_of_summaries(records: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """One leg a summary. Where the events of the same call are whole, they tell who answered and the summary does not.

    A summary sent again (the same entry) counts once, the last copy.
    """
    told = records.filter(pl.col("witness") == "summary").sort("rec")
    told = told.unique("native_call_id", keep="last", maintain_order=True)
    whole = events.filter(pl.col("human").is_not_null()).group_by("native_call_id").agg(
        pl.col("ended_at").is_not_null().all().alias("whole"), pl.col("human").any().alias("person")
    )  # fmt: skip
    told = told.join(whole, on="native_call_id", how="left", maintain_order="left")
    overruled = (pl.col("whole") & ~pl.col("person")).fill_null(value=False)
    told = told.with_columns(human=pl.when(overruled).then(None).otherwise("human"))
    return LEGS.conform(told.select(_SHARED).with_columns(
        agent=pl.coalesce("agent", "extension"), called=pl.when(pl.col("direction") != "inbound").then("called")
    ))  # fmt: skip


def legs_of_statistics(records: pl.DataFrame) -> pl.DataFrame:
    """One leg a row of the statistics."""
    rows = records.filter(pl.col("witness") == "statistics").sort("rec")
    if rows.is_empty():
        return LEGS.empty()
    rows = rows.with_columns(native_call_id=pl.coalesce("native_call_id", _families(rows)))
    return LEGS.conform(rows.select(_SHARED).with_columns(
        agent=pl.coalesce("agent", "extension"), called=pl.when(pl.col("direction") != "inbound").then("called")
    ))  # fmt: skip


def _families(rows: pl.DataFrame) -> pl.Series:
    """A key per row without entry_id: ``file:row`` of the first leg of the call it belongs to.

    Legs of one call have the same outside number and line, and each begins while an earlier one runs or just after.
    A withheld caller is nobody: there the earlier leg must be a menu or a queue, which always leads somewhere.
    """
    outside = pl.when(pl.col("direction") == "inbound").then("caller").otherwise("called")
    place = pl.format("{}:{}", "file", "row")
    loose = rows.with_columns(outside=outside, place=place).filter(pl.col("native_call_id").is_null())
    loose = loose.sort("outside", "did", "direction", "started_at", "rec", nulls_last=True)
    same = np.asarray(loose.select(
        pl.struct("outside", "did", "direction") == pl.struct("outside", "did", "direction").shift(1)
    ).to_series().fill_null(value=False))  # fmt: skip
    ends = loose.select(pl.coalesce("ended_at", "started_at")).to_series().to_numpy()
    starts, hidden = loose["started_at"].to_numpy(), loose["outside"].is_null().to_numpy()
    leads = loose["segment"].is_in(["ivr", "queue"]).to_numpy()
    heads: list[int] = []
    last_end = 0
    for at in range(len(starts)):
        goes_on = (
            at > 0 and same[at] and starts[at] <= last_end + _GAP_MS and (not hidden[at] or leads[at - 1])
        )
        heads.append(heads[-1] if goes_on else at)
        last_end = max(last_end, ends[at]) if goes_on else int(ends[at])
    keys = loose.select("rec", key=loose["place"].gather(heads))
    return rows.select("rec").join(keys, on="rec", how="left", maintain_order="left")["key"]


def clock_of_statistics(records: pl.DataFrame) -> tuple[int, int]:
    """How far the statistics are from events of the same calls: (0, or plus or minus three hours in ms; calls compared).

    The vendor's page says "unix time, time zone UTC+3" for statistics; only the same call told twice can settle it.
    """
    first = pl.col("started_at").min()
    rows = (
        records.filter(pl.col("witness") == "statistics").group_by("native_call_id").agg(first.alias("told"))
    )
    events = (
        records.filter(pl.col("witness").is_in(["events", "summary"])).group_by("native_call_id").agg(first)
    )
    both = rows.join(events, on="native_call_id").drop_nulls()
    if both.is_empty():
        return 0, 0
    median = (both["told"] - both["started_at"]).median()
    away = float(median) if isinstance(median, int | float) else 0.0
    near = next((sign * SHIFT_MS for sign in (1, -1) if abs(away - sign * SHIFT_MS) < 60_000), 0)
    return near, both.height
