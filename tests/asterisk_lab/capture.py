"""What a session leaves behind: the exchange's own files untouched, the provider's list, the truth."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.asterisk_lab.instance import Instance
from tests.asterisk_lab.scripts import Script
from tests.asterisk_lab.session import Moments

# Positions in a Master.csv of 21 columns.
SRC, DST, DCONTEXT, START, DURATION, BILLSEC, UNIQUEID, USERFIELD = 1, 2, 3, 9, 12, 13, 16, 17
OFFICE_FILES = {"Master.csv": "cdr-csv/Master.csv", "queue_log": "queue_log", "cel.csv": "cel-custom/cel.csv"}
PROVIDER_HEADER = ("Call ID", "Start", "Caller", "Called number", "Duration", "Talk time", "Result")
RESULTS = {"ANSWER": "answered", "BUSY": "busy", "CHANUNAVAIL": "failed", "CONGESTION": "failed"}


@dataclass(frozen=True, slots=True)
class Capture:
    """Files of one session in ``folder`` and what truly happened."""

    folder: Path
    version: str
    scripts: tuple[Script, ...]
    moments: Mapping[str, Moments]

    @property
    def provider(self) -> Path:
        """The network side's own list of the calls toward the office's numbers."""
        return self.folder / "provider.csv"

    def office(self, name: str) -> Path:
        """Master.csv, queue_log or cel.csv as the exchange wrote it."""
        return self.folder / name


def take(
    office: Instance, network: Instance, folder: Path, version: str, scripts: Sequence[Script], moments: Mapping[str, Moments]
) -> Capture:
    """Copy the files out while the exchanges still run (CDR and CEL are written as calls end)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in OFFICE_FILES.items():
        shutil.copyfile(office.log / path, folder / name)
    with (network.log / "cdr-csv/Master.csv").open(newline="", encoding="utf-8") as rows:
        _write(folder / "provider.csv", PROVIDER_HEADER, _provider_rows(csv.reader(rows)))
    _write(folder / "truth.csv", TRUTH_HEADER, truth_rows(scripts, moments))
    return Capture(folder, version, tuple(scripts), moments)


def _provider_rows(rows: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Network rows of subscribers' calls, told as a provider tells them. Times UTC."""
    told = []
    for row in rows:
        if row[DCONTEXT] != "from-subscriber":
            continue
        status, _, presentation = row[USERFIELD].partition(" ")
        caller = "anonymous" if presentation else f"+{row[SRC]}"
        result = RESULTS.get(status, "no answer")
        told.append((row[UNIQUEID], row[START], caller, f"+{row[DST]}", row[DURATION], row[BILLSEC], result))
    return sorted(told, key=lambda row: (row[1], row[0]))


TRUTH_HEADER = (
    *("script", "key", "direction", "caller", "called", "verdict", "agents", "flags", "queue", "arrived", "message"),
    *("case_state", "tries", "dialled_at", "signal_at", "queued_at", "picked_up", "ended_at", "sentence"),
)


def truth_rows(scripts: Sequence[Script], moments: Mapping[str, Moments]) -> list[tuple[str, ...]]:
    """One row a call, in the order of dialling."""
    rows = []
    for script in scripts:
        for call in script.calls:
            truth, seen = call.truth, moments[call.key]
            last = call is script.calls[-1]
            case = script.case if last else None
            message = "" if truth.message is None else str(truth.message).lower()
            picked_up = ";".join(f"{who}@{_iso(at)}" for who, at in seen.picked_up)
            rows.append((
                script.name, call.key, truth.direction, "anonymous" if call.withheld else call.caller, call.called,
                truth.verdict, ";".join(truth.agents), ";".join(sorted(truth.flags)), truth.queue or "",
                str(truth.arrived).lower(), message, case.state if case else "", str(case.tries) if case else "",
                _iso(seen.dialled), _iso(seen.signal), _iso(seen.queued), picked_up, _iso(seen.ended), script.sentence,
            ))  # fmt: skip
    return sorted(rows, key=lambda row: row[13])


def _iso(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
