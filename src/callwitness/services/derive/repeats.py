"""The flag ``repeat`` for callers whose earlier call lies before the window: within a week, as everywhere."""

from __future__ import annotations

from typing import Final

import polars as pl
from django.db.models import Max

from callwitness.ledger import models as m
from callwitness.services.derive.windows import DAY_MS, WEEK_DAYS, Block

_ORDER: Final = ("short", "transferred", "abandoned_after_answer", "repeat", "test", "spam", "after_hours")
_BEFORE: Final = {"caller": pl.String(), "before": pl.Int64()}


def with_repeats(calls: pl.DataFrame, workspace_id: int, context: Block) -> pl.DataFrame:
    """Judged calls, ``repeat`` added to the first call of a caller who rang in the week before the context began."""
    if context.end - context.first >= 3 * WEEK_DAYS:
        return calls  # the margin is a week: the window itself knows
    return _flagged(calls, _before(workspace_id, context.first * DAY_MS))


def _before(workspace_id: int, begin: int) -> pl.DataFrame:
    """``caller, before``: the last inbound call of each caller in the week before a moment."""
    week = m.Call.objects.filter(
        workspace_id=workspace_id,
        direction="inbound",
        started_at__gte=begin - WEEK_DAYS * DAY_MS,
        started_at__lt=begin,
    ).exclude(caller="")
    rows = week.values_list("caller").annotate(Max("started_at"))
    return pl.DataFrame(list(rows), schema=_BEFORE, orient="row")


def _flagged(calls: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    inbound = pl.col("direction") == "inbound"
    first = pl.col("started_at") == pl.col("started_at").filter(inbound).min().over("caller")
    told = calls.join(before, on="caller", how="left", maintain_order="left")
    again = inbound & first & ((pl.col("started_at") - pl.col("before")) <= WEEK_DAYS * DAY_MS)
    flags = pl.concat_list(
        pl.when(pl.col("flags").list.contains(name) | (again if name == "repeat" else pl.lit(value=False)))
        .then(pl.lit(name))
        .otherwise(pl.lit(None, dtype=pl.String))
        for name in _ORDER
    ).list.drop_nulls()
    return told.with_columns(flags=flags).drop("before")
