"""Whole records (domain.schema.RECORDS) as Parquet, one file a source and UTC day, for deriving calls again.

Made from evidence and rebuildable from it. A file may hold rows of evidence whose reading was interrupted: readers
name the evidence they believe in, and reading that evidence again replaces its rows.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from callwitness.domain.schema import RECORDS
from callwitness.ledger.store import sync_folder

DAY_MS: Final = 86_400_000
FIRST_DAY: Final = 0
LAST_DAY: Final = (date(2200, 1, 1) - date(1970, 1, 1)).days

STORED: Final = RECORDS.schema | {
    "record_id": pl.String(),
    "name": pl.String(),
    "adapter": pl.String(),
    "evidence_id": pl.Int64(),
}
"""Columns of a stored record: RECORDS (rec empty), its id, ``file:row``, who read it, from which evidence."""


def day_of(moment: pl.Expr, otherwise: int) -> pl.Expr:
    """UTC day (days since 1970) of a moment; ``otherwise`` where it is unknown or out of all sense."""
    day = moment // DAY_MS
    return pl.when(day.is_between(FIRST_DAY, LAST_DAY)).then(day).otherwise(otherwise).cast(pl.Int32)


class RecordStore:
    """The day files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(
        self, source_id: int, evidence_id: int, records: pl.DataFrame, arrived_day: int
    ) -> dict[int, int]:
        """Keep the records of one piece of evidence, in place of those kept before; records by day.

        records: columns of STORED but ``evidence_id``. A record without a start is kept on the day it arrived.
        """
        records = records.with_columns(pl.lit(evidence_id, pl.Int64).alias("evidence_id"))
        records = records.with_columns(day_of(pl.col("started_at"), arrived_day).alias("_day"))
        counts: dict[int, int] = {}
        for (day,), part in records.group_by(["_day"]):
            number = int(str(day))
            kept = self._day(source_id, number).filter(pl.col("evidence_id") != evidence_id)
            self._write(source_id, number, pl.concat([kept, part.select(*STORED).cast(pl.Schema(STORED))]))
            counts[number] = part.height
        return counts

    def forget(self, source_id: int, evidence_id: int, days: Collection[int] | None = None) -> list[int]:
        """Drop the records of one piece of evidence, on these days or all; the days that had some."""
        touched = []
        for day in [day for day in self.days(source_id) if days is None or day in days]:
            kept = self._day(source_id, day)
            rest = kept.filter(pl.col("evidence_id") != evidence_id)
            if rest.height < kept.height:
                self._write(source_id, day, rest)
                touched.append(day)
        return touched

    def load(self, source_id: int, first: int, end: int, evidence: Collection[int]) -> pl.DataFrame:
        """Records of the days ``first`` to ``end`` (not included) from this evidence, in order of evidence and row.

        Columns of STORED and ``day``, the UTC day of the file they lie in.
        """
        days = [day for day in self.days(source_id) if first <= day < end]
        frames = [self._day(source_id, day).with_columns(pl.lit(day, pl.Int32).alias("day")) for day in days]
        together = pl.concat(frames) if frames else pl.DataFrame(schema={**STORED, "day": pl.Int32()})
        believed = pl.DataFrame({"evidence_id": list(evidence)}, schema={"evidence_id": pl.Int64})
        return together.join(believed, on="evidence_id", how="semi").sort(
            "evidence", "file", "sheet", "row", "record_id", nulls_last=False
        )

    def count(self, source_id: int, first: int, end: int, evidence: Collection[int]) -> dict[int, int]:
        """How many records ``load`` gives, by day, without reading them whole."""
        believed = pl.DataFrame({"evidence_id": list(evidence)}, schema={"evidence_id": pl.Int64})
        counts: dict[int, int] = {}
        for day in self.days(source_id):
            if first <= day < end:
                told = pl.read_parquet(self._of(source_id) / f"{day}.parquet", columns=["evidence_id"])
                counts[day] = told.join(believed, on="evidence_id", how="semi").height
        return {day: count for day, count in counts.items() if count}

    def days(self, source_id: int) -> Iterator[int]:
        """The days of a source with records, in order."""
        yield from sorted(int(path.stem) for path in self._of(source_id).glob("*.parquet"))

    def drop(self, source_id: int) -> None:
        """Forget a source."""
        shutil.rmtree(self._of(source_id), ignore_errors=True)

    def _of(self, source_id: int) -> Path:
        return self._folder / str(source_id)

    def _day(self, source_id: int, day: int) -> pl.DataFrame:
        path = self._of(source_id) / f"{day}.parquet"
        return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=STORED)

    def _write(self, source_id: int, day: int, records: pl.DataFrame) -> None:
        path = self._of(source_id) / f"{day}.parquet"
        if records.is_empty():
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".tmp")
        with written.open("wb") as file:
            records.write_parquet(file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        written.replace(path)
        sync_folder(path.parent)
