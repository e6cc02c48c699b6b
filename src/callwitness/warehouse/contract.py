"""What crosses the border of the warehouse: the table of facts, who may see what, and the answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from callwitness.domain.errors import CallwitnessError
from callwitness.domain.schema import Column, Table

_TEXT: Final = pl.String()
_INT: Final = pl.Int64()
_REAL: Final = pl.Float64()
_TEXTS: Final = pl.List(pl.String())
_INTS: Final = pl.List(pl.Int64())

CALL_FACTS: Final = Table(
    "call_facts",
    (
        Column("call_id", _TEXT, "public id of the call"),
        Column("project", _TEXT, "name of the dialled number's project"),
        Column("started_at", _INT, "start, reference clock; decides the day", "ms UTC"),
        Column("ended_at", _INT, "end", "ms UTC"),
        Column("signal_answered_at", _INT, "equipment answered", "ms UTC"),
        Column("agent_answered_at", _INT, "an agent's leg answered", "ms UTC"),
        Column("human_voice_at", _INT, "first live word in the recording", "ms UTC"),
        Column("queued_at", _INT, "entered the first queue", "ms UTC"),
        Column("direction", _TEXT, "one of schema.DIRECTIONS"),
        Column("caller", _TEXT, "+E164 or bare digits, null when withheld"),
        Column("caller_kind", _TEXT, "one of schema.CALLER_KINDS"),
        Column("did", _TEXT, "own number that was dialled"),
        Column("called", _TEXT, "number we rang, for outbound and internal calls"),
        Column("verdict", _TEXT, "one of calls.VERDICTS"),
        Column("queue", _TEXT, "last queue"),
        Column("agent", _TEXT, "last person who talked"),
        Column("team", _TEXT, "team of that person"),
        Column("trunk", _TEXT, "line the call came or went by"),
        Column("recovery", _TEXT, "state of the lost caller's case, null = the call is of no case"),
        Column(
            "flags", _TEXTS, "short, transferred, abandoned_after_answer, repeat, test, spam, after_hours"
        ),
        Column("witnesses", _TEXTS, "sources that know the call"),
        Column("finding_kinds", _TEXTS, "kinds of the findings about the call"),
        Column("agents", _TEXTS, "people in the order they talked"),
        Column("wait_s", _REAL, "start to the best human moment, else to the end", "s"),
        Column("talk_s", _REAL, "human moment to the end, less hold", "s"),
        Column("findings", pl.Int32(), "disagreements about the call"),
        Column("recorded", pl.Boolean(), "a recording is kept"),
        Column("project_id", _INT, "project, for access"),
        Column("agent_ids", _INTS, "people who talked or were rung, for access"),
        Column("team_ids", _INTS, "teams of these people, for access"),
    ),
)
"""What the ledger gives: one row per call. The workspace is the folder the rows stand in. "" is never written."""

DAY_FILE: Final = Table(
    "day_file",
    (
        *CALL_FACTS.columns,
        Column("outcome", pl.UInt8(), "inbound calls: one of OUTCOMES; 0 = not inbound"),
        Column("reached_ms", pl.Int32(), "inbound: queue (else start) to the agent's answer", "ms"),
        Column("gave_up_ms", pl.Int32(), "inbound, left the queue or unanswered: queue to the end", "ms"),
        Column("waiting", pl.Boolean(), "the case of the lost caller is open or in work"),
        Column("person", pl.UInt64(), "number of the outside party as an integer, null = none known"),
    ),
)
"""What stands in a day file: the facts, and what ``facts`` works out from them."""

OUTCOMES: Final = {"answered": 1, "nobody": 2, "other": 3}

FIGURES: Final = (
    Column("calls", _INT, "calls"),
    Column(
        "people", _INT, "different outside numbers, exactly: callers of inbound, called of outbound calls"
    ),
    Column("inbound", _INT, "inbound calls"),
    Column("answered", _INT, "inbound calls with verdict answered"),
    Column("nobody", _INT, "inbound calls that reached nobody: lost.LOST_VERDICTS and abandoned_in_ivr"),
    Column("wait_sum_s", _REAL, "sum of wait_s over calls of any direction that have it", "s"),
    Column("wait_n", _INT, "calls in that sum"),
    Column("wait_max_s", _REAL, "longest of them", "s"),
    Column("talk_sum_s", _REAL, "sum of talk_s over calls that have it", "s"),
    Column("talk_n", _INT, "calls in that sum"),
    Column("sl_in", _INT, "inbound, an agent answered within T of the queue, else of the start"),
    Column("sl_of", _INT, "inbound, an agent answered, or left the queue or unanswered after more than T"),
    Column("findings", _INT, "disagreements"),
    Column("lost_open", _INT, "calls whose lost caller is still open or in work"),
)
"""What is counted of a view. What is neither answered nor nobody of inbound: deflected, rejected, self served, unknown."""

GROUPS: Final = Table("groups", (Column("value", _TEXT, "value of the group, null = none"), *FIGURES))
SERIES: Final = Table(
    "series",
    (
        Column("at", _INT, "begin of the hour or day in the reader's zone", "ms UTC"),
        Column("answered", _INT, "as in FIGURES"),
        Column("nobody", _INT, "as in FIGURES"),
    ),
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a reader may see. None = everything; an empty set = nothing.

    projects: ids, the call's project is one of them. agents, teams: any of the call's is one of them. All three hold.
    hide: columns that this reader may neither filter, search, sort nor group by.
    """

    projects: frozenset[int] | None = None
    agents: frozenset[int] | None = None
    teams: frozenset[int] | None = None
    hide: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Totals:
    """The figures of a whole view (FIGURES). people is None where it was not asked for."""

    calls: int = 0
    people: int | None = 0
    inbound: int = 0
    answered: int = 0
    nobody: int = 0
    wait_sum_s: float = 0.0
    wait_n: int = 0
    wait_max_s: float | None = None
    talk_sum_s: float = 0.0
    talk_n: int = 0
    sl_in: int = 0
    sl_of: int = 0
    findings: int = 0
    lost_open: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of calls in the view's order. after: give it back for the next page; None = this was the last."""

    ids: tuple[str, ...]
    after: str | None


class DaysUnreadable(CallwitnessError):
    """Days cannot be read: their files are damaged or of an older make (``days``), or change too fast (none named)."""

    def __init__(self, message: str, days: tuple[date, ...] = ()) -> None:
        self.days = days
        super().__init__(message)
