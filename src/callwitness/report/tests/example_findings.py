"""What the example's day leads to: lost callers and findings."""

from __future__ import annotations

import json
from typing import Any

from callwitness.report.tests.example_calls import AGENTS, DAY, Day


def lost_callers(day: Day) -> None:
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


def findings(day: Day) -> None:
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


def source_findings(day: Day) -> None:
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
