"""An invented day of an invented company, as a check would tell it: everything a page can show, small enough to know.

The people and numbers do not exist. ``example()`` is the whole day; tests change what they need with ``replace``.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

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

ZONE = "Europe/Moscow"
DAY = int(datetime(2026, 11, 21, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000
SALES, SUPPORT = "+74950000101", "+74950000102"
AGENTS = ("101 Ivanova", "102 Petrenko", "103 Sidorov", "104 Koval")
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


@dataclass
class Day:
    """The rows of all tables while the day is being told."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    ladder: list[dict[str, Any]] = field(default_factory=list)
    matches: list[dict[str, Any]] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)
    originals: dict[str, str] = field(default_factory=dict)


def example(lang: str = "en", *, name: str | None = "Acme") -> ReportInput:
    """The whole invented day."""
    day = Day()
    random_source = random.Random(7)
    for index in range(212):
        _inbound(day, index, random_source)
    for index in range(24):
        _outside(day, index, "outbound" if index < 18 else "internal", random_source)
    _lost_callers(day)
    _findings(day)
    _source_findings(day)
    frames = {
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


def _verdict(index: int, random_source: random.Random) -> str:
    if index % 7 in (2, 5) and random_source.random() < 0.55:
        return random_source.choice(
            ["abandoned_in_queue"] * 4
            + ["no_answer"] * 3
            + ["busy", "abandoned_in_ivr", "closed", "voicemail"]
        )
    return {31: "never_arrived", 84: "never_arrived", 120: "rejected", 150: "self_served"}.get(
        index, "answered"
    )


def _inbound(day: Day, index: int, random_source: random.Random) -> None:
    hour = random_source.choices(range(8, 21), weights=(2, 6, 9, 11, 9, 6, 8, 9, 8, 7, 4, 2, 1))[0]
    start = DAY + (hour * 3600 + random_source.randrange(3600)) * 1000
    verdict = _verdict(index, random_source)
    wait = random_source.randrange(4, 55)
    talk = random_source.randrange(25, 420) if verdict == "answered" else 0
    agent = random_source.choice(AGENTS)
    withheld = index % 53 == 2
    person = index % 97 if index % 5 else index % 23
    number = f"+38050000{person:04}" if person % 3 == 0 else f"+7900000{person:04}"
    caller = None if withheld else number
    did = SALES if person % 10 < 7 else SUPPORT
    row = {
        "call_id": f"c{index:04}",
        "started_at": start,
        "direction": "inbound",
        "caller": caller,
        "caller_kind": "withheld" if withheld else "number",
        "did": did,
        "verdict": verdict,
        "flags": ["transferred"] if index % 19 == 0 and talk else [],
        "signal_answered_at": None if verdict == "never_arrived" else start + 2000,
        "queued_at": None if verdict == "never_arrived" else start + 6000,
        "agent_answered_at": start + wait * 1000 if talk else None,
        "human_voice_at": start + wait * 1000 + 1900 if talk and index % 3 else None,
        "ended_at": start + (wait + talk) * 1000,
        "wait_s": float(wait),
        "talk_s": float(talk) if talk else None,
        "agent": agent if talk else None,
        "agents": [agent] if talk else [],
        "queue": "sales" if did == SALES else "support",
        "witnesses": ["provider"] if verdict == "never_arrived" else ["provider", "office"],
        "source_ids": [f"provider:{70000 + index}"],
        "reasons": json.dumps(_reasons(verdict, agent, wait, talk), ensure_ascii=False),
    }
    day.calls.append(row)
    _provider_record(day, row, index)
    if verdict != "never_arrived":
        _office_records(day, row, index, agent)
    unmatched = verdict == "never_arrived"
    day.matches.append(
        {"source": "provider", "call_id": row["call_id"], "match": "unmatched" if unmatched else "matched"}
    )


def _reasons(verdict: str, agent: str, wait: int, talk: int) -> list[dict[str, Any]]:
    if verdict == "never_arrived":
        return [{"code": "never_arrived", "params": {"source": "provider", "office": "office"}}]
    if talk:
        return [{"code": "queue_log_connect", "params": {"agent": agent, "seconds": wait}}]
    if verdict == "abandoned_in_queue":
        return [
            {"code": "queue_log_abandon", "params": {"queue": "sales", "seconds": wait}},
            {"code": "cdr_answered_by_machine", "params": {"app": "Queue"}},
        ]
    return [
        {"code": "cdr_no_answer", "params": {"result": "no_answer"}},
        {"code": "no_human_evidence", "params": {}},
    ]


def _provider_record(day: Day, call: dict[str, Any], index: int) -> None:
    record = f"p{index:04}"
    talk = (call["talk_s"] or 0.0) + (call["wait_s"] if call["verdict"] == "abandoned_in_queue" else 0.0)
    day.records.append(
        _record(record, call, "provider", "provider.csv", index + 2, "list")
        | {"talk_s": talk, "result": "answered" if talk else "no_answer"}
    )
    day.originals[record] = (
        f"{70000 + index};2026-11-21 {_clock_of(call['started_at'])};{call['caller'] or 'anonymous'};{call['did']};"
        f"{int(talk)};{'answered' if talk else 'missed'}"
    )
    day.ladder.append(
        _leg(call, "provider", record, "call")
        | {
            "answered_at": call["signal_answered_at"],
            "result": "answered" if talk else "no_answer",
            "human": None,
        }
    )


def _office_records(day: Day, call: dict[str, Any], index: int, agent: str) -> None:
    start, end = call["started_at"], call["ended_at"]
    cdr, queue = f"o{index:04}", f"q{index:04}"
    day.records += [
        _record(cdr, call, "office", "Master.csv", index + 1, "cdr") | {"result": "answered"},
        _record(queue, call, "office", "queue_log", 4 * index + 3, "queue_log") | {"agent": call["agent"]},
    ]
    day.originals[cdr] = (
        f'"","{call["caller"] or ""}","s","from-trunk","{call["caller"] or ""}","PJSIP/trunk-{index:08x}","","Queue",'
        f'"{call["queue"]},t,,,120","2026-11-21 {_clock_of(start)}","","",{(end - start) // 1000},'
        f'{(end - start) // 1000 - 2},"ANSWERED","DOCUMENTATION","1795{index:06}.{index}",""'
    )
    event = "CONNECT" if call["talk_s"] else "ABANDON"
    day.originals[queue] = (
        f"1795{index:06}|1795{index:06}.{index}|{call['queue']}|{agent if call['talk_s'] else 'NONE'}|{event}|1|1|{int(call['wait_s'])}"
    )
    office = _leg(call, "office", cdr, "ivr") | {
        "started_at": start + 2000,
        "ended_at": start + 6000,
        "result": "answered",
    }
    waits = _leg(call, "office", queue, "queue") | {
        "started_at": start + 6000,
        "ended_at": call["agent_answered_at"] or end,
        "result": "answered" if call["talk_s"] else "abandoned",
    }
    day.ladder += [office, waits]
    _phones(day, call, queue, agent)


def _phones(day: Day, call: dict[str, Any], record: str, agent: str) -> None:
    start, picked, end = call["started_at"], call["agent_answered_at"], call["ended_at"]
    other = AGENTS[(AGENTS.index(agent) + 1) % len(AGENTS)]
    rang = min(start + 26000, picked or end)
    first = _leg(call, "office", record, "ring") | {
        "agent": other,
        "started_at": start + 8000,
        "ended_at": rang,
    }
    day.ladder.append(first | {"result": "no_answer", "human": False})
    if picked:
        talk = _leg(call, "office", record, "ring") | {
            "agent": agent,
            "started_at": max(start + 9000, picked - 9000),
        }
        day.ladder.append(
            talk | {"answered_at": picked, "ended_at": end, "result": "answered", "human": True}
        )


def _record(
    record: str, call: dict[str, Any], source: str, file: str, row: int, witness: str
) -> dict[str, Any]:
    return {
        "record_id": record,
        "call_id": call["call_id"],
        "source": source,
        "role": source,
        "file": file,
        "row": str(row),
        "native_id": record,
        "native_call_id": record,
        "direction": call["direction"],
        "caller": call["caller"],
        "did": call["did"],
        "started_at": call["started_at"],
        "ended_at": call["ended_at"],
        "segment": "call" if witness == "list" else "queue",
    }


def _leg(call: dict[str, Any], source: str, record: str, segment: str) -> dict[str, Any]:
    return {
        "call_id": call["call_id"],
        "source": source,
        "role": source,
        "record_id": record,
        "witness": "list" if source == "provider" else "queue_log",
        "segment": segment,
        "queue": call["queue"] if segment == "queue" else None,
        "started_at": call["started_at"],
        "answered_at": None,
        "ended_at": call["ended_at"],
        "result": None,
        "human": None,
        "agent": None,
        "extension": None,
    }


def _clock_of(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, ZoneInfo(ZONE)).strftime("%H:%M:%S")


def _outside(day: Day, index: int, direction: str, random_source: random.Random) -> None:
    start = DAY + random_source.randrange(9 * 3600, 19 * 3600) * 1000
    talk = random_source.choice((0, 34, 120))
    row = {
        "call_id": f"x{index:04}",
        "started_at": start,
        "direction": direction,
        "caller": "101",
        "caller_kind": "extension",
        "did": None,
        "verdict": "answered" if talk else "no_answer",
        "flags": [],
        "reasons": "[]",
        "ended_at": start + (talk + 12) * 1000,
        "wait_s": 12.0,
        "talk_s": float(talk),
        "agents": [],
        "witnesses": ["office"],
        "source_ids": [f"office:{index}"],
    }
    day.calls.append(row)


def _lost_callers(day: Day) -> None:
    nobody = ("abandoned_in_queue", "no_answer", "busy", "voicemail", "closed", "never_arrived")
    why = (
        "agent_on_call",
        "agent_did_not_pick_up",
        "all_lines_busy",
        "left_before_ringing",
        "closed",
        "network",
    )
    cases: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for call in sorted(day.calls, key=lambda row: row["started_at"]):
        if call["verdict"] in nobody and call["direction"] == "inbound" and call["caller"]:
            cases.setdefault((call["caller"], call["did"]), []).append(call)
    for index, ((caller, line), tries) in enumerate(sorted(cases.items())):
        state = ("open", "recovered", "self_recovered")[index % 3 if index % 6 else 0]
        for call in tries:
            call["case_id"] = f"k{index:03}"
        settled = state != "open"
        day.lost.append(
            {
                "case_id": f"k{index:03}",
                "caller": caller,
                "line": line,
                "state": state,
                "tries": len(tries),
                "first_at": tries[0]["started_at"],
                "last_at": tries[-1]["started_at"],
                "first_call_id": tries[0]["call_id"],
                "last_call_id": tries[-1]["call_id"],
                "recovered_at": tries[-1]["ended_at"] + 900_000 if settled else None,
                "recovered_call_id": day.calls[0]["call_id"] if settled else None,
                "minutes": 15.0 + index if settled else None,
                "short": index == 4,
                "owner": AGENTS[index % 4] if index % 6 < 2 else None,
                "why_missed": why[index % len(why)],
            }
        )


def _finding(day: Day, kind: str, severity: str, bears: str, **values: Any) -> None:
    row = {"finding_id": f"f{len(day.findings):04}", "kind": kind, "severity": severity, "bears": bears}
    day.findings.append(row | {"reasons": "[]"} | values)


def _findings(day: Day) -> None:
    for call in day.calls:
        at = {"call_id": call["call_id"], "from": call["started_at"], "to": call["ended_at"]}
        number = call["call_id"][1:]
        provider = {"left_source": "provider", "left_record": f"p{number}"}
        if call["verdict"] == "never_arrived":
            reasons = json.dumps(
                [{"code": "never_arrived", "params": {"source": "provider", "office": "office"}}]
            )
            side = provider | {"left_value": "answered", "right_source": "office", "right_value": None}
            _finding(day, "never_arrived", "critical", "office", **at, **side, reasons=reasons)
        if call["verdict"] == "abandoned_in_queue" and len(day.findings) < 9:
            right = {
                "right_source": "office",
                "right_value": "abandoned_in_queue",
                "right_record": f"q{number}",
            }
            reasons = json.dumps(
                [
                    {
                        "code": "claims_answered",
                        "params": {"source": "contractor", "seconds": call["wait_s"]},
                    },
                    {
                        "code": "queue_log_abandon",
                        "params": {"queue": call["queue"], "seconds": call["wait_s"]},
                    },
                    {"code": "overruled", "params": {"source": "contractor", "by": "office"}},
                ]
            )
            left = {"left_source": "contractor", "left_value": "answered", "left_record": f"p{number}"}
            _finding(day, "answer_disputed", "major", "contractor", **at, **left, **right, reasons=reasons)
        if call["talk_s"] and call["direction"] == "inbound" and int(number) % 61 == 8:
            right = {
                "right_source": "office",
                "right_value": str(call["talk_s"]),
                "right_record": f"o{number}",
            }
            differs = {
                "field": "talk_s",
                "left": call["talk_s"] + 47,
                "right": call["talk_s"],
                "tolerance": 3.0,
            }
            reasons = json.dumps([{"code": "differs", "params": differs}])
            left = provider | {"left_value": str(call["talk_s"] + 47)}
            _finding(day, "duration_mismatch", "minor", "provider", **at, **left, **right, reasons=reasons)


def _source_findings(day: Day) -> None:
    hour = 3_600_000
    silent = [
        {
            "code": "expected_calls",
            "params": {"source": "contractor", "expected": 11.4, "probability": 0.0001},
        }
    ]
    _finding(
        day,
        "source_silent",
        "major",
        "contractor",
        left_source="contractor",
        left_value="0",
        reasons=json.dumps(silent),
        **{"from": DAY + 13 * hour, "to": DAY + 14 * hour},
    )
    step = [{"code": "clock_step", "params": {"source": "office", "seconds": 34.0}}]
    _finding(
        day,
        "clock_off",
        "minor",
        "office",
        left_source="office",
        left_value="34.0",
        reasons=json.dumps(step),
        **{"from": DAY + 15 * hour, "to": DAY + 15 * hour},
    )


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
        "zone_found_by": {"office": "epoch", "provider": "given"}.get(name, "default"),
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
