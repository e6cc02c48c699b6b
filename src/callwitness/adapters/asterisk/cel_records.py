"""CEL rows with named text columns to records: one event of one channel each.

Unknown event names are kept: exchanges add their own.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk import detail
from callwitness.adapters.asterisk.numbering import with_called, with_caller
from callwitness.adapters.asterisk.rejecting import first_reason, joined, rejected_rows
from callwitness.adapters.asterisk.times import FIRST_CALL, LAST_CALL, moment_ms
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import Batch, NumberPlan

CEL_NAMES: Final = frozenset(
    "eventtype eventtime cid_name cid_num cid_ani cid_rdnis cid_dnid exten context channame appname appdata amaflags "
    "accountcode uniqueid linkedid peer userfield userdeftype extra".split()
)
_NUMBERED: Final = {
    str(number): name
    for number, name in enumerate(
        "chan_start chan_end hangup answer app_start app_end park_start park_end user_defined bridge_enter bridge_exit "
        "blindtransfer attendedtransfer pickup forward linkedid_end local_optimize local_optimize_begin".split(),
        start=1,
    )
}


def cel_batch(
    frame: pl.DataFrame, file: str, sha256: str, plan: NumberPlan, raw: pl.Expr | None = None
) -> Batch:
    """Rows with ``row`` and String columns named as in ``CEL_NAMES`` to one batch."""
    missing = [pl.lit(None, pl.String).alias(name) for name in sorted(CEL_NAMES - set(frame.columns))]
    frame = frame.with_columns(missing)
    frame = frame.with_columns(
        *moment_ms(frame["eventtime"]).iter_columns(), pl.col("eventtype").str.strip_chars()
    )
    frame = frame.with_columns(_reason().alias("reason"))
    wrong = frame["reason"].is_not_null()
    rejected = rejected_rows(frame.filter(wrong), file, joined(frame) if raw is None else raw)
    return Batch(_records(frame.filter(~wrong), file, sha256, plan), rejected)


def _reason() -> pl.Expr:
    return first_reason(
        [
            (
                ~pl.col("eventtype").str.contains(r"^([A-Za-z][A-Za-z0-9_]*|\d{1,2})$").fill_null(False),
                pl.format(
                    "expected the name of an event such as CHAN_START, found '{}'",
                    pl.col("eventtype").fill_null(""),
                ),
            ),
            (
                pl.col("ms").is_null() | ~pl.col("ms").is_between(FIRST_CALL, LAST_CALL),
                pl.format("expected the time of an event, found '{}'", pl.col("eventtime").fill_null("")),
            ),
        ]
    )


def _records(frame: pl.DataFrame, file: str, sha256: str, plan: NumberPlan) -> pl.DataFrame:
    def text(name: str) -> pl.Expr:
        return pl.when(pl.col(name) != "").then(name)

    def extra(key: str) -> pl.Expr:
        return pl.col("extra").str.extract(rf'"{key}"\s*:\s*"?([^",}}]+)')

    named = frame.with_columns(
        pl.col("eventtype").replace(_NUMBERED).str.to_lowercase().alias("event"),
        pl.coalesce(extra("bridge_id"), extra("bridge1_id")).alias("bridge"),
        pl.coalesce(extra("hangupsource"), extra("channel2_uniqueid")).alias("other"),
        pl.coalesce(extra("hangupcause"), pl.col("extra").str.extract(r"^(\d+),")).alias("hangupcause"),
        pl.col("appname").alias("app"),
    )
    records = named.select(
        pl.lit(file).alias("file"),
        "row",
        pl.lit(sha256).alias("evidence"),
        pl.lit("event").alias("kind"),
        pl.lit("cel").alias("witness"),
        "event",
        text("uniqueid").alias("native_id"),
        text("linkedid").alias("native_call_id"),
        text("cid_num").alias("caller_raw"),
        pl.coalesce(pl.when(pl.col("event") == "chan_start").then(text("exten")), text("cid_dnid")).alias(
            "called_raw"
        ),
        pl.when(pl.col("appname") == "Queue")
        .then(pl.col("appdata").str.extract(r"^([^,|]+)"))
        .alias("queue"),
        text("channame").alias("channel"),
        pl.col("ms").alias("started_at"),
        pl.col("grid").alias("precision_ms"),
        pl.when(pl.col("event") == "hangup").then("hangupcause").alias("cause"),
        detail.pack(
            detail.CEL, pl.when("utc").then(pl.lit(detail.UTC)).otherwise(pl.lit(detail.LOCAL))
        ).alias("detail"),
    )
    return RECORDS.conform(with_called(with_caller(records, plan), plan))
