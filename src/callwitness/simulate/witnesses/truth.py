"""truth.csv and truth_findings.csv: what really happened, for judging a judge. Times are true, not a witness's.

A call's recovery and its place in the contractor's mail are known only later, so the rows are kept in a
temporary file beside truth.csv and completed at the end.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callwitness.simulate.clocks import SECOND, iso
from callwitness.simulate.happening import Call

COLUMNS: Final = (
    "call_id", "started_at", "caller", "did", "direction", "verdict", "human_voice_at", "agent", "case",
    "recovery", "provider_id", "office_id", "contractor_id", "finding", "provider_copy_id",
)  # fmt: skip
FINDING_COLUMNS: Final = ("finding", "source", "from", "to", "value", "detail")
EDGE: Final = 300 * SECOND  # nobody can miss a call this close to the ends of the evidence


@dataclass(frozen=True, slots=True)
class Evidence:
    """First and last start that a source told (true us); 0 = it told none."""

    first: int
    last: int

    def surrounds(self, at: int) -> bool:
        """Whether a gap at this moment lies well inside what the source tells."""
        return self.first + EDGE < at < self.last - EDGE


class TruthFile:
    """Writes truth.csv."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name("truth.csv.part")
        self._file = self._draft.open("w", encoding="utf-8", newline="")
        self._rows = csv.writer(self._file, lineterminator="\n")

    def call(self, call: Call) -> None:
        """Notes a call."""
        inside = call.direction == "internal"
        self._rows.writerow((
            call.index, call.start, _number(call.caller), call.did if inside else _number(call.did),
            call.direction, call.verdict, iso(call.human) if call.human else "", call.agent, call.case,
            call.provider_id, call.office_id, ";".join(call.findings), call.provider_copy,
        ))  # fmt: skip

    def finish(
        self, states: Mapping[str, str], reports: Mapping[int, str], provider: Evidence, office: Evidence
    ) -> None:
        """Completes the rows. states: case -> how it ended; reports: call index -> row of the contractor."""
        self._file.close()
        lookers = {"never_arrived": office, "unknown_to_provider": provider}
        with (
            self._draft.open(encoding="utf-8", newline="") as draft,
            self._path.open("w", encoding="utf-8", newline="") as file,
        ):
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(COLUMNS)
            for index, start, *facts, case, provider_id, office_id, found, copy in csv.reader(draft):
                at = int(start)
                kept = [
                    kind for kind in found.split(";") if kind not in lookers or lookers[kind].surrounds(at)
                ]
                rows.writerow((
                    f"T{int(index):07d}", iso(at), *facts, case, states.get(case, ""), provider_id, office_id,
                    reports.get(int(index), ""), ";".join(kept), copy,
                ))  # fmt: skip
        self._draft.unlink()


def write_findings(path: Path, rows: Sequence[tuple[str, str, str, str, str, str]]) -> None:
    """truth_findings.csv: findings about a whole source, one row each (FINDING_COLUMNS)."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(FINDING_COLUMNS)
        writer.writerows(rows)


def _number(digits: str) -> str:
    """+E.164 for outside numbers, extensions as they are."""
    return f"+{digits}" if len(digits) > 5 else digits
