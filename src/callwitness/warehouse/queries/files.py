"""The calls of a period as SQL over day files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from callwitness.warehouse.queries.parameters import Parameters
from callwitness.warehouse.store import DayState

_DAY_MS: Final = 86_400_000
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)


def day_of(moment: int) -> date:
    """The UTC day of a moment (ms UTC)."""
    return (_FIRST + timedelta(milliseconds=moment)).date()


def period_files(states: Sequence[DayState], bounds: tuple[int, int], parameters: Parameters) -> str:
    """SQL after FROM. bounds: first moment and first moment after, ms UTC; at least one state.

    Only days at the edges are compared with the bounds, which saves reading every start: a tenth of a grouped view.
    """
    begin, end = bounds
    first, last = day_of(begin), day_of(end - 1)
    cut = {day for day, moment in ((first, begin), (last, end)) if moment % _DAY_MS}
    whole = [str(state.path) for state in states if state.day not in cut]
    parts = [f"SELECT * FROM read_parquet({parameters.put(whole)})"] if whole else []  # noqa: S608 - a parameter's name
    edges = [str(state.path) for state in states if state.day in cut]
    if edges:
        parts.append(
            f"SELECT * FROM read_parquet({parameters.put(edges)}) "  # noqa: S608 - names of parameters
            f"WHERE started_at >= {parameters.put(begin)}::BIGINT AND started_at < {parameters.put(end)}::BIGINT"
        )
    return f"({' UNION ALL '.join(parts)}) AS calls"
