"""The result tables of a check, in the columns and order of its contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from callwitness.domain.reconcile import Reconciliation
from callwitness.domain.recordings.begin import SURE_S
from callwitness.domain.recordings.tables import Recorded
from callwitness.domain.results import CALLS, MATCHES, RECORDINGS_OUT, RECORDS_OUT, REJECTED_OUT
from callwitness.domain.schema import LEG_TIMES, REPEATED_ID
from callwitness.services import clocks
from callwitness.services.reading import ReadSource

_FROM_LEG = ("direction", "segment", "trunk", "queue", "agent", "extension", "did", "result")


@dataclass(frozen=True, slots=True)
class ResultTables:
    """Frames of ``domain.results``, sorted as their files are. recordings: only where recordings were given."""

    calls: pl.DataFrame
    records: pl.DataFrame
    matches: pl.DataFrame
    lost_callers: pl.DataFrame
    findings: pl.DataFrame
    rejected: pl.DataFrame
    ladder: pl.DataFrame
    reliability: pl.DataFrame
    recordings: pl.DataFrame | None = None


def result_tables(
    *,
    judged: pl.DataFrame,
    cases: pl.DataFrame,
    findings: pl.DataFrame,
    reliability: pl.DataFrame,
    ladder: pl.DataFrame,
    calls: pl.DataFrame,
    reconciliation: Reconciliation,
    sources: Sequence[ReadSource],
    recorded: Recorded | None,
) -> ResultTables:
    """Put the parts into the declared columns. judged: calls with ``group``; calls: SOURCE_CALLS with ``group``."""
    ids = judged.select("group", "call_id", pl.col("started_at").alias("call_started_at"))
    members = calls.join(ids, on="group", maintain_order="left")
    return ResultTables(
        calls=CALLS.conform(_calls(judged, members).select(CALLS.names)),
        records=_records(sources, members, reconciliation),
        matches=_matches(members, reconciliation),
        lost_callers=cases,
        findings=findings,
        rejected=_rejected(sources),
        ladder=ladder,
        reliability=reliability,
        recordings=None if recorded is None else _recordings(recorded, judged),
    )


def _calls(judged: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    each = members.select("call_id", "source", "native_ids").explode("native_ids")
    each = each.select("call_id", id=pl.format("{}:{}", "source", "native_ids"))
    each = each.with_columns(first=pl.col("id").str.replace(REPEATED_ID, "")).unique().sort("id")
    again = each.filter(pl.col("first") != pl.col("id")).join(
        each, left_on=["call_id", "first"], right_on=["call_id", "id"], how="semi"
    )
    each = each.join(again, on=["call_id", "id"], how="anti", maintain_order="left")
    ids = each.group_by("call_id", maintain_order=True).agg(pl.col("id").alias("source_ids"))
    return judged.join(ids, on="call_id", how="left", maintain_order="left")


def _records(
    sources: Sequence[ReadSource], members: pl.DataFrame, reconciliation: Reconciliation
) -> pl.DataFrame:
    """Every record read, with the call it belongs to (null when it is about no call of the result).

    What a row alone does not say (direction, trunk, whose leg it is) is taken from the leg it proves.
    """
    natives = clocks.by_native_id(members)
    frames = []
    for source in sources:
        calls = natives.filter(pl.col("source") == source.name).drop("source")
        legs = source.legs.select("rec", *_FROM_LEG).unique("rec", keep="first", maintain_order=True)
        records = source.records.with_columns(
            pl.lit(source.name).alias("source"),
            pl.lit(source.role).alias("role"),
            native=pl.coalesce("native_call_id", "name"),
            row=_row(),
        )
        records = records.join(calls, on="native", how="left", maintain_order="left")
        records = records.join(legs, on="rec", how="left", suffix="_leg", maintain_order="left")
        records = records.with_columns(pl.coalesce(name, f"{name}_leg").alias(name) for name in _FROM_LEG)
        records = clocks.moved_with_their_calls(records)
        records = clocks.in_reference_clock(records, reconciliation, LEG_TIMES)
        frames.append(RECORDS_OUT.conform(records.select(RECORDS_OUT.names)))
    together = RECORDS_OUT.concat(frames)
    return together.sort("started_at", "call_id", "record_id", nulls_last=True)


def _row() -> pl.Expr:
    plain = pl.col("row").cast(pl.String)
    return pl.when(pl.col("sheet").is_null()).then(plain).otherwise(pl.format("{}!{}", "sheet", plain))


def _matches(members: pl.DataFrame, reconciliation: Reconciliation) -> pl.DataFrame:
    told = members.select("scall", "call_id", "call_started_at").join(
        reconciliation.matches.drop("call_id", strict=False), on="scall"
    )
    told = told.sort("call_started_at", "call_id", "source", "native_call_id", "scall")
    repeated = pl.col("match") == "duplicate"
    told = told.with_columns(
        native_call_id=pl.when(repeated)
        .then(pl.col("native_call_id").str.replace(REPEATED_ID, ""))
        .otherwise("native_call_id")
    )
    return MATCHES.conform(told.select(MATCHES.names))


def _recordings(recorded: Recorded, judged: pl.DataFrame) -> pl.DataFrame:
    """Every recording that was given, with its call."""
    calls = judged.select("group", "call_id", "started_at")
    tied = recorded.ties.join(calls, on="group", how="left", maintain_order="left")
    here, placed = pl.col("call_id").is_not_null(), pl.col("uncertainty_s") <= SURE_S
    voice_at = pl.col("begun_at") + (pl.col("human_voice_s") * 1000).round().cast(pl.Int64)
    tied = tied.with_columns(
        tied_by=pl.when(here).then("rule").otherwise(pl.lit("outside_period")),
        source="tied_source",
        human_voice_at=pl.when(placed & (pl.col("status") == "answered")).then(voice_at),
    )
    every = pl.concat([tied, recorded.loose], how="diagonal")
    ordered = every.sort("started_at", "call_id", "recording", nulls_last=True)
    return RECORDINGS_OUT.conform(ordered.select(RECORDINGS_OUT.names))


def _rejected(sources: Sequence[ReadSource]) -> pl.DataFrame:
    frames = [
        source.rejected.with_columns(pl.lit(source.name).alias("source")).sort(
            "file", "sheet", "row", "reason", "raw"
        )
        for source in sources
    ]
    frames = [frame.with_columns(row=_row()).select(REJECTED_OUT.names) for frame in frames]
    return REJECTED_OUT.concat(frames)
