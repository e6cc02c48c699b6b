"""CEL files of ``cel_custom`` or exported from a table: with or without a header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

from callwitness.adapters.asterisk.cel_records import CEL_NAMES, cel_batch
from callwitness.adapters.asterisk.rejecting import joined, rejected_rows
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, ReadOptions
from callwitness.ingest.kit.delimited import FieldBlock, read_delimited

# The order of the mapping in cel_custom.conf.
CUSTOM: Final = tuple(
    "eventtype eventtime cid_name cid_num cid_ani cid_rdnis cid_dnid exten context channame appname appdata amaflags "
    "accountcode uniqueid linkedid peer userfield userdeftype extra".split()
)
_ALIASES: Final = {
    "eventname": "eventtype",
    "event": "eventtype",
    "time": "eventtime",
    "channel": "channame",
    "eventextra": "extra",
}
_EVENT: Final = re.compile(
    r"(CHAN_START|CHAN_END|ANSWER|HANGUP|APP_START|APP_END|BRIDGE_ENTER|BRIDGE_EXIT|BRIDGE_START|BRIDGE_END|LINKEDID_END)$"
)
_TIME: Final = re.compile(r"\d{9,10}\.\d+$|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_UNIQUEID: Final = re.compile(r"\S*\d{9,}\.\d+$")
_CHANNEL: Final = re.compile(r"[A-Za-z0-9]+/\S")


def read_cel_csv(file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    """A CEL file in batches; every row is in ``records`` or ``rejected``."""
    columns: dict[int, tuple[str, ...]] = {}
    with file.open() as stream:
        for block in read_delimited(stream):
            if block.rejected.height:
                lines = block.rejected.select(pl.lit(file.name).alias("file"), pl.all())
                yield Batch(RECORDS.empty(), REJECTED.conform(lines))
            yield from _batches(block, columns, file, options)


def cel_columns(rows: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """The names of the columns of rows of one width, None when they are no CEL rows."""
    sample = [row for row in rows if any(row)][:200]
    if not sample:
        return None
    width = len(sample[0])
    events = [at for at in range(width) if _share(sample, at, _EVENT) >= 0.5]
    times = [at for at in range(width) if _share(sample, at, _TIME) > 0.9]
    if not events or not times:
        return None
    if width == len(CUSTOM) and events[0] == 0 and times[0] == 1:
        return CUSTOM
    names = [""] * width
    names[events[0]], names[times[0]] = "eventtype", "eventtime"
    taken = {events[0], times[0]}
    for name, shape in (("channame", _CHANNEL), ("uniqueid", _UNIQUEID), ("linkedid", _UNIQUEID)):
        found = [at for at in range(width) if at not in taken and _share(sample, at, shape) > 0.5]
        if found:
            names[found[0]] = name
            taken.add(found[0])
    if "uniqueid" not in names:
        return None
    names[-1] = names[-1] or "extra"
    return tuple(names)


def cel_header(fields: Sequence[str]) -> tuple[str, ...] | None:
    """Names taken from a header row, None when this is none."""
    names = [_ALIASES.get(name, name) for name in (field.strip().lower() for field in fields)]
    known = tuple(name if name in CEL_NAMES else "" for name in names)
    return known if {"eventtype", "eventtime", "uniqueid"} <= set(known) else None


def _share(rows: Sequence[Sequence[str]], column: int, pattern: re.Pattern[str]) -> float:
    return sum(bool(pattern.match(row[column])) for row in rows) / len(rows)


def _batches(
    block: FieldBlock, columns: dict[int, tuple[str, ...]], file: EvidenceFile, options: ReadOptions
) -> Iterator[Batch]:
    for (key,), rows in block.fields.group_by("width", maintain_order=True):
        width = int(str(key))
        rows = rows.select("row", *(f"f{at}" for at in range(width)))
        if rows["row"][0] == 1 and (names := cel_header([str(value) for value in rows.row(0)[1:]])):
            columns[width] = names
            rows = rows.tail(-1)
        found = columns.get(width) or cel_columns([row[1:] for row in rows.head(200).iter_rows()])
        if found is None:
            reason = pl.lit(f"expected the columns of a CEL event, found {width} other ones").alias("reason")
            yield Batch(RECORDS.empty(), rejected_rows(rows.with_columns(reason), file.name, joined(rows)))
            continue
        columns[width] = found
        named = rows.with_columns(pl.col(f"f{at}").alias(name) for at, name in enumerate(found) if name)
        yield cel_batch(named, file.name, file.sha256, options.numbers)
