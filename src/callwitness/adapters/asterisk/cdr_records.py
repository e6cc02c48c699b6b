"""CDR rows with named text columns to records: types, checks, numbers. What they mean is read later (``legs_cdr``)."""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.adapters.asterisk import detail
from callwitness.adapters.asterisk.cdr_columns import CDR_NAMES, DISPOSITIONS, EITHER
from callwitness.adapters.asterisk.channels import DIALLED
from callwitness.adapters.asterisk.numbering import with_called, with_caller, with_did
from callwitness.adapters.asterisk.rejecting import first_reason, joined, rejected_rows
from callwitness.adapters.asterisk.times import FIRST_CALL, LAST_CALL, LONGEST_S, uniqueid_ms, wall_ms
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import Batch, NumberPlan

_UNIQUEID: Final = r"^\S*\d{9,}\.\d+$"
# a local habit: the dialplan writes the recording's name into userfield, older FreePBX with audio: before it
_RECORDED: Final = (
    r"(?i)^(?:audio:)?(\S[^\r\n]*\.(?:wav|wav49|gsm|mp3|ogg|opus|flac|alaw|ulaw|al|ul|sln\d*|g722|m4a))$"
)
_RESULT: Final = {
    "ANSWERED": "answered",
    "NO ANSWER": "no_answer",
    "BUSY": "busy",
    "FAILED": "failed",
    "CONGESTION": "failed",
    "CANCEL": "cancelled",
}
_SLACK_MS: Final = 2_000  # whole seconds rounded apart


def cdr_batch(
    frame: pl.DataFrame, file: str, sha256: str, plan: NumberPlan, raw: pl.Expr | None = None
) -> Batch:
    """Rows with ``row`` and String columns named as in ``CDR_NAMES`` to one batch.

    raw: text of a row as shown when it is rejected; without it the fields joined.
    """
    named = _typed(_named(frame))
    wrong = named["reason"].is_not_null()
    rejected = rejected_rows(named.filter(wrong), file, joined(named) if raw is None else raw)
    kept = named.filter(~wrong) if wrong.any() else named
    return Batch(_records(kept, file, sha256, plan), rejected)


def _named(frame: pl.DataFrame) -> pl.DataFrame:
    """Every column of ``CDR_NAMES``, null where the layout has none; uniqueid or userfield told apart by shape."""
    missing = [pl.lit(None, pl.String).alias(name) for name in sorted(CDR_NAMES - set(frame.columns))]
    frame = frame.with_columns(missing)
    if EITHER in frame.columns:
        is_id = pl.col(EITHER).str.contains(_UNIQUEID)
        frame = frame.with_columns(
            pl.when(is_id).then(EITHER).alias("uniqueid"), pl.when(~is_id).then(EITHER).alias("userfield")
        )
    return frame


def _typed(frame: pl.DataFrame) -> pl.DataFrame:
    start_text = frame["start"].fill_null(frame["calldate"]) if frame["start"].has_nulls() else frame["start"]
    epoch = frame.select(uniqueid_ms(pl.col("uniqueid"))).to_series()
    frame = frame.with_columns(
        start_text.alias("start_text"),
        epoch,
        wall_ms(start_text, epoch).alias("started"),
        wall_ms(frame["answer"], epoch).alias("answered"),
        wall_ms(frame["end"], epoch).alias("ended"),
        pl.col("duration", "billsec").cast(pl.Float64, strict=False).name.suffix("_s"),
    )
    return frame.with_columns(_reason().alias("reason"))


def _reason() -> pl.Expr:
    start, duration, billsec = pl.col("start_text"), pl.col("duration_s"), pl.col("billsec_s")
    no_times = pl.col("end").is_null()
    return first_reason(
        [
            (
                start.is_null() | (start == "") | pl.col("started").is_null(),
                pl.format("expected the start of a call as a date and time, found '{}'", start.fill_null("")),
            ),
            (
                ~pl.col("started").is_between(FIRST_CALL, LAST_CALL),
                pl.format("no call started at {}: a row typed in or emptied", start),
            ),
            (
                ~pl.col("disposition").is_in(DISPOSITIONS).fill_null(False),
                pl.format(
                    "expected a disposition such as ANSWERED, found '{}'", pl.col("disposition").fill_null("")
                ),
            ),
            (
                duration.is_null() | billsec.is_null() | ~duration.is_finite() | ~billsec.is_finite(),
                pl.format(
                    "expected duration and billsec in seconds, found '{}' and '{}'",
                    pl.col("duration").fill_null(""),
                    pl.col("billsec").fill_null(""),
                ),
            ),
            (
                (duration < 0) | (billsec < 0),
                pl.format("negative duration: {} s, billed {} s", "duration", "billsec"),
            ),
            (
                (duration > LONGEST_S) | (billsec > LONGEST_S),
                pl.format("longer than a year: {} s, billed {} s", "duration", "billsec"),
            ),
            (
                ~no_times & (pl.col("end") != "") & pl.col("ended").is_null(),
                pl.format("expected the end of a call as a date and time, found '{}'", pl.col("end")),
            ),
            (
                pl.col("answer").is_not_null() & (pl.col("answer") != "") & pl.col("answered").is_null(),
                pl.format("expected the time of answer as a date and time, found '{}'", pl.col("answer")),
            ),
        ]
    )


