"""Lines to records: one event is one record, whatever it leaves out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import polars as pl

from callwitness.adapters.webhook import words
from callwitness.adapters.webhook.envelope import Delivered, NotAnEvent, delivered
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import Batch, ReadOptions
from callwitness.ingest.kit.event_lines import rows_of_lines
from callwitness.ingest.kit.numbers import normalise

DETAIL: Final = {
    "seq": pl.Int64(), "event_id": pl.String(), "begun_at": pl.Int64(), "picked_at": pl.Int64(), "over_at": pl.Int64(),
    "by_human": pl.Boolean(),
}  # fmt: skip
"""What legs need of an event beyond RECORDS, as JSON in ``detail``: moments are those that its fields state."""
_RAW: Final = {
    "row": pl.Int64(), "event": pl.String(), "native_id": pl.String(), "native_call_id": pl.String(),
    "direction": pl.String(), "from": pl.String(), "to": pl.String(), "did": pl.String(), "queue": pl.String(),
    "agent": pl.String(), "extension": pl.String(), "trunk": pl.String(), "started_at": pl.Int64(),
    "answered_at": pl.Int64(), "ended_at": pl.Int64(), "precision_ms": pl.Int64(), "wait_s": pl.Float64(),
    "talk_s": pl.Float64(), "total_s": pl.Float64(), "result": pl.String(), "human": pl.Boolean(),
    "cause": pl.String(), "hangup_by": pl.String(), "recording": pl.String(), "detail": pl.String(),
}  # fmt: skip


def read_events(lines: Iterable[tuple[int, str]], file: str, evidence: str, options: ReadOptions) -> Batch:
    """Numbered lines to one batch; blank lines are no rows."""
    rows, refused = rows_of_lines(lines, file, lambda line: _row(delivered(line)), NotAnEvent)
    return Batch(_records(pl.DataFrame(rows, schema=_RAW, orient="row"), file, evidence, options), refused)


def _row(told: Delivered) -> dict[str, Any]:
    event = told.event
    call = words.text(event.get("call_id"), 200)
    if call is None:
        raise NotAnEvent(f"expected call_id in {event['event']}, found none")
    begun, picked, over = (_stated(event, name) for name in ("started_at", "answered_at", "ended_at"))
    own = {"call.started": begun, "call.answered": picked, "call.ended": over}.get(event["event"])
    at = _stated(event, "at") or own or _arrived(told)
    by_human = words.answered_by(event.get("answered_by"))
    detail = {
        "seq": told.seq, "event_id": words.text(event.get("event_id"), 200), "begun_at": _at(begun),
        "picked_at": _at(picked), "over_at": _at(over), "by_human": by_human,
    }  # fmt: skip
    return {
        "event": event["event"], "native_call_id": call, "native_id": detail["event_id"],
        "direction": words.direction(event.get("direction")),
        **{name: words.text(event.get(name), 120) for name in ("to", "did", "queue", "agent", "extension", "trunk")},
        "from": _from(event),
        "started_at": at.at, "answered_at": _at(picked), "ended_at": _at(over), "precision_ms": at.precision_ms,
        "wait_s": words.seconds(event.get("wait_s")), "talk_s": words.seconds(event.get("talk_s")),
        "total_s": words.seconds(event.get("duration_s")),
        "result": words.result(event.get("result")), "human": by_human, "cause": words.text(event.get("cause"), 120),
        "hangup_by": words.hangup_by(event.get("hangup_by")),
        "recording": words.text(event.get("recording_url"), 2000),
        "detail": json.dumps(detail, ensure_ascii=False, separators=(",", ":")),
    }  # fmt: skip


def _stated(event: Mapping[str, Any], name: str) -> words.Moment | None:
    value = event.get(name)
    if value is None or value == "":
        return None
    found = words.moment(value)
    if found is None:
        raise NotAnEvent(
            f"expected {name} as ISO 8601 with a zone (2026-11-02T10:00:00+03:00) or unix time,"
            f' found "{str(value)[:60]}"'
        )
    return found


def _arrived(told: Delivered) -> words.Moment:
    """An event that does not say when it was: when it came."""
    if told.received_at is None:
        raise NotAnEvent(f"expected at, the time of {told.event['event']}, found none")
    return words.Moment(told.received_at, 1)


def _at(stated: words.Moment | None) -> int | None:
    return stated.at if stated else None


def _from(event: Mapping[str, Any]) -> str | None:
    """The caller; an empty text says that it is withheld, no field says nothing."""
    return "" if event.get("from") == "" else words.text(event.get("from"), 120)


def _records(raw: pl.DataFrame, file: str, evidence: str, options: ReadOptions) -> pl.DataFrame:
    caller, called, did = (normalise(raw[name], options.numbers) for name in ("from", "to", "did"))
    told = raw["from"].is_not_null()
    unsaid = pl.col("direction").is_null() & told & (caller["kind"] != "extension")
    inbound = (pl.col("direction") == "inbound").fill_null(value=False) | unsaid
    frame = raw.drop("from", "to", "did").with_columns(
        kind=pl.lit("event"), witness=pl.lit("events"), file=pl.lit(file), evidence=pl.lit(evidence),
        caller_raw=raw["from"], caller=caller["number"],
        caller_key=pl.when(told).then(caller["key"]).otherwise(0),
        caller_kind=pl.when(told).then(caller["kind"].replace("other", "number")),
        called_raw=raw["to"], called=called["number"],
        did=pl.when(did["key"] != 0).then(did["number"]).when(inbound).then(called["number"]),
        did_key=pl.when(did["key"] != 0).then(did["key"]).when(inbound).then(called["key"]).otherwise(0),
        segment=pl.lit("call"),
    )  # fmt: skip
    return RECORDS.conform(frame)
