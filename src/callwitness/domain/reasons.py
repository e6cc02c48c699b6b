"""Why a verdict or finding is what it is: codes with parameters. Sentences are made at the edge (``report.sentences``).

Every code used anywhere stands here with its parameters; a test holds the words of all languages to this list.
A reason may carry ``record``: the record that proves it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

CODES: Final[Mapping[str, tuple[str, ...]]] = {
    # what one source says about a call
    "queue_log_connect": ("agent", "seconds"),
    "queue_log_abandon": ("queue", "seconds"),
    "queue_log_exit": ("queue", "event", "seconds"),
    "queue_log_open": ("queue",),
    "cel_bridge": ("agent", "seconds"),
    "cel_no_bridge": (),
    "cel_refused": ("cause",),
    "cdr_agent_leg": ("agent", "seconds"),
    "cdr_answered_by_machine": ("app",),
    "cdr_no_answer": ("result",),
    "cdr_dial_failed": ("target", "cause"),
    "no_route": (),
    "voicemail_reached": (),
    "voicemail_message_unknown": (),  # exchange logs cannot tell whether a message was left
    "claims_answered": ("source", "seconds"),
    "claims_missed": ("source", "result"),
    "no_human_evidence": (),
    "call_left_open": (),
    "blacklisted": (),
    "outside_hours": (),
    "rejected_by_exchange": ("cause",),
    # what several sources say together
    "overruled": ("source", "by"),
    "interested_alone": ("source",),
    "never_arrived": ("source", "office"),
    "only_witness": ("source",),
    "covered_by_outage": (),
    # what recordings say
    "recording_voice": ("recording", "seconds", "uncertainty", "confidence"),
    "recording_nobody": ("recording", "confidence"),
    "recording_doubtful": ("recording", "confidence"),
    "recording_side_silent": ("recording", "side"),
    "voice_before_answer": ("recording",),
    "recording_usual": ("source", "share"),
    "recording_named": ("recording",),
    "recording_no_call": ("recording",),
    "recording_several_calls": ("recording", "calls"),
    "recording_shorter": ("recording", "seconds", "talk"),
    # clocks and coverage
    "zone_wrong": ("source", "file", "said", "looks_like", "hours"),
    "zone_found": ("source", "file", "zone", "by"),
    "clock_offset": ("source", "seconds", "uncertainty"),
    "clock_step": ("source", "seconds"),
    "expected_calls": ("source", "expected", "probability"),
    # what reading the evidence noticed
    "table_read": ("file", "profile"),
    "cells_unreadable": ("file", "count", "row", "example"),
    "empty_file": ("file",),
    "same_bytes_twice": ("file",),
    "member_passed_over": ("file", "why"),
    "table_passed_over": ("file", "table", "rows"),
    "no_calls_told": ("file",),
    "report_superseded": ("file", "by", "rows"),
    "statistics_shifted": ("hours", "calls"),
    "statistics_clock_unproved": (),
    "country_guessed": ("country",),
    # values that differ
    "differs": ("field", "left", "right", "tolerance"),
    "told_twice": ("source", "seconds"),
    "wait_claimed": ("source", "claimed", "best", "witness"),
    # why a caller was lost
    "agent_on_call": ("agent",),
    "agent_not_logged_in": ("agent",),
    "agent_paused": ("agent",),
    "agent_did_not_pick_up": ("agent",),
    "all_lines_busy": (),
    "closed": (),
    "network": (),
    "left_before_ringing": (),
}

MOST: Final = 12
"""A call that rang sixteen phones gives its strongest reasons, not all."""

Reason = tuple[str, Mapping[str, str | int | float | None]]


def to_json(reasons: Sequence[Reason]) -> str:
    """The JSON array that result files carry."""
    return json.dumps(
        [{"code": code, "params": dict(params)} for code, params in reasons],
        ensure_ascii=False,
        separators=(",", ":"),
    )


Part = tuple[str, int, pl.Expr, Mapping[str, pl.Expr]]
"""Code, rank (0 first), rows it holds for, parameters."""


def reason_frame(rows: pl.DataFrame, parts: Sequence[Part], by: str) -> pl.DataFrame:
    """``by`` and ``reasons``: the JSON array of all parts that hold for the rows of each group, by rank.

    rows: any frame with ``by``, ``record_id`` (the proving record) and what the parts name, in order of time. The
    same reason is told once, with the first record that proves it.
    """
    found = []
    for number, (code, rank, holds, params) in enumerate(parts):
        fields = [value.alias(name) for name, value in params.items()]
        record = pl.col("record_id").alias("record")
        chosen = rows.filter(holds.fill_null(value=False)).select(
            by,
            said=pl.concat_str(pl.lit(code), *fields, separator="\0", ignore_nulls=True),
            reason=pl.struct(code=pl.lit(code), params=pl.struct(*fields, record)).struct.json_encode(),
            rank=pl.lit(rank * 100 + number),
        )
        found.append(chosen.unique([by, "said"], keep="first", maintain_order=True))
    together = pl.concat(found).sort(by, "rank", maintain_order=True)
    return together.group_by(by, maintain_order=True).agg(
        pl.format("[{}]", pl.col("reason").head(MOST).str.join(",")).alias("reasons")
    )


def reason_json(code: str, **columns: str) -> pl.Expr:
    """One reason as JSON text, its parameters taken from columns."""
    params = pl.struct([pl.col(column).alias(name) for name, column in columns.items()]) if columns else None
    if params is None:
        return pl.lit(json.dumps({"code": code, "params": {}}, separators=(",", ":")))
    return pl.struct(code=pl.lit(code), params=params).struct.json_encode()
