"""The tables that every layer speaks: column, type, unit and meaning.

Times inside the program are ``Int64`` milliseconds since the Unix epoch, UTC, in the clock of the source that
stated them until ``reconcile`` has measured that clock. Seconds are ``Float64``. Null means unknown, never "".

    records        one row per row of evidence, as the source states it           (adapters write it)
    legs           one party's stretch inside a call, read from one or more records (adapters write it)
    source calls   legs of one source put together: a call as that source knows it (assemble writes it)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import polars as pl


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a declared table."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A declared table: its columns in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Column name to Polars type, in order."""
        return {column.name: column.dtype for column in self.columns}

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pl.DataFrame:
        """A frame of this table without rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly these columns: missing ones null, types cast, foreign ones refused."""
        foreign = set(frame.columns) - set(self.schema)
        if foreign:
            raise ValueError(f"columns not in table {self.name}: {', '.join(sorted(foreign))}")
        have = frame.schema
        return frame.select(
            (
                pl.lit(None, dtype=dtype).alias(name)
                if name not in have
                else pl.col(name)
                if have[name] == dtype
                else pl.col(name).cast(dtype)
            )
            for name, dtype in self.schema.items()
        )

    def concat(self, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """All frames under each other, conformed."""
        conformed = [self.conform(frame) for frame in frames]
        return pl.concat(conformed) if conformed else self.empty()


_TEXT: Final = pl.String()
_INT: Final = pl.Int64()
_REAL: Final = pl.Float64()
_FLAG: Final = pl.Boolean()
_TEXTS: Final = pl.List(pl.String())

DIRECTIONS: Final = ("inbound", "outbound", "internal")
CALLER_KINDS: Final = ("number", "withheld", "extension", "hidden_by_forwarding")
SEGMENTS: Final = (
    "call",  # the whole call as one row tells it (a provider's or contractor's row, a summary)
    "ivr", "announcement", "queue", "ring", "talk", "hold", "transfer", "voicemail",
    "signal",  # the exchange itself answered or refused: no party known
)  # fmt: skip
RESULTS: Final = (
    "answered",  # a party picked up (for segment call: as the source claims)
    "no_answer", "busy", "failed",
    "cancelled",  # the caller hung up, or another phone took the call, while this party rang
    "abandoned",  # the caller hung up waiting in a queue
    "timeout", "empty", "key",  # put out of a queue: too long, nobody in it, caller pressed a key
    "transferred", "voicemail", "deflected", "rejected", "closed", "unknown",
)  # fmt: skip
WITNESSES: Final = (
    "queue_log", "cel", "cdr",  # an exchange
    "events", "summary", "statistics",  # a hosted exchange or provider
    "list",  # any table of calls: one row is one call
    "report",  # a contractor's report
)  # fmt: skip

RECORDS: Final = Table(
    "records",
    (
        Column("rec", _INT, "index of the record within its source; the key other tables point at"),
        Column("file", _TEXT, "file as given on the command line, relative; archive!member inside archives"),
        Column("sheet", _TEXT, "sheet of a workbook, else null"),
        Column("row", _INT, "physical first line or sheet row of the record, from 1"),
        Column("evidence", _TEXT, "SHA-256 of the file's untouched bytes, hex"),
        Column("kind", _TEXT, "leg | event | call | state; state = about no call (agent paused, restart)"),
        Column("witness", _TEXT, "one of WITNESSES"),
        Column("event", _TEXT, "what the source calls the moment, lower case, for kind event and state"),
        Column("native_id", _TEXT, "the source's id of this leg or event's channel"),
        Column("native_call_id", _TEXT, "the source's id of the whole call; null where it has none"),
        Column("direction", _TEXT, "one of DIRECTIONS"),
        Column("caller_raw", _TEXT, "calling number as stated"),
        Column("caller", _TEXT, "+E164 where a possible number, else bare digits; null when withheld"),
        Column("caller_key", _INT, "the number as an integer for joining; 0 = none", ""),
        Column("caller_kind", _TEXT, "one of CALLER_KINDS"),
        Column("called_raw", _TEXT, "called number as stated"),
        Column("called", _TEXT, "normalised like caller"),
        Column("did", _TEXT, "own number that was dialled, normalised like caller"),
        Column("did_key", _INT, "integer of did; 0 = none"),
        Column("segment", _TEXT, "one of SEGMENTS"),
        Column("queue", _TEXT, "queue or ring group"),
        Column("agent", _TEXT, "agent as named by the source"),
        Column("extension", _TEXT, "internal number of the party"),
        Column("trunk", _TEXT, "trunk or line the call came or went by"),
        Column("channel", _TEXT, "technical name of the leg, where the source has one"),
        Column("started_at", _INT, "start", "ms UTC"),
        Column("answered_at", _INT, "this party or machine answered", "ms UTC"),
        Column("ended_at", _INT, "end", "ms UTC"),
        Column(
            "precision_ms",
            _INT,
            "width of the grid of the times: 1000 for whole seconds, 60000 minutes",
            "ms",
        ),
        Column("ring_s", _REAL, "ringing", "s"),
        Column("wait_s", _REAL, "waiting as the source states it", "s"),
        Column("talk_s", _REAL, "talk", "s"),
        Column("billed_s", _REAL, "billed by the source", "s"),
        Column("total_s", _REAL, "start to end as stated", "s"),
        Column("result", _TEXT, "one of RESULTS"),
        Column(
            "human",
            _FLAG,
            "true: claims a person of the answering side was connected; false: denies; null: cannot tell",
        ),
        Column("cause", _TEXT, "the source's own word or code for the end"),
        Column("hangup_by", _TEXT, "caller | callee | system"),
        Column("recording", _TEXT, "recording name or link"),
        Column(
            "detail",
            _TEXT,
            "what else the adapter keeps to read legs from it, in its own notation; never shown",
        ),
    ),
)

LEGS: Final = Table(
    "legs",
    (
        Column("rec", _INT, "first record that proves the leg (RECORDS.rec)"),
        Column("rec_end", _INT, "record that proves its end, null = the same"),
        Column("native_call_id", _TEXT, "group key inside the source; null = a call of its own"),
        Column("joins", _TEXT, "another native_call_id that is the same call (transfers), else null"),
        Column("native_id", _TEXT, "the source's id of the leg"),
        Column("witness", _TEXT, "one of WITNESSES"),
        Column("segment", _TEXT, "one of SEGMENTS"),
        Column("direction", _TEXT, "one of DIRECTIONS, null = cannot tell from this leg"),
        Column("caller_raw", _TEXT, "as stated"),
        Column("caller", _TEXT, "normalised"),
        Column("caller_key", _INT, "integer, 0 = none"),
        Column("caller_kind", _TEXT, "one of CALLER_KINDS"),
        Column("called", _TEXT, "number that was called (outbound, internal)"),
        Column("did", _TEXT, "own number dialled"),
        Column("did_key", _INT, "integer, 0 = none"),
        Column("queue", _TEXT, "queue or ring group"),
        Column("agent", _TEXT, "agent or, failing a name, the extension"),
        Column("extension", _TEXT, "internal number"),
        Column("trunk", _TEXT, "trunk"),
        Column("started_at", _INT, "start", "ms UTC"),
        Column("answered_at", _INT, "answered", "ms UTC"),
        Column("ended_at", _INT, "end", "ms UTC"),
        Column("precision_ms", _INT, "grid of the times", "ms"),
        Column("wait_s", _REAL, "wait as stated by the source (queue hold time, report)", "s"),
        Column("talk_s", _REAL, "talk as stated or measured", "s"),
        Column("hold_s", _REAL, "hold inside the talk", "s"),
        Column("total_s", _REAL, "start to end", "s"),
        Column("result", _TEXT, "one of RESULTS"),
        Column("human", _FLAG, "see RECORDS.human"),
        Column("cause", _TEXT, "source's word"),
        Column("hangup_by", _TEXT, "caller | callee | system"),
        Column("recording", _TEXT, "recording"),
    ),
)

REPEATED_ID: Final = r"#\d+$"
"""Mark behind an id that a list tells again (``id#2``), so that the repetition can be found; people see the id alone."""

CALL_TIMES: Final = ("started_at", "signal_answered_at", "queued_at", "agent_answered_at", "ended_at")
"""Columns of SOURCE_CALLS that are moments."""

LEG_TIMES: Final = ("started_at", "answered_at", "ended_at")
"""Columns of RECORDS and LEGS that are moments."""

SOURCE_CALLS: Final = Table(
    "source_calls",
    (
        Column("scall", _INT, "index of the call over all sources of this run"),
        Column("source", _TEXT, "name of the source"),
        Column("role", _TEXT, "provider | office | contractor"),
        Column("native_call_id", _TEXT, "the source's id; file:row where it has none"),
        Column("native_ids", _TEXTS, "every id the source has for the call"),
        Column("direction", _TEXT, "one of DIRECTIONS"),
        Column("caller_raw", _TEXT, "as stated"),
        Column("caller", _TEXT, "normalised"),
        Column("caller_key", _INT, "integer, 0 = none"),
        Column("caller_kind", _TEXT, "one of CALLER_KINDS"),
        Column("called", _TEXT, "number called by us (outbound) or inside (internal)"),
        Column("did", _TEXT, "own number dialled"),
        Column("did_key", _INT, "integer, 0 = none"),
        Column("queue", _TEXT, "last queue"),
        Column("trunk", _TEXT, "trunk"),
        Column("started_at", _INT, "start in the source's clock", "ms UTC"),
        Column("signal_answered_at", _INT, "equipment answered", "ms UTC"),
        Column("queued_at", _INT, "entered the first queue", "ms UTC"),
        Column("agent_answered_at", _INT, "an agent's leg answered", "ms UTC"),
        Column("ended_at", _INT, "end", "ms UTC"),
        Column("precision_ms", _INT, "grid of the times", "ms"),
        Column("wait_s", _REAL, "wait as the source claims or its legs give", "s"),
        Column("talk_s", _REAL, "talk with a person", "s"),
        Column("hold_s", _REAL, "hold inside the talk", "s"),
        Column("total_s", _REAL, "start to end", "s"),
        Column("agent", _TEXT, "last human"),
        Column("agents", _TEXTS, "humans in order of answering"),
        Column("rang", _TEXTS, "agents or extensions that rang and did not answer, in order"),
        Column("result", _TEXT, "what the source alone says happened: one of calls.VERDICTS"),
        Column("human", _FLAG, "the source claims / denies / cannot tell that a person answered"),
        Column("human_witness", _TEXT, "witness that settles human"),
        Column("flags", _TEXTS, "transferred, abandoned_after_answer"),
        Column(
            "reasons", _TEXT, "JSON array of {code, params} for result, proving record in params.record (rec)"
        ),
        Column("rec", _INT, "record that proves the start"),
        Column("rec_answer", _INT, "record that proves answer or its denial"),
        Column("recording", _TEXT, "recording"),
        Column("hangup_by", _TEXT, "caller | callee | system"),
    ),
)
