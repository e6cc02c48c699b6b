"""The few columns of calls that matching works on, as plain numpy arrays: a million calls are 40 MB.

``frame_columns`` takes them from SOURCE_CALLS; a bulk job may fill them from anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
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
_FEWEST_FOR_GRID: Final = 4
_ON_GRID: Final = 0.98


@dataclass(frozen=True, slots=True)
class CallColumns:
    """Calls of one source (or merged witnesses), one direction or more, in order of ``start``.

    start: ms. party: number of the outside party as an integer, 0 = withheld or hidden. line: code of the own
    number or trunk, 0 = unknown. total, talk: seconds, NaN = unknown. precision_ms: width of the grid of ``start``.
    """

    start: Ints
    party: Ints
    line: Codes
    total: Reals
    talk: Reals
    precision_ms: int = 1000

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Ints) -> CallColumns:
        """These rows only."""
        return CallColumns(
            self.start[rows],
            self.party[rows],
            self.line[rows],
            self.total[rows],
            self.talk[rows],
            self.precision_ms,
        )

    def moved(self, start: Ints) -> CallColumns:
        """The same calls with other starts."""
        return CallColumns(start, self.party, self.line, self.total, self.talk, self.precision_ms)

    def with_lines(self, line: Codes) -> CallColumns:
        """The same calls with other lines."""
        return CallColumns(self.start, self.party, line, self.total, self.talk, self.precision_ms)


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


def _connected_s() -> pl.Expr:
    """Seconds from the first answer to the end. An exchange's queue or menu answers before a person does, and
    that answer is where the provider's talk begins; who states a talk only is taken at his word.
    """
    connected = (pl.col("ended_at") - pl.col("signal_answered_at")) / 1000
    measured = (pl.col("role") == "office") & pl.col("signal_answered_at").is_not_null()
    return pl.when(measured).then(connected).otherwise("talk_s")


def frame_columns(calls: pl.DataFrame, lines: pl.Series) -> CallColumns:
    """Matching columns of SOURCE_CALLS rows of one source, row by row; ``lines``: line codes (Int32), row by row.

    The outside party of an outbound call is the number called. A grid of ten seconds or more is
    centred: a call "at 10:05" began at 10:05:30, half a minute more or less.
    """
    facts = calls.select(
        party=pl.when(pl.col("direction") == "outbound")
        .then(number_key(pl.col("called")))
        .otherwise(pl.col("caller_key").fill_null(0)),
        start="started_at",
        total=pl.coalesce("total_s", (pl.col("ended_at") - pl.col("started_at")) / 1000).cast(pl.Float32),
        talk=_connected_s().cast(pl.Float32),
        precision=pl.col("precision_ms").fill_null(1000),
    )
    stated = int(facts["precision"].quantile(0.5, "lower") or 1000)
    precision = max(stated, MINUTE_MS) if _in_whole_minutes(facts["start"]) else stated
    centre = precision // 2 if precision >= COARSE_MS else 0
    return CallColumns(
        start=facts["start"].to_numpy() + centre,
        party=facts["party"].to_numpy(),
        line=lines.to_numpy().astype(np.int32),
        total=facts["total"].fill_null(float("nan")).to_numpy(),
        talk=facts["talk"].fill_null(float("nan")).to_numpy(),
        precision_ms=precision,
    )
