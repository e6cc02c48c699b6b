"""The few columns of calls that matching works on, as plain numpy arrays: a million calls are 40 MB.

``frame_columns`` takes them from SOURCE_CALLS; a bulk job may fill them from anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
Reals = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

COARSE_MS: Final = 10_000
"""A grid this wide (whole minutes) hides the order of calls."""
MINUTE_MS: Final = 60_000
_FEWEST_FOR_GRID: Final = 20
_ON_GRID: Final = 0.98


@dataclass(frozen=True, slots=True)
class CallColumns:
    """Calls of one source (or merged witnesses), one direction or more, in order of ``start``.

    start: ms. party: number of the outside party as an integer, 0 = withheld or hidden. line: code of the own
    number or trunk, 0 = unknown. total: start to end. talk: with a person. connected: from the first answer, of
    a machine too, to the end; None = nothing but the talk is known. Seconds, NaN = unknown. precision_ms: width of
    the grid of ``start``. coarse: rows that know the minute only while others know the second; None = all alike.
    """

    start: Ints
    party: Ints
    line: Codes
    total: Reals
    talk: Reals
    precision_ms: int = 1000
    connected: Reals | None = None
    coarse: Mask | None = None

    def __len__(self) -> int:
        return len(self.start)

    @property
    def since_answer(self) -> Reals:
        """Seconds from the first answer to the end as far as known: a source that states talk only means this."""
        return self.talk if self.connected is None else self.connected

    def take(self, rows: Ints) -> CallColumns:
        """These rows only."""
        return CallColumns(
            self.start[rows],
            self.party[rows],
            self.line[rows],
            self.total[rows],
            self.talk[rows],
            self.precision_ms,
            None if self.connected is None else self.connected[rows],
            None if self.coarse is None else self.coarse[rows],
        )

    def by_precision(self) -> list[tuple[Ints | None, CallColumns]]:
        """Rows and calls of one precision each, the finer first; rows None if they are all."""
        if self.coarse is None:
            return [(None, self)]
        parts: list[tuple[Ints | None, CallColumns]] = []
        for coarse, precision in ((False, self.precision_ms), (True, MINUTE_MS)):
            rows = np.flatnonzero(self.coarse == coarse)
            parts.append((rows, replace(self.take(rows), coarse=None, precision_ms=precision)))
        return parts

    def moved(self, start: Ints) -> CallColumns:
        """The same calls with other starts."""
        return replace(self, start=start)


def ends(calls: CallColumns) -> Ints:
    """Ends, ms; the start where the length is unknown."""
    after: Ints = calls.start + np.nan_to_num(calls.total * 1000, nan=0.0).astype(np.int64)
    return after


def sorted_by_start(calls: CallColumns) -> tuple[CallColumns, Ints | None]:
    """The calls in order of start, and the old row of each new one (None: they were in order)."""
    if not (calls.start[1:] < calls.start[:-1]).any():
        return calls, None
    order = np.argsort(calls.start, kind="stable")
    return calls.take(order), order


def number_key(number: pl.Expr) -> pl.Expr:
    """Joining key of a normalised number, as the numbers kit makes it: E.164 positive, bare digits negative."""
    digits = number.str.strip_prefix("+")
    bare = -(pl.lit("1") + digits).cast(pl.Int64, strict=False)
    key = pl.when(number.str.starts_with("+")).then(digits.cast(pl.Int64, strict=False)).otherwise(bare)
    return key.fill_null(0)


def _in_whole_minutes(start: pl.Series) -> bool:
    """A report that shows no seconds: what it calls 10:05:00 began in that minute."""
    return len(start) >= _FEWEST_FOR_GRID and float((start % MINUTE_MS == 0).mean() or 0) >= _ON_GRID  # type: ignore[arg-type]


def frame_columns(calls: pl.DataFrame, lines: pl.Series) -> CallColumns:
    """Matching columns of SOURCE_CALLS rows of one source, row by row; ``lines``: line codes (Int32), row by row.

    The outside party of an outbound call is the number called. The rows are not sorted by start anew. A grid of ten seconds or more is
    centred: a call "at 10:05" began at 10:05:30, half a minute more or less.
    """
    facts = calls.select(
        party=pl.when(pl.col("direction") == "outbound")
        .then(number_key(pl.col("called")))
        .otherwise(pl.col("caller_key").fill_null(0)),
        start="started_at",
        total=pl.coalesce("total_s", (pl.col("ended_at") - pl.col("started_at")) / 1000).cast(pl.Float32),
        talk=pl.when(pl.col("talk_s").is_null() & (pl.col("human") == pl.lit(False)))
        .then(0.0)
        .otherwise("talk_s")
        .cast(pl.Float32),
        # an exchange's queue or menu answers before a person does: that is where a provider's talk begins
        connected=pl.when((pl.col("role") == "office") & pl.col("signal_answered_at").is_not_null())
        .then((pl.col("ended_at") - pl.col("signal_answered_at")) / 1000)
        .otherwise("talk_s")
        .cast(pl.Float32),
        precision=pl.col("precision_ms").fill_null(1000),
    )
    precision = facts["precision"].to_numpy()
    if _in_whole_minutes(facts["start"]):
        precision = np.maximum(precision, MINUTE_MS)
    coarse = precision >= COARSE_MS
    mixed = bool(coarse.any() and not coarse.all())
    fine = precision[~coarse] if mixed else precision
    return CallColumns(
        start=facts["start"].to_numpy() + np.where(coarse, precision // 2, 0),
        party=facts["party"].to_numpy(),
        line=lines.to_numpy().astype(np.int32),
        total=facts["total"].fill_null(float("nan")).to_numpy(),
        talk=facts["talk"].fill_null(float("nan")).to_numpy(),
        precision_ms=int(np.median(fine)) if len(fine) else 1000,
        connected=facts["connected"].fill_null(float("nan")).to_numpy(),
        coarse=coarse if mixed else None,
    )
