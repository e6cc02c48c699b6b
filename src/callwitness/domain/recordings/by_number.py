"""Recordings tied by a telephone number and a moment in their names.

The outside party's number decides, if the moment lies in the call; of several such calls the one in which it is a moment at
which recordings begin: the start, the queue, an answer. Our own numbers are in so many calls that the moment must be such
a one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl

from callwitness.domain.recordings.names import Said, number_key

_NEAR_MS: Final = 3_000
_SLACK_MS: Final = 5_000
_HOUR_MS: Final = 3_600_000
_LONGEST_CALL_H: Final = 48
_BEGINS: Final = ("started_at", "queued_at", "signal_answered_at", "agent_answered_at")
_MOMENTS: Final = {
    "recording": pl.String(),
    "source": pl.String(),
    "at": pl.Int64(),
    "step_ms": pl.Int64(),
}


def moments(said: Mapping[str, Said], zones: Mapping[str, str]) -> pl.DataFrame:
    """``recording, source, at, step_ms``: the moment in each name, by the clock and zone of each source (ms UTC)."""
    schema = {"recording": pl.String(), "wall": pl.Int64(), "epoch": pl.Int64(), "step_ms": pl.Int64()}
    rows = [
        (key, one.wall, one.epoch, one.step_ms)
        for key, one in said.items()
        if one.wall is not None or one.epoch is not None
    ]
    told = pl.DataFrame(rows, schema=schema, orient="row")
    frames = [pl.DataFrame(schema=_MOMENTS)]
    for source, zone in sorted(zones.items()):
        local = pl.col("wall").cast(pl.Datetime("ms"))
        utc = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        at = pl.coalesce(utc.dt.epoch("ms"), "epoch")
        frames.append(told.select("recording", pl.lit(source).alias("source"), at.alias("at"), "step_ms"))
    return pl.concat(frames)


def outside_party(
    said: Mapping[str, Said], told: pl.DataFrame, calls: pl.DataFrame, left: Collection[str]
) -> pl.DataFrame:
    """Candidates by the number of the caller, or of whom we called. told: of ``moments``; left: recordings to look at."""
    outbound = pl.col("direction") == "outbound"
    party = [pl.when(outbound).then("called").otherwise("caller"), pl.when(~outbound).then("caller_raw")]
    near = _near(said, told, calls, pl.concat_list(party), left)
    several = pl.col("group").n_unique().over("recording") > 1
    kept = near.filter(~several | (pl.col("apart") <= _NEAR_MS))
    return pl.concat([kept, near.join(kept, on="recording", how="anti")])


def own_number(
    said: Mapping[str, Said], told: pl.DataFrame, calls: pl.DataFrame, left: Collection[str]
) -> pl.DataFrame:
    """Candidates by a number of ours, at a moment at which recordings begin."""
    outbound = pl.col("direction") == "outbound"
    ours = [pl.when(outbound).then("caller").otherwise("called"), pl.col("did"), pl.col("trunk")]
    near = _near(said, told, calls, pl.concat_list(ours), left)
    return near.filter(pl.col("apart") <= _NEAR_MS)


def _near(
    said: Mapping[str, Said], told: pl.DataFrame, calls: pl.DataFrame, numbers: pl.Expr, left: Collection[str]
) -> pl.DataFrame:
    """Calls with a number of the name in which its moment lies; ``apart``: ms to the next moment at which recordings begin."""
    keys = pl.DataFrame(
        [(key, number) for key in left for number in said[key].keys],
        schema={"recording": pl.String(), "key": pl.String()},
        orient="row",
    )
    wanted = told.drop_nulls("at").join(keys, on="recording").with_columns(hour=pl.col("at") // _HOUR_MS)
    hours = wanted.select("source", "hour").unique()
    running = _by_hour(calls).join(hours, on=["source", "hour"], how="semi")
    running = running.join(_numbers(calls, numbers, running["scall"]), on="scall")
    near = running.join(wanted, on=["source", "hour", "key"])
    coarse = pl.col("step_ms") - 1000
    slack = _SLACK_MS + coarse
    apart = pl.min_horizontal((pl.col("at") - pl.col(column)).abs() for column in _BEGINS)
    inside = pl.col("at").is_between(pl.col("started_at") - slack, pl.col("until") + slack)
    return near.filter(inside).with_columns(apart=(apart - coarse).clip(lower_bound=0)).drop("key", "hour")


def _by_hour(calls: pl.DataFrame) -> pl.DataFrame:
    """Every source call in each hour it touches."""
    until = pl.max_horizontal("started_at", "ended_at", "agent_answered_at")
    timed = calls.with_columns(until=until).filter(pl.col("started_at").is_not_null())
    first = (pl.col("started_at") - _SLACK_MS) // _HOUR_MS
    last = pl.min_horizontal((pl.col("until") + _SLACK_MS) // _HOUR_MS, first + _LONGEST_CALL_H)
    columns = ("scall", "source", "tied_source", "group", "role_rank", *_BEGINS, "until")
    return timed.select(*columns, hour=pl.int_ranges(first, last + 1, dtype=pl.Int64)).explode("hour")


def _numbers(calls: pl.DataFrame, numbers: pl.Expr, wanted: pl.Series) -> pl.DataFrame:
    """``scall, key`` of these numbers of the wanted calls."""
    mine = calls.join(pl.DataFrame({"scall": wanted.unique()}), on="scall", how="semi")
    rows = mine.select("scall", number=numbers).explode("number").drop_nulls()
    digits = rows.with_columns(pl.col("number").str.replace_all(r"\D", "")).filter(pl.col("number") != "")
    names = {text: number_key(text) for text in digits["number"].unique().to_list()}
    return digits.select("scall", key=pl.col("number").replace_strict(names, return_dtype=pl.String)).unique(
        maintain_order=True
    )
