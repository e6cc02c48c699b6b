"""Recorded notifications, a JSON object a line, to records: call events, summaries, recordings.

Types vary between senders (numbers as text), lines come repeated and out of order: all that is settled when records
become legs. Source of the format: Mango Office VPBX API 1.9, sections events/call, events/summary, events/recording.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import polars as pl

from callwitness.adapters.mango.envelope import NotANotification, inner, kind_of, notification, seconds, text
from callwitness.adapters.mango.parties import party
from callwitness.adapters.mango.words import SEGMENTS
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import Batch, ReadOptions
from callwitness.ingest.kit.event_lines import rows_of_lines
from callwitness.ingest.kit.numbers import normalise

DETAIL: Final = {
    "seq": pl.Int64(), "taken": pl.String(), "from_ext": pl.String(), "from_number": pl.String(), "to_number": pl.String(),
    "transfer": pl.String(), "way": pl.Int64(),
}  # fmt: skip
"""What legs need of an event beyond RECORDS, kept as JSON in ``detail``."""
_RAW: Final = {
    "row": pl.Int64(), "kind": pl.String(), "witness": pl.String(), "event": pl.String(), "native_id": pl.String(),
    "native_call_id": pl.String(), "from_number": pl.String(), "from_ext": pl.String(), "to_number": pl.String(),
    "to_ext": pl.String(), "line": pl.String(),
    "segment": pl.String(), "queue": pl.String(), "extension": pl.String(), "started_at": pl.Int64(),
    "answered_at": pl.Int64(), "ended_at": pl.Int64(), "talk_s": pl.Float64(), "result": pl.String(), "human": pl.Boolean(),
    "cause": pl.String(), "recording": pl.String(), "direction": pl.String(), "detail": pl.String(),
}  # fmt: skip


def read_events(lines: Iterable[tuple[int, str]], file: str, evidence: str, options: ReadOptions) -> Batch:
    """Numbered lines to one batch; blank lines are no rows."""
    rows, refused = rows_of_lines(lines, file, lambda line: _row(notification(line)), NotANotification)
    return Batch(_records(pl.DataFrame(rows, schema=_RAW, orient="row"), file, evidence, options), refused)


def _row(event: dict[str, Any]) -> dict[str, Any]:
    kind = kind_of(event)
    if kind == "call":
        return _call_event(event)
    if kind == "summary":
        return _summary(event)
    return _aside(event, kind or "other")


def _call_event(event: dict[str, Any]) -> dict[str, Any]:
    when = seconds(event.get("timestamp"))
    call = text(event.get("call_id"))
    state = (text(event.get("call_state")) or "").lower()
    if when is None:
        raise NotANotification(f'expected unix time in timestamp, found "{event.get("timestamp")}"')
    if call is None:
        raise NotANotification("expected call_id, found none")
    caller, called = inner(event, "from"), inner(event, "to")
    detail = {
        "seq": _whole(event.get("seq")),
        "taken": text(caller.get("taken_from_call_id")),
        "from_ext": text(caller.get("extension")),
        "from_number": text(caller.get("number")),
        "to_number": text(called.get("number")),
        "transfer": text(event.get("transfer"))
        or _flag(caller.get("was_transferred"), called.get("was_transferred")),
    }
    return {
        "kind": "event", "witness": "events", "event": state, "native_id": call,
        "native_call_id": text(event.get("entry_id")) or call,
        "from_number": detail["from_number"], "from_ext": detail["from_ext"],
        "to_number": detail["to_number"], "to_ext": text(called.get("extension")),
        "line": text(called.get("line_number")) or text(inner(event, "dct").get("number")),
        "segment": SEGMENTS.get(text(event.get("location")) or "", "signal"),
        "queue": text(called.get("acd_group")), "extension": text(called.get("extension")),
        "started_at": when, "cause": text(event.get("disconnect_reason")), "detail": _packed(detail),
    }  # fmt: skip


def _summary(event: dict[str, Any]) -> dict[str, Any]:
    start, end = seconds(event.get("create_time")), seconds(event.get("end_time"))
    entry = text(event.get("entry_id"))
    begun = start if start is not None else seconds(event.get("forward_time"))
    if begun is None:
        raise NotANotification(f'expected unix time in create_time, found "{event.get("create_time")}"')
    if entry is None:
        raise NotANotification("expected entry_id, found none")
    caller, called = inner(event, "from"), inner(event, "to")
    talk = seconds(event.get("talk_time"))
    way = _whole(event.get("call_direction"))
    success = _whole(event.get("entry_result"))
    human = talk is not None if "talk_time" in event or success is None else success == 1
    return {
        "kind": "call", "witness": "summary", "native_call_id": entry, "segment": "call",
        "direction": {0: "internal", 1: "inbound", 2: "outbound"}.get(-1 if way is None else way),
        "from_number": text(caller.get("number")), "from_ext": text(caller.get("extension")),
        "to_number": text(called.get("number")), "to_ext": text(called.get("extension")),
        "line": text(event.get("line_number")) or text(inner(event, "dct").get("number")),
        "extension": text(called.get("extension")) if way != 2 else text(caller.get("extension")),
        "started_at": begun, "answered_at": talk, "ended_at": end,
        "talk_s": (end - talk) / 1000 if talk and end and end >= talk else 0.0 if not human else None,
        "result": "answered" if human else "no_answer", "human": human,
        "cause": text(event.get("disconnect_reason")),
    }  # fmt: skip


def _aside(event: dict[str, Any], kind: str) -> dict[str, Any]:
    """Recordings, keys pressed and notifications unknown here: kept, tied to their call."""
    when = seconds(event.get("timestamp"))
    entry, call = text(event.get("entry_id")), text(event.get("call_id"))
    if entry is None and call is None:
        raise NotANotification("expected entry_id or call_id, found neither")
    state = (text(event.get("recording_state")) or "").lower()
    done = kind == "recording" and state == "completed"
    return {
        "kind": "event", "witness": "events", "event": f"{kind}_{state}" if state else kind, "native_id": call,
        "native_call_id": entry or call, "started_at": when, "extension": text(event.get("extension")),
        "cause": text(event.get("completion_code")),
        "recording": text(event.get("recording_id")) if done else None,
        "detail": _packed({"seq": _whole(event.get("seq"))}),
    }  # fmt: skip


def _whole(value: object) -> int | None:
    plain = text(value)
    return int(plain) if plain and plain.isascii() and plain.isdecimal() and len(plain) < 18 else None


def _flag(*values: object) -> str | None:
    return "yes" if any(value is True or str(value).lower() in ("true", "1") for value in values) else None


def _packed(detail: dict[str, Any]) -> str:
    return json.dumps({name: detail.get(name) for name in DETAIL}, ensure_ascii=False, separators=(",", ":"))


def _records(raw: pl.DataFrame, file: str, evidence: str, options: ReadOptions) -> pl.DataFrame:
    caller = party(raw["from_number"], raw["from_ext"], options.numbers)
    called = party(raw["to_number"], raw["to_ext"], options.numbers)
    line = normalise(raw["line"], options.numbers)
    told = raw["kind"] == "call"
    tells_parties = told | raw["event"].is_in(["appeared", "connected", "disconnected", "onhold"]).fill_null(
        value=False
    )
    frame = raw.drop("line", "from_number", "from_ext", "to_number", "to_ext").with_columns(
        caller_raw=caller["raw"], caller=caller["number"], caller_key=caller["key"],
        caller_kind=pl.when(tells_parties).then(caller["kind"]),
        called_raw=called["raw"], called=called["number"], did=line["number"], did_key=line["key"],
        total_s=pl.when(told & (pl.col("ended_at") >= pl.col("started_at"))).then((pl.col("ended_at") - pl.col("started_at")) / 1000),
        file=pl.lit(file), evidence=pl.lit(evidence), precision_ms=pl.lit(1000, pl.Int64()),
    )  # fmt: skip
    return RECORDS.conform(frame)
