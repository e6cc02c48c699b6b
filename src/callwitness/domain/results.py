"""The tables of a check's result: the columns of its files in their order (docs: the contract of ``check``).

Times are ``Int64`` ms UTC in the clock of the reference source; the writer turns them into ISO 8601.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from callwitness.domain.schema import Column, Table

SCHEMA_VERSION: Final = 1
"""Of the result files; a change of meaning raises it (docs: Result files)."""

_TEXT: Final = pl.String()
_INT: Final = pl.Int64()
_REAL: Final = pl.Float64()
_FLAG: Final = pl.Boolean()
_TEXTS: Final = pl.List(pl.String())


def _columns(dtype: pl.DataType, names: str) -> tuple[Column, ...]:
    return tuple(Column(name, dtype, "") for name in names.split())


CALLS: Final = Table(
    "calls",
    (
        Column("call_id", _TEXT, "made from the content of the call's first record"),
        Column("started_at", _INT, "start", "ms UTC"),
        *_columns(_TEXT, "direction caller caller_kind did verdict"),
        Column("flags", _TEXTS, "short transferred abandoned_after_answer repeat test spam after_hours"),
        Column("reasons", _TEXT, "JSON array of {code, params}, strongest first"),
        Column("signal_answered_at", _INT, "equipment answered", "ms UTC"),
        Column("queued_at", _INT, "entered the first queue", "ms UTC"),
        Column("agent_answered_at", _INT, "an agent's leg answered", "ms UTC"),
        Column("human_voice_at", _INT, "first live word of the answering side in the recording", "ms UTC"),
        Column("ended_at", _INT, "end", "ms UTC"),
        Column("wait_s", _REAL, "start to the best human moment, else to the end", "s"),
        Column("talk_s", _REAL, "human moment to end, less hold", "s"),
        Column("agent", _TEXT, "last human"),
        Column("agents", _TEXTS, "humans in order"),
        *_columns(_TEXT, "queue trunk case_id recovery recovered_call_id"),
        Column("witnesses", _TEXTS, "names of the sources that know the call"),
        Column("source_ids", _TEXTS, "source:native call id, every one"),
    ),
)

RECORDS_OUT: Final = Table(
    "records",
    (
        *_columns(
            _TEXT, "record_id call_id source role file row evidence native_id native_call_id direction"
        ),
        *_columns(_TEXT, "caller_raw caller called_raw called did segment queue agent extension trunk"),
        *_columns(_INT, "started_at answered_at ended_at"),
        *_columns(_REAL, "ring_s wait_s talk_s billed_s"),
        *_columns(_TEXT, "result cause hangup_by recording"),
    ),
)

MATCHES: Final = Table(
    "matches",
    (
        *_columns(_TEXT, "source native_call_id call_id"),
        Column("match", _TEXT, "matched | unmatched | duplicate | excluded"),
        Column(
            "excluded_because",
            _TEXT,
            "internal outbound_not_reported other_line outside_coverage test spam outage",
        ),
        *_columns(_TEXT, "pair_source pair_native_call_id"),
        Column("dt_s", _REAL, "this call's start minus the pair's, after clock correction", "s"),
        Column("rule", _TEXT, "what made the pair"),
    ),
)

LOST_CALLERS: Final = Table(
    "lost_callers",
    (
        *_columns(_TEXT, "case_id caller line state"),
        Column("tries", _INT, "calls of the case that reached nobody"),
        *_columns(_INT, "first_at last_at"),
        *_columns(_TEXT, "first_call_id last_call_id"),
        Column("recovered_at", _INT, "talk began", "ms UTC"),
        Column("recovered_call_id", _TEXT, "the call that recovered"),
        Column("minutes", _REAL, "first try to recovery", "min"),
        Column("short", _FLAG, "every try under the short limit"),
        *_columns(_TEXT, "owner why_missed why_call_id"),
    ),
)

FINDINGS: Final = Table(
    "findings",
    (
        *_columns(_TEXT, "finding_id kind severity call_id bears left_source left_value left_record"),
        *_columns(_TEXT, "right_source right_value right_record"),
        *_columns(_INT, "from to"),
        Column("reasons", _TEXT, "JSON array of {code, params}"),
    ),
)

RECORDINGS_OUT: Final = Table(
    "recordings",
    (
        Column("recording", _TEXT, "name in the folder that was given"),
        Column("call_id", _TEXT, "the call it is of, null = of none of this result"),
        Column(
            "tied_by", _TEXT, "named | id | number_and_time; outside_period: its call is not in this result"
        ),
        Column("source", _TEXT, "source by whose records it was tied"),
        Column("status", _TEXT, "answered | nobody | unsure | unreadable"),
        Column(
            "human_voice_s", _REAL, "first live word of the answering side, from the start of the file", "s"
        ),
        Column("human_voice_at", _INT, "the same moment, where the recording could be placed", "ms UTC"),
        Column("confidence", _REAL, "probability that this is right"),
        Column("begun_at", _INT, "when the recording began", "ms UTC"),
        Column("begun_by", _TEXT, "what its beginning was told by"),
        Column("uncertainty_s", _REAL, "how far off the beginning may be", "s"),
        Column("duration_s", _REAL, "length", "s"),
        *_columns(_TEXT, "channels silence method problem"),
    ),
)

REJECTED_OUT: Final = Table("rejected", _columns(_TEXT, "source file row reason raw"))

LADDER: Final = Table(
    "ladder",
    (
        *_columns(_TEXT, "call_id source role record_id witness segment result queue agent extension"),
        Column("human", _FLAG, "see RECORDS.human"),
        *_columns(_INT, "started_at answered_at ended_at"),
    ),
)

RELIABILITY: Final = Table(
    "reliability",
    (
        Column("source", _TEXT, "source"),
        Column("week", _TEXT, "ISO date of its Monday, workspace zone"),
        Column("calls", _INT, "calls of the source that entered reconciliation"),
        Column("missing", _INT, "calls other sources prove inside its coverage that it does not tell"),
        Column("loss_share", _REAL, "missing / (calls + missing)"),
        Column("clock_offset_s", _REAL, "median offset", "s"),
        Column("claimed_answered", _INT, "calls it claims a person answered"),
        Column("denied_answered", _INT, "of these, denied by a better witness"),
        Column("answered_inflation", _REAL, "denied_answered / claimed_answered"),
        Column("late_share", _REAL, "records that arrived late, where arrival is known"),
    ),
)
