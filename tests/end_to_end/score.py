"""Scores the files of a check against the truth of a simulated world. Knows both file formats and nothing else."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

Row = dict[str, str]
BY_AGREEMENT = ("test", "spam", "outage")
"""Reasons for which a call is left out by the workspace's own word: nothing to match there."""


@dataclass
class Score:
    """How a check did. A share of nothing is 1."""

    found: int = 0
    right: int = 0
    matchable: int = 0
    calls: int = 0
    verdicts_right: int = 0
    cases: int = 0
    cases_right: int = 0
    planted: Counter[str] = field(default_factory=Counter)
    planted_found: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.matchable if self.matchable else 1.0

    @property
    def verdicts(self) -> float:
        return self.verdicts_right / self.calls if self.calls else 1.0

    @property
    def lost(self) -> float:
        return self.cases_right / self.cases if self.cases else 1.0

    def add(self, other: Score) -> None:
        for name in ("found", "right", "matchable", "calls", "verdicts_right", "cases", "cases_right"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.planted += other.planted
        self.planted_found += other.planted_found
        self.invented += other.invented
        self.wrong += other.wrong


def rows(path: Path) -> list[Row]:
    """A CSV file as dictionaries."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def score(world: Path, result: Path) -> Score:
    """Compare ``truth.csv`` of a world with the result folder of its check."""
    truth = rows(world / "truth.csv")
    matches = rows(result / "matches.csv")
    calls = {call["call_id"]: call for call in rows(result / "calls.csv")}
    findings = rows(result / "findings.csv")
    call_of = {(match["source"], match["native_call_id"]): match for match in matches}
    for call in calls.values():
        for text in call["source_ids"].split(";"):
            source, _, native = text.partition(":")
            call_of.setdefault(
                (source, native), {"call_id": call["call_id"], "match": "matched", "excluded_because": ""}
            )
    made = Score()
    _pairs(truth, call_of, made)
    _verdicts(truth, call_of, calls, made)
    _cases(truth, call_of, calls, made)
    _findings(truth, call_of, findings, made)
    _source_findings(rows(world / "truth_findings.csv"), findings, made)
    return made


def _ids(row: Row) -> list[tuple[str, str]]:
    return [(name, row[f"{name}_id"]) for name in ("provider", "office", "contractor") if row[f"{name}_id"]]


def _pairs(truth: list[Row], call_of: dict[tuple[str, str], Row], made: Score) -> None:
    """Every two witnesses of one true call should lie in one call; calls should hold one true call only."""
    together: dict[str, set[str]] = defaultdict(set)
    for row in truth:
        known = [call_of[each] for each in _ids(row) if each in call_of]
        for one in known:
            together[one["call_id"]].add(row["call_id"])
        for n, one in enumerate(known):
            for other in known[n + 1 :]:
                if one["excluded_because"] in BY_AGREEMENT or other["excluded_because"] in BY_AGREEMENT:
                    continue
                made.matchable += 1
                made.right += one["call_id"] == other["call_id"]
                if one["call_id"] != other["call_id"]:
                    made.wrong.append(f"not joined {row['call_id']} {_ids(row)}")
    made.found = made.right
    for call_id, true in together.items():
        if len(true) > 1:
            made.found += len(true) - 1
            made.wrong.append(f"joined wrongly {call_id}: {sorted(true)}")


def _best(row: Row, call_of: dict[tuple[str, str], Row]) -> str | None:
    """Our call for a true one: by the office's id, else the provider's, else the contractor's."""
    for name in ("office", "provider", "contractor"):
        if row[f"{name}_id"] and (name, row[f"{name}_id"]) in call_of:
            return call_of[name, row[f"{name}_id"]]["call_id"]
    return None


def _verdicts(
    truth: list[Row], call_of: dict[tuple[str, str], Row], calls: dict[str, Row], made: Score
) -> None:
    for row in truth:
        if not _ids(row):
            continue
        made.calls += 1
        call_id = _best(row, call_of)
        verdict = calls[call_id]["verdict"] if call_id else "nowhere"
        made.verdicts_right += verdict == row["verdict"]
        if verdict != row["verdict"]:
            made.wrong.append(
                f"verdict {row['call_id']} {call_id}: {verdict}, is {row['verdict']} {_ids(row)}"
            )


def _cases(truth: list[Row], call_of: dict[tuple[str, str], Row], calls: dict[str, Row], made: Score) -> None:
    """A case is right when its tries are one case of ours, with the same state."""
    cases: dict[str, list[Row]] = defaultdict(list)
    for row in truth:
        if row["case"] and _ids(row):
            cases[row["case"]].append(row)
    for name, tries in cases.items():
        made.cases += 1
        ours = {_best(row, call_of) for row in tries}
        states = {(calls[each]["case_id"], calls[each]["recovery"]) for each in ours if each}
        right = (
            len(states) == 1 and next(iter(states))[1] == tries[0]["recovery"] and next(iter(states))[0] != ""
        )
        made.cases_right += right
        if not right:
            made.wrong.append(
                f"case {name}: {sorted(states)}, is {tries[0]['recovery']} {[t['call_id'] for t in tries]}"
            )


def _findings(
    truth: list[Row], call_of: dict[tuple[str, str], Row], findings: list[Row], made: Score
) -> None:
    found = {(finding["kind"], finding["call_id"]) for finding in findings}
    planted = set()
    for row in truth:
        for kind in filter(None, row["finding"].split(";")):
            made.planted[kind] += 1
            ours = {call_of[each]["call_id"] for each in _ids(row) if each in call_of}
            hit = any((kind, call_id) in found for call_id in ours)
            planted |= {(kind, call_id) for call_id in ours}
            made.planted_found[kind] += hit
            if not hit:
                made.wrong.append(f"finding {kind} of {row['call_id']} {_ids(row)} not found")
    for kind, call_id in sorted(found - planted):
        if call_id:
            made.invented[kind] += 1
            made.wrong.append(f"invented {kind} {call_id}")


def _source_findings(truth: list[Row], findings: list[Row], made: Score) -> None:
    """Findings about a source as a whole: planted ones by kind and source."""
    found = {(finding["kind"], finding["left_source"]) for finding in findings if not finding["call_id"]}
    planted = {(row["finding"], row["source"]) for row in truth}
    for kind, source in sorted(planted):
        made.planted[kind] += 1
        made.planted_found[kind] += (kind, source) in found
        if (kind, source) not in found:
            made.wrong.append(f"finding {kind} of {source} not found")
    for kind, source in sorted(found - planted):
        made.invented[kind] += 1
        made.wrong.append(f"invented {kind} of {source}")
