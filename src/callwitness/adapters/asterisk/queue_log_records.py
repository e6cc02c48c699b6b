"""queue_log rows with named text columns to records: what happened to a caller in a queue, or to a member."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk import detail
from callwitness.adapters.asterisk.numbering import with_caller
from callwitness.adapters.asterisk.rejecting import first_reason, rejected_rows
from callwitness.adapters.asterisk.times import FIRST_CALL, LAST_CALL, LONGEST_S, moment_ms
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import Batch, NumberPlan

NOBODY: Final = ("NONE", "REALTIME", "MANAGER", "CLI", "")
PARAMETERS: Final = ("p1", "p2", "p3", "p4", "p5", "p6")
_STATES: Final = (
    "QUEUESTART CONFIGRELOAD ADDMEMBER REMOVEMEMBER PAUSE UNPAUSE PAUSEALL UNPAUSEALL PENALTY RINGINUSE AGENTLOGIN "
    "AGENTLOGOFF AGENTCALLBACKLOGIN AGENTCALLBACKLOGOFF WRAPUPSTART".split()
)
_RESULTS: Final = {
    "CONNECT": "answered",
    "COMPLETEAGENT": "answered",
    "COMPLETECALLER": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timeout",
    "EXITEMPTY": "empty",
    "JOINEMPTY": "empty",
    "LEAVEEMPTY": "empty",
    "FULL": "failed",
    "CLOSED": "closed",
    "EXITWITHKEY": "key",
    "WITHDRAW": "deflected",
    "RINGNOANSWER": "no_answer",
    "RINGCANCELED": "cancelled",
    "BLINDTRANSFER": "transferred",
    "ATTENDEDTRANSFER": "transferred",
    "TRANSFER": "transferred",
    "AGENTDUMP": "failed",
    "SYSCOMPAT": "failed",
}


def queue_log_batch(frame: pl.DataFrame, file: str, sha256: str, plan: NumberPlan, raw: pl.Expr) -> Batch:
    """Rows with ``row``, ``time``, ``callid``, ``queuename``, ``agent``, ``event`` and ``PARAMETERS`` to one batch."""
    frame = frame.with_columns(*moment_ms(frame["time"]).iter_columns(), pl.col("event").str.strip_chars())
    frame = frame.with_columns(_reason().alias("reason"))
    wrong = frame["reason"].is_not_null()
    rejected = rejected_rows(frame.filter(wrong), file, raw)
    return Batch(_records(frame.filter(~wrong), file, sha256, plan), rejected)


def _reason() -> pl.Expr:
    return first_reason(
        [
            (
                pl.col("ms").is_null() | ~pl.col("ms").is_between(FIRST_CALL, LAST_CALL),
                pl.format("expected the time of an event, found '{}'", pl.col("time").fill_null("")),
            ),
            (
                ~pl.col("event").str.contains(r"^[A-Za-z][\w -]*$").fill_null(False),
                pl.format(
                    "expected the name of an event such as ENTERQUEUE, found '{}'",
                    pl.col("event").fill_null(""),
                ),
            ),
        ]
    )


def seconds_of(event: pl.Expr) -> dict[str, pl.Expr]:
    """``wait_s``, ``talk_s``, ``ring_s`` as the event states them; where they stand depends on event and version."""
    stated = [pl.col(name).cast(pl.Float64, strict=False) for name in PARAMETERS]
    # milliseconds of a ring may stand here too
    p = [pl.when(value.is_between(0, LONGEST_S * 1000)).then(value) for value in stated]
    completed = event.is_in(["COMPLETEAGENT", "COMPLETECALLER"])
    link = (event == "ATTENDEDTRANSFER") & (pl.col("p1") == "LINK")
    transferred = event.is_in(["BLINDTRANSFER", "TRANSFER", "ATTENDEDTRANSFER"]) & ~link
    left = event.is_in(["ABANDON", "EXITEMPTY", "EXITWITHTIMEOUT", "WITHDRAW"])
    wait = (
        pl.when((event == "CONNECT") | completed)
        .then(p[0])
        .when(left)
        .then(p[2])
        .when((event == "EXITWITHKEY") | link)
        .then(p[3])
        .when(transferred)
        .then(p[2])
    )
    talk = pl.when(completed).then(p[1]).when(transferred).then(p[3]).when(link).then(p[4])
    ring = (
        pl.when(event == "CONNECT")
        .then(p[2])
        .when(event.is_in(["RINGNOANSWER", "RINGCANCELED"]))
        .then(p[0] / 1000)
    )
    return {"wait_s": wait, "talk_s": talk, "ring_s": ring}


def _records(frame: pl.DataFrame, file: str, sha256: str, plan: NumberPlan) -> pl.DataFrame:
    def unless_nobody(name: str) -> pl.Expr:
        return pl.when(~pl.col(name).is_in(NOBODY)).then(name)

    event = pl.col("event")
    about_call = ~event.is_in(_STATES) & ~pl.col("callid").is_in(NOBODY).fill_null(True)
    records = frame.select(
        pl.lit(file).alias("file"),
        "row",
        pl.lit(sha256).alias("evidence"),
        pl.when(about_call).then(pl.lit("event")).otherwise(pl.lit("state")).alias("kind"),
        pl.lit("queue_log").alias("witness"),
        event.str.to_lowercase().alias("event"),
        pl.when(about_call).then("callid").alias("native_id"),
        pl.when(about_call).then("callid").alias("native_call_id"),
        pl.when(event == "ENTERQUEUE").then(pl.col("p2")).replace("", None).alias("caller_raw"),
        pl.when(about_call).then(pl.lit("queue")).alias("segment"),
        unless_nobody("queuename").alias("queue"),
        unless_nobody("agent").alias("agent"),
        pl.col("ms").alias("started_at"),
        pl.col("grid").alias("precision_ms"),
        *(expr.alias(name) for name, expr in seconds_of(event).items()),
        event.replace_strict(_RESULTS, default=None, return_dtype=pl.String).alias("result"),
        pl.when(event == "CONNECT").then(pl.lit(True)).alias("human"),
        event.alias("cause"),
        pl.when(event == "COMPLETEAGENT")
        .then(pl.lit("callee"))
        .when(event.is_in(["COMPLETECALLER", "ABANDON"]))
        .then(pl.lit("caller"))
        .alias("hangup_by"),
        detail.pack(
            detail.QUEUE_LOG, pl.when("utc").then(pl.lit(detail.UTC)).otherwise(pl.lit(detail.LOCAL))
        ).alias("detail"),
    )
    entered = records["event"] == "enterqueue"
    records = with_caller(records, plan)
    return RECORDS.conform(
        records.with_columns(
            pl.when(entered).then(name).alias(name) for name in ("caller", "caller_key", "caller_kind")
        )
    )
