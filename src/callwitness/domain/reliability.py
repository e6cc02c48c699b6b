"""How far each source can be trusted, per week: what it loses, its clock, answers it claims and others deny."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.results import RELIABILITY
from callwitness.domain.rules import Rules, SourceInfo


def reliability(
    judged: pl.DataFrame,
    calls: pl.DataFrame,
    reconciliation: Reconciliation,
    sources: Sequence[SourceInfo],
    rules: Rules,
) -> pl.DataFrame:
    """RELIABILITY, by source and week.

    judged: calls with ``group, answered``; calls: SOURCE_CALLS with ``group`` in the reference clock.
    """
    told = calls.join(reconciliation.matches.select("scall", "match"), on="scall").join(
        judged.select("group", "answered"), on="group"
    )
    told = told.with_columns(week=_week("started_at", rules.zone))
    weeks = _known(told)
    for part in (_missing(judged, reconciliation, sources, rules), _offsets(reconciliation, rules)):
        weeks = weeks.join(part, on=["source", "week"], how="left")
    missing = pl.col("missing").fill_null(0)
    weeks = weeks.with_columns(
        missing=missing,
        loss_share=_share(missing, pl.col("calls") + missing),
        answered_inflation=_share(pl.col("denied_answered"), pl.col("claimed_answered")),
        late_share=pl.lit(None, dtype=pl.Float64),
    )
    return RELIABILITY.conform(weeks.select(RELIABILITY.names)).sort("source", "week")


def _week(column: str, zone: str) -> pl.Expr:
    """ISO date of the Monday, in the workspace's zone."""
    local = pl.col(column).cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone)
    return local.dt.truncate("1w").dt.strftime("%Y-%m-%d")


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Part / whole; nothing in the whole is unknown, not zero."""
    return pl.when(whole > 0).then(part / whole)


def _known(told: pl.DataFrame) -> pl.DataFrame:
    """Calls that took part, and claims of a person on inbound calls that the verdict denies.

    A provider's "answered" means equipment, so it is no claim where an office saw the call.
    """
    offices = told.filter(pl.col("role") == "office").select("group").unique().with_columns(seen=True)
    told = told.join(offices, on="group", how="left")
    claims = pl.col("human").fill_null(value=False) & (
        (pl.col("role") != "provider") | pl.col("seen").is_null()
    )
    return told.group_by("source", "week").agg(
        pl.col("match").is_in(["matched", "unmatched"]).sum().cast(pl.Int64).alias("calls"),
        claims.sum().cast(pl.Int64).alias("claimed_answered"),
        (claims & ~pl.col("answered")).sum().cast(pl.Int64).alias("denied_answered"),
    )


def _missing(
    judged: pl.DataFrame, reconciliation: Reconciliation, sources: Sequence[SourceInfo], rules: Rules
) -> pl.DataFrame:
    """Calls that others prove and a source covering them does not tell.

    A contractor can only tell of calls that reached a queue or a person, and on a line that is known to be one of its own.
    """
    contractors = [source.name for source in sources if source.role == "contractor"]
    reached = (pl.col("queued_at").is_not_null() | pl.col("answered")) & pl.col("did").is_not_null()
    gone = reconciliation.missing.join(
        judged.select("group", "started_at", reached.alias("reached")), on="group"
    ).filter(pl.col("reached") | ~pl.col("source").is_in(contractors))
    gone = gone.with_columns(week=_week("started_at", rules.zone))
    return gone.group_by("source", "week").agg(pl.len().cast(pl.Int64).alias("missing"))


def _offsets(reconciliation: Reconciliation, rules: Rules) -> pl.DataFrame:
    clock = reconciliation.clock.frame().with_columns(week=_week("at", rules.zone))
    return clock.group_by("source", "week").agg(pl.col("offset_s").median().alias("clock_offset_s"))
