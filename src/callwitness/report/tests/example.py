"""An invented day of an invented company, as a check would tell it: everything a page can show, small enough to know.

The people and numbers do not exist. ``example()`` is the whole day; tests change what they need with ``replace``.
"""

from __future__ import annotations

import random
from typing import Any

import polars as pl

from callwitness.domain.results import (
    CALLS,
    FINDINGS,
    LADDER,
    LOST_CALLERS,
    MATCHES,
    RECORDS_OUT,
    REJECTED_OUT,
    RELIABILITY,
)
from callwitness.domain.schema import Table
from callwitness.report.page import ReportInput
from callwitness.report.tests.example_calls import DAY, SALES, SUPPORT, ZONE, Day, inbound, outside
from callwitness.report.tests.example_findings import findings, lost_callers, source_findings

CLOCK = pl.Schema(
    {"source": pl.String, "at": pl.Int64, "offset_s": pl.Float64, "n": pl.Int64, "uncertainty_s": pl.Float64}
)
NUMBER_MAP = pl.Schema(
    {
        "source": pl.String,
        "provider_number": pl.String,
        "office_number": pl.String,
        "n": pl.Int64,
        "how": pl.String,
    }
)


def example(lang: str = "en", *, name: str | None = "Acme") -> ReportInput:
    """The whole invented day."""
    day = Day()
    random_source = random.Random(7)
    for index in range(212):
        inbound(day, index, random_source)
    for index in range(24):
        outside(day, index, "outbound" if index < 18 else "internal", random_source)
    lost_callers(day)
    findings(day)
    source_findings(day)
    frames: dict[str, Any] = {
        "calls": _frame(CALLS, day.calls).sort("started_at", "call_id"),
        "records": _frame(RECORDS_OUT, day.records),
        "ladder": _frame(LADDER, day.ladder),
        "matches": _frame(MATCHES, day.matches),
        "lost_callers": _frame(LOST_CALLERS, day.lost),
        "findings": _frame(FINDINGS, day.findings),
        "rejected": _frame(REJECTED_OUT, _REJECTED),
        "reliability": _frame(RELIABILITY, _RELIABILITY),
    }
    return ReportInput(
        **frames,
        clock=pl.DataFrame(_clock(), schema=CLOCK, orient="row"),
        number_map=pl.DataFrame(
            [
                ("provider", SALES, "trunk-sales", 139, "learned"),
                ("provider", SUPPORT, "+74950000177", 62, "given"),
            ],
            schema=NUMBER_MAP,
            orient="row",
        ),
        notes=(
            (
                "office",
                "zone_wrong",
                {"source": "office", "said": "UTC", "looks_like": "Europe/Moscow", "hours": 3},
            ),
            ("office", "clock_step", {"source": "office", "seconds": 34.0}),
            ("contractor", "interested_alone", {"source": "contractor"}),
        ),
        summary=_summary(day),
        originals=day.originals,
        zone=ZONE,
        lang=lang,
        name=name,
    )


def _frame(table: Table, rows: list[dict[str, Any]]) -> pl.DataFrame:
    dtypes = table.schema
    if not rows:
        return table.empty()
    names = {name for row in rows for name in row}
    return table.conform(pl.DataFrame(rows, schema={name: dtypes[name] for name in dtypes if name in names}))


def _clock() -> list[tuple[str, int, float, int, float]]:
    hours = range(8, 21)
    office = [
        (
            "office",
            DAY + hour * 3_600_000,
            47 + hour * 0.3 - (34 if hour >= 15 else 0),
            8 + hour % 5,
            0.6 + hour % 3,
        )
        for hour in hours
    ]
    return [*office, ("contractor", DAY + 12 * 3_600_000, -12.0, 31, 14.0)]


def _summary(day: Day) -> dict[str, Any]:
    arrived = sum(call["verdict"] != "never_arrived" for call in day.calls if call["direction"] == "inbound")
    sources = [
        _source("provider", "mango", 212, 212, 0),
        _source("office", "asterisk", 2 * arrived + 24, arrived + 24, 3),
        _source("contractor", "email_report", 118, 118, 1),
    ]
    return {
        "version": 1,
        "as_of": "2026-11-21T18:00:00.000Z",
        "period": None,
        "sources": sources,
        "reconciliation": {
            "sources": {
                "provider": _reconciled(212, arrived, 212 - arrived, 0, {}),
                "office": _reconciled(
                    arrived + 24, arrived, 0, 0, {"internal": 6, "outbound_not_reported": 18}
                ),
                "contractor": _reconciled(118, 114, 1, 2, {"test": 1}),
            },
            "pairs": [
                {"left": "provider", "right": "office", "matched": arrived},
                {"left": "provider", "right": "contractor", "matched": 114},
            ],
        },
        "service_level": {"signal": 0.96, "agent": 0.783, "voice": 0.612},
        "findings": {},
        "seconds": 1.2,
    }


def _source(name: str, adapter: str, records: int, calls: int, rejected: int) -> dict[str, Any]:
    return {
        "name": name,
        "role": name,
        "adapter": adapter,
        "files": 1,
        "rows": records + rejected,
        "records": records,
        "rejected": rejected,
        "calls": calls,
        "zone": ZONE,
        "zone_found_by": {"office": "uniqueid", "provider": "option"}.get(name, "configuration"),
        "clock": [],
    }


def _reconciled(
    calls: int, matched: int, unmatched: int, duplicate: int, excluded: dict[str, int]
) -> dict[str, Any]:
    return {
        "calls": calls,
        "matched": matched,
        "unmatched": unmatched,
        "duplicate": duplicate,
        "excluded": excluded,
    }


_REJECTED: list[dict[str, Any]] = [
    {
        "source": "office",
        "file": "Master.csv",
        "row": "118",
        "reason": "expected 18 columns, found 11",
        "raw": '"","+79000000044","s","from-tr',
    },
    {
        "source": "office",
        "file": "Master.csv",
        "row": "201",
        "reason": "expected 18 columns, found 11",
        "raw": '"","","","from-internal"',
    },
    {
        "source": "office",
        "file": "queue_log",
        "row": "77",
        "reason": 'expected an epoch time, found "17950000xx"',
        "raw": "17950000xx|NONE|NONE|NONE|QUEUESTART|",
    },
    {
        "source": "contractor",
        "file": "report.eml",
        "row": "31",
        "reason": 'expected a time, found "25:61"',
        "raw": "25:61;+79000000010;0:18",
    },
]

_RELIABILITY: list[dict[str, Any]] = [
    {
        "source": "provider",
        "week": "2026-11-16",
        "calls": 212,
        "missing": 0,
        "loss_share": 0.0,
        "clock_offset_s": 0.0,
    },
    {
        "source": "office",
        "week": "2026-11-16",
        "calls": 210,
        "missing": 2,
        "loss_share": 2 / 212,
        "clock_offset_s": 47.0,
        "claimed_answered": 168,
        "denied_answered": 0,
        "answered_inflation": 0.0,
    },
    {
        "source": "contractor",
        "week": "2026-11-16",
        "calls": 117,
        "missing": 6,
        "loss_share": 6 / 123,
        "clock_offset_s": -12.0,
        "claimed_answered": 109,
        "denied_answered": 7,
        "answered_inflation": 7 / 109,
        "late_share": 0.04,
    },
]
