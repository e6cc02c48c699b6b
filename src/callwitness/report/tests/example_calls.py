"""The calls of the example's day: who rang, what became of it, and what each source wrote down about it."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

ZONE = "Europe/Moscow"
DAY = int(datetime(2026, 11, 21, tzinfo=ZoneInfo(ZONE)).timestamp()) * 1000
SALES, SUPPORT = "+74950000101", "+74950000102"
AGENTS = ("101 Ivanova", "102 Petrenko", "103 Sidorov", "104 Koval")


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


def inbound(day: Day, index: int, random_source: random.Random) -> None:
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
            {"code": "cdr_answered_by_machine", "params": {"app": "queue"}},
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


def outside(day: Day, index: int, direction: str, random_source: random.Random) -> None:
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
