"""What Mango's places and reasons for the end mean (VPBX API 1.9; single codes partly from client code)."""

from __future__ import annotations

from typing import Final

import polars as pl

SEGMENTS: Final = {"ivr": "ivr", "queue": "queue", "abonent": "ring"}
"""``location`` to the segment of a leg that nobody answered."""

ROUTED_ON: Final = "1100"
CALLER_LEFT: Final = "1110"

RESULTS: Final = {
    "1110": "cancelled",  # the caller hung up
    "1121": "no_answer",
    "1122": "busy",
    "1123": "busy",  # refused by the phone
    "1124": "busy",  # declined by the person
}
"""``disconnect_reason`` of an unanswered leg to a result; others by the group of the first two digits."""

GROUPS: Final = {
    "11": "no_answer",
    "10": "no_answer",
    "22": "failed",
    "32": "failed",
    "42": "failed",
    "50": "failed",
}

HANGUP: Final = {"1100": "system", "1110": "caller", "1111": "callee", "1120": "callee"}


def ended_unanswered(reason: pl.Expr, segment: pl.Expr) -> pl.Expr:
    """How an unanswered leg ended (String); null for a menu or queue that led on."""
    ended = pl.coalesce(
        reason.replace_strict(RESULTS, default=None, return_dtype=pl.String),
        reason.str.slice(0, 2).replace_strict(GROUPS, default=None, return_dtype=pl.String),
        pl.lit("unknown"),
    )
    return (
        pl.when(segment.is_in(["ivr", "queue"]) & (reason == ROUTED_ON)).then(None)
        .when((segment == "queue") & (reason == CALLER_LEFT)).then(pl.lit("abandoned"))
        .otherwise(ended)
    )  # fmt: skip