def _records(frame: pl.DataFrame, file: str, sha256: str, plan: NumberPlan) -> pl.DataFrame:
    started, total, billed = pl.col("started"), pl.col("duration_s"), pl.col("billsec_s")
    total_ms, billed_ms = (total * 1000).cast(pl.Int64), (billed * 1000).cast(pl.Int64)
    # Wall times of one row may lie on both sides of a clock change: the durations do not lie.
    ended = (
        pl.when((pl.col("ended") - started - total_ms).abs() <= _SLACK_MS)
        .then("ended")
        .otherwise(started + total_ms)
    )
    answered_by_bill = pl.when(billed > 0).then(pl.max_horizontal(ended - billed_ms, started))
    answered = (
        pl.when(((pl.col("ended") - pl.col("answered")) - billed_ms).abs() <= _SLACK_MS)
        .then(ended - (pl.col("ended") - pl.col("answered")))
        .when(pl.col("answered").is_not_null() & pl.col("answered").is_between(started, ended))
        .then("answered")
        .when(pl.col("answered").is_not_null() | pl.col("answer").is_null())
        .then(answered_by_bill)
    )
    frame = frame.with_columns(
        pl.when(pl.col("lastapp") == "Dial").then(pl.col("lastdata").str.extract(DIALLED)).alias("dialled"),
        # What an application without a far channel was about: the dial that came to nothing, the words played.
        pl.when(pl.col("lastapp").is_in(["Dial", "Playback"]) & (pl.col("dstchannel").fill_null("") == ""))
        .then(pl.col("lastdata").str.extract(r"^([^,|\s]+)"))
        .alias("target"),
    )
    sequence = pl.col("sequence").cast(pl.Int64, strict=False)
    records = frame.select(
        pl.lit(file).alias("file"),
        "row",
        pl.lit(sha256).alias("evidence"),
        pl.lit("leg").alias("kind"),
        pl.lit("cdr").alias("witness"),
        _blank("uniqueid")
        .add(
            pl.when(sequence.is_not_null()).then(pl.lit("#") + sequence.cast(pl.String)).otherwise(pl.lit(""))
        )
        .alias("native_id"),
        _blank("linkedid").alias("native_call_id"),
        pl.coalesce(
            _blank("src"), pl.when(pl.col("src") == "").then(pl.col("clid").str.extract(r"<([^<>]*)>\s*$"))
        ).alias("caller_raw"),
        _blank("dst").alias("called_raw"),
        _blank("did").alias("did_raw"),
        pl.when(pl.col("lastapp") == "Queue")
        .then(_blank_expr(pl.col("lastdata").str.extract(r"^([^,|]+)")))
        .alias("queue"),
        _blank("cnum").alias("extension"),
        _blank("channel").alias("channel"),
        started.alias("started_at"),
        answered.alias("answered_at"),
        ended.alias("ended_at"),
        pl.lit(1000, pl.Int64).alias("precision_ms"),
        billed.alias("talk_s"),
        billed.alias("billed_s"),
        total.alias("total_s"),
        pl.col("disposition").replace_strict(_RESULT, return_dtype=pl.String).alias("result"),
        pl.col("disposition").alias("cause"),
        pl.coalesce(_blank("recordingfile"), pl.col("userfield").str.extract(_RECORDED)).alias("recording"),
        detail.pack(detail.CDR, pl.lit(detail.LOCAL)).alias("detail"),
    )
    records = with_did(with_called(with_caller(records, plan), plan), plan, "did_raw").drop("did_raw")
    return RECORDS.conform(records)


def _blank(name: str) -> pl.Expr:
    return _blank_expr(pl.col(name))


def _blank_expr(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr != "").then(expr)
