"""Statistics (stats/result): ``;`` between cells, no escaping, usually no header; a row is a leg, not a call.

Default columns: records;start;finish;answer;from_extension;from_number;to_extension;to_number;disconnect_reason;
line_number;location; ``entry_id`` stands there only when it was asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from callwitness.adapters.mango.parties import party
from callwitness.adapters.mango.words import HANGUP, SEGMENTS, ended_unanswered
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, ReadOptions
from callwitness.ingest.kit.numbers import normalise

DEFAULT: Final = (
    "records", "start", "finish", "answer", "from_extension", "from_number", "to_extension", "to_number",
    "disconnect_reason", "line_number", "location",
)  # fmt: skip
KNOWN: Final = frozenset({*DEFAULT, "entry_id", "create"})
_LOCATIONS: Final = frozenset(SEGMENTS)
_EPOCH: Final = (946_684_800, 4_102_444_800)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a line names the columns."""
    return sum(cell.strip().strip('"').lower() in KNOWN for cell in cells) >= 4


def columns_of(rows: Sequence[Sequence[str]], wanted: str | None = None) -> tuple[list[str], bool] | None:
    """Names of the columns, and whether the first row is a header; None when the rows are no statistics.

    wanted: the order of fields as it was asked for, divided by commas.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return None
    if wanted:
        return [name.strip().lower() for name in wanted.split(",")], is_header(filled[0])
    if is_header(filled[0]):
        return [cell.strip().strip('"').lower() for cell in filled[0]], True
    for names in ([*DEFAULT], [*DEFAULT, "entry_id"], ["entry_id", *DEFAULT]):
        good = sum(_fits(row, names) for row in filled)
        if good * 2 > len(filled):
            return names, False
    return None


def _fits(row: Sequence[str], names: Sequence[str]) -> bool:
    if len(row) != len(names):
        return False
    cells = dict(zip(names, (cell.strip() for cell in row), strict=True))
    times = cells["start"].isdecimal() and cells["finish"].isdecimal() and cells["answer"].isdecimal()
    return times and cells["location"] in _LOCATIONS and cells["records"].startswith("[")


def read_statistics(
    fields: pl.DataFrame, names: Sequence[str], file: str, evidence: str, options: ReadOptions
) -> Batch:
    """Rows of ``delimited.FieldBlock.fields`` to one batch."""
    cells = _cells(fields, names)
    reason = _reasons(cells, len(names))
    good = cells.filter(reason.is_null())
    refused = cells.with_columns(reason.alias("reason"), file=pl.lit(file)).filter(reason.is_not_null())
    rejected = REJECTED.conform(refused.select("file", "row", "reason", "raw"))
    return Batch(_records(good, file, evidence, options), rejected)


def _cells(fields: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    texts = [name for name in fields.columns if name.startswith("f")]
    raw = (
        pl.concat_str([pl.col(name).fill_null("") for name in texts], separator=";") if texts else pl.lit("")
    )
    return fields.select(
        "row", "width", raw.str.slice(0, 500).alias("raw"),
        *(
            (pl.col(f"f{at}") if f"f{at}" in fields.columns else pl.lit(None, pl.String())).str.strip_chars(' "').replace("", None).alias(name)
            for at, name in enumerate(names)
        ),
        *(pl.lit(None, pl.String()).alias(name) for name in sorted(KNOWN - set(names))),
    )  # fmt: skip


def _reasons(cells: pl.DataFrame, width: int) -> pl.Series:
    """Why a row is no leg, null for good rows."""
    start, finish, answer = (_number(name) for name in ("start", "finish", "answer"))
    shown = pl.col("start").fill_null("nothing")
    odd_answer = (answer != 0) & ~answer.is_between(*_EPOCH)
    return cells.select(
        pl.when(pl.col("width") < min(width, 8)).then(pl.format("expected {} cells, found {}", pl.lit(width), "width"))
        .when(start.is_null() | ~start.is_between(*_EPOCH)).then(pl.format('expected unix time as start, found "{}"', shown))
        .when((finish.is_not_null() & (finish < start)).fill_null(value=False)).then(pl.format('expected a finish after the start, found "{}"', "finish"))
        .when(odd_answer.fill_null(value=False)).then(pl.format('expected unix time or 0 as answer, found "{}"', "answer"))
        .alias("reason")
    ).to_series()  # fmt: skip


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Int64, strict=False)


def _records(cells: pl.DataFrame, file: str, evidence: str, options: ReadOptions) -> pl.DataFrame:
    frame = cells.with_columns(
        started_at=_number("start") * 1000, ended_at=_number("finish") * 1000,
        answered_at=pl.when(_number("answer") > 0).then(_number("answer") * 1000),
        direction=_direction(),
    )  # fmt: skip
    caller = party(cells["from_number"], cells["from_extension"], options.numbers)
    called = party(cells["to_number"], cells["to_extension"], options.numbers)
    line = normalise(cells["line_number"], options.numbers)
    person = pl.col("location") == "abonent"
    answered = pl.col("answered_at").is_not_null()
    waited = (pl.col("answered_at").fill_null(pl.col("ended_at")) - pl.col("started_at")) / 1000
    place = pl.col("location").replace_strict(SEGMENTS, default="signal", return_dtype=pl.String)
    ended = ended_unanswered(pl.col("disconnect_reason"), place)
    table = frame.select(
        "row", "direction", "started_at", "answered_at", "ended_at",
        native_call_id="entry_id", caller_raw=caller["raw"], caller=caller["number"], caller_key=caller["key"],
        caller_kind=caller["kind"], called_raw=called["raw"], called=called["number"], did=line["number"], did_key=line["key"],
        segment=pl.when(person & answered).then(pl.lit("talk")).otherwise(place),
        queue=pl.when(pl.col("location") == "queue").then("to_extension"),
        extension=pl.when(pl.col("direction") == "outbound").then("from_extension").otherwise("to_extension"),
        ring_s=pl.when(person).then(waited), wait_s=waited,
        talk_s=pl.when(answered).then((pl.col("ended_at") - pl.col("answered_at")) / 1000),
        total_s=(pl.col("ended_at") - pl.col("started_at")) / 1000,
        result=pl.when(answered).then(pl.lit("answered")).otherwise(ended),
        human=pl.when(person).then(answered).when((place == "ivr") | (~answered & (ended == "abandoned"))).then(False),
        cause="disconnect_reason",
        hangup_by=pl.col("disconnect_reason").replace_strict(HANGUP, default=None, return_dtype=pl.String),
        recording=pl.col("records").str.strip_chars("[] ").replace("", None),
        file=pl.lit(file), evidence=pl.lit(evidence), kind=pl.lit("leg"), witness=pl.lit("statistics"),
        precision_ms=pl.lit(1000, pl.Int64()),
    )  # fmt: skip
    return RECORDS.conform(table.with_columns(talk_s=pl.when(pl.col("talk_s") >= 0).then("talk_s")))


def _direction() -> pl.Expr:
    inside_from, inside_to = pl.col("from_extension").is_not_null(), pl.col("to_extension").is_not_null()
    return (
        pl.when(~inside_from).then(pl.lit("inbound"))
        .when(inside_to).then(pl.lit("internal"))
        .otherwise(pl.lit("outbound"))
    )  # fmt: skip
