"""Wall-clock times put in their zone, which the unique ids give away.

``uniqueid`` carries the epoch of a channel's birth; the first row of that channel started in the same second. What
the file says of that moment minus the epoch is the file's offset, whatever anybody configured. It also tells the two
02:30 of an autumn night apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from callwitness.adapters.asterisk.times import uniqueid_ms
from callwitness.ingest.contract import Note, ReadOptions

_QUARTER_MS: Final = 900_000
_LIMIT_MS: Final = 15 * 3_600_000
# How far after its channel's birth a row may start and still tell the offset: CDR and CEL at once, queue_log after
# the menus that come before a queue.
_AFTER_BIRTH_MS: Final = {"cdr": 60_000, "cel": 60_000, "queue_log": 600_000}
_TIMES: Final = ("started_at", "answered_at", "ended_at")


def settle_zone(records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
    """All local times of the source turned into ms UTC, with notes on what the zone was found to be."""
    local = pl.col("detail").str.starts_with("local").fill_null(False)
    walls = records.select("file", "witness", "native_id", "started_at", local.alias("local")).with_row_index(
        "at"
    )
    walls = walls.filter("local")
    if not walls.height:
        return records, ()
    offsets = np.zeros(records.height, np.int64)
    notes = []
    for (file, witness), rows in walls.group_by("file", "witness", maintain_order=True):
        found, note = _offsets(rows, str(file), str(witness), options)
        offsets[rows["at"].to_numpy()] = found.to_numpy()
        notes.append(note)
    offset = pl.Series("offset", offsets)
    settled = records.with_columns(
        *((pl.col(name) - offset).alias(name) for name in _TIMES),
        pl.when(local)
        .then(pl.lit("utc") + pl.col("detail").str.slice(5))
        .otherwise("detail")
        .alias("detail"),
    )
    return settled, _distinct(notes)


def _offsets(rows: pl.DataFrame, file: str, witness: str, options: ReadOptions) -> tuple[pl.Series, Note]:
    """Offset in ms of each row of one file, and what it was found by."""
    rows = rows.with_columns(uniqueid_ms(pl.col("native_id").str.split("#").list.first()).alias("birth"))
    births = _births(rows, witness)
    by_zone = pl.lit(0, pl.Int64) if options.zone is None else offset_at(pl.col("started_at"), options.zone)
    agree = (
        births.filter((by_zone - pl.col("offset")).abs() < _QUARTER_MS // 2).height if births.height else 0
    )
    trusted = options.zone is not None and agree * 2 >= births.height
    rows = rows.join(births.select("birth", "offset"), on="birth", how="left", maintain_order="left")
    rest = by_zone
    if births.height and not trusted:
        rows, rest = _nearest(rows, births), pl.col("near")
    found = rows.select(pl.coalesce("offset", rest).fill_null(0)).to_series()
    return found, _note(file, births, options.zone, trusted)


def offset_at(wall: pl.Expr, zone: str) -> pl.Expr:
    """Offset in ms of wall-clock ms in a zone: the earlier of two, and beyond a gap the one before it."""
    moment = pl.from_epoch(wall, time_unit="ms")
    placed = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    before = (moment - pl.duration(hours=1)).dt.replace_time_zone(
        zone, ambiguous="earliest", non_existent="null"
    )
    return pl.coalesce(wall - placed.dt.epoch("ms"), wall - 3_600_000 - before.dt.epoch("ms"))


def _births(rows: pl.DataFrame, witness: str) -> pl.DataFrame:
    """``birth``, ``started_at`` and ``offset`` (ms, whole quarters of an hour) of channels that tell it."""
    after = pl.col("started_at") - pl.col("birth")
    offset = ((after + 5_000).floordiv(_QUARTER_MS) * _QUARTER_MS).alias("offset")
    return (
        rows.lazy()
        .filter(pl.col("birth").is_not_null())
        .group_by("birth")
        .agg(pl.col("started_at").min())
        .with_columns(offset)
        .filter(
            (after - pl.col("offset") <= _AFTER_BIRTH_MS[witness]) & (pl.col("offset").abs() <= _LIMIT_MS),
        )
        .sort("started_at", "birth")
        .collect()
    )


def _nearest(rows: pl.DataFrame, births: pl.DataFrame) -> pl.DataFrame:
    """``near``: the offset that channels around a row's time tell."""
    known = births.select("started_at", pl.col("offset").alias("near"))
    order = rows.with_row_index("order").sort("started_at")
    return order.join_asof(known, on="started_at", strategy="nearest").sort("order").drop("order")


def _note(file: str, births: pl.DataFrame, said: str | None, trusted: bool) -> Note:
    if not births.height:
        return Note(
            "zone_found", {"file": file, "zone": said or "UTC", "by": "option" if said else "assumed"}
        )
    if trusted:
        return Note("zone_found", {"file": file, "zone": said or "", "by": "option, uniqueid agrees"})
    looks_like = _label(births["offset"])
    if said is None:
        return Note("zone_found", {"file": file, "zone": looks_like, "by": "uniqueid"})
    wrong = births.select((offset_at(pl.col("started_at"), said) - pl.col("offset")).median()).item()
    hours = round(float(wrong or 0.0) / 3_600_000, 2)
    return Note("zone_wrong", {"file": file, "said": said, "looks_like": looks_like, "hours": hours})


def _label(offsets: pl.Series) -> str:
    """``UTC``, ``UTC+03:00``, or ``UTC+01:00/+02:00`` where summer time was seen; rare ones are left out."""
    counts = offsets.value_counts(sort=True)
    common = counts.filter(pl.col("count") * 100 >= len(offsets))[offsets.name].sort().to_list()
    if common == [0]:
        return "UTC"
    return "UTC" + "/".join(_clock(value) for value in common)


def _clock(offset: int) -> str:
    minutes = abs(offset) // 60_000
    return f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _distinct(notes: Sequence[Note]) -> tuple[Note, ...]:
    unique: dict[tuple[object, ...], Note] = {}
    for note in notes:
        unique.setdefault((note.code, *sorted(note.params.items())), note)
    return tuple(sorted(unique.values(), key=lambda note: note.code != "zone_wrong"))
