"""Wall clock to UTC: the autumn hour that happens twice, the spring hour that never happens."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import polars as pl

from callwitness.domain.errors import UsageError

_FIXED: Final = re.compile(r"^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?$", re.IGNORECASE)
_HOUR: Final = 3_600_000


@cache
def fixed_offset_ms(zone: str) -> int | None:
    """Offset of a zone written as ``+03:00`` or ``UTC+3``, in ms; None for a named zone."""
    found = _FIXED.match(zone.strip())
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3] or 0)
    return (-1 if found[1] == "-" else 1) * minutes * 60_000


@cache
def check_zone(zone: str) -> str:
    """The zone, when there is such a one. Raises ``UsageError`` with a sentence otherwise."""
    if fixed_offset_ms(zone) is None:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
            raise UsageError(
                f"no time zone is called {zone!r}; expected a name like Europe/Moscow or +03:00"
            ) from problem
    return zone


def to_utc(wall_ms: pl.Series, zone: str, fold: Literal["earliest", "latest"] = "earliest") -> pl.Series:
    """Wall-clock ms (Int64) in ``zone`` to ms UTC. In the doubled hour ``fold`` says which of the two.

    A time that the spring change left out is read with the offset before the change, as the standard library does.
    """
    offset = fixed_offset_ms(zone)
    if offset is not None:
        return wall_ms - offset
    known = _localize(wall_ms, zone, fold)
    if known.null_count() == wall_ms.null_count():
        return known
    return known.fill_null(_localize(wall_ms - _HOUR, zone, fold) + _HOUR)


def _localize(wall_ms: pl.Series, zone: str, fold: Literal["earliest", "latest"]) -> pl.Series:
    local = wall_ms.cast(pl.Datetime("ms"))
    aware = local.dt.replace_time_zone(zone, ambiguous=fold, non_existent="null")
    return aware.dt.convert_time_zone("UTC").cast(pl.Int64)


def unfold(wall_ms: pl.Series, zone: str) -> pl.Series:
    """``to_utc`` for rows in the order of a log: where the clock jumps back inside the doubled hour, the later one.

    Works for rows that go forward in time and for rows that go back; rows in no order get the earlier reading.
    """
    early = to_utc(wall_ms, zone)
    late = to_utc(wall_ms, zone, "latest")
    doubled = (early != late).fill_null(False)
    if not doubled.any():
        return early
    falling = _is_falling(wall_ms)
    second = np.zeros(len(early), dtype=bool)
    for start, stop in _runs(doubled):
        at = np.arange(start, stop)
        order = at[::-1] if falling else at
        wall = wall_ms.gather(order).to_numpy()
        back = np.flatnonzero(np.diff(wall) < -600_000)
        if len(back):
            second[order[back[0] + 1 :]] = True
    return pl.select(pl.when(pl.Series(second)).then(late).otherwise(early)).to_series().alias(wall_ms.name)


def _is_falling(wall_ms: pl.Series) -> bool:
    steps = np.diff(wall_ms.drop_nulls().to_numpy())
    return bool((steps < 0).sum() > (steps > 0).sum())


def _runs(mask: pl.Series) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.cast(pl.Int8).to_numpy(), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[0::2], edges[1::2], strict=True)]


class FoldReader:
    """``unfold`` for a column that comes in batches: the doubled hour may lie across two of them."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._tail = pl.Series([], dtype=pl.Int64)

    def read(self, wall_ms: pl.Series) -> pl.Series:
        """The next batch of wall-clock ms to ms UTC."""
        if fixed_offset_ms(self._zone) is not None:
            return to_utc(wall_ms, self._zone)
        both = pl.concat([self._tail, wall_ms.cast(pl.Int64)])
        utc = unfold(both, self._zone)
        self._tail = self._doubled_end(both)
        return utc.tail(len(wall_ms)) if len(wall_ms) else utc.clear()

    def _doubled_end(self, wall_ms: pl.Series) -> pl.Series:
        last = wall_ms.tail(100_000)
        doubled = (to_utc(last, self._zone) != to_utc(last, self._zone, "latest")).fill_null(False)
        single = (~doubled).arg_true()
        return last.slice(single[-1] + 1) if len(single) else last
