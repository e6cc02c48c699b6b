"""What a session leaves behind: the exchange's own files untouched, the provider's list, the truth."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.asterisk_lab.instance import Instance
from tests.asterisk_lab.scripts import Call, Script
from tests.asterisk_lab.session import Session

# Positions in a Master.csv of 21 columns.
SRC, DST, DCONTEXT, START, DURATION, BILLSEC, DISPOSITION, UNIQUEID, USERFIELD = (
    1,
    2,
    3,
    9,
    12,
    13,
    14,
    16,
    17,
)
OFFICE_FILES = {
    "Master.csv": "cdr-csv/Master.csv",
    "Master-local.csv": "cdr-custom/Master-local.csv",
    "queue_log": "queue_log",
    "cel.csv": "cel-custom/cel.csv",
}
PROVIDER_HEADER = ("Call ID", "Start", "Caller", "Called number", "Duration", "Talk time", "Result")
TRUTH_HEADER = (
    *(
        "script",
        "key",
        "direction",
        "caller",
        "called",
        "verdict",
        "agents",
        "flags",
        "queue",
        "arrived",
        "message",
    ),
    *("case_state", "tries", "provider_id", "office_id", "dialled_at", "signal_at", "queued_at", "picked_up"),
    *("ended_at", "sentence"),
)


@dataclass(frozen=True, slots=True)
class Capture:
    """Files of one session in ``folder`` and what truly happened.

    version: the exact one of Asterisk. messages: callers who left one in the mailbox, from the spool.
    """

    folder: Path
    version: str
    session: Session
    messages: tuple[str, ...]

    def file(self, name: str) -> Path:
        """Master.csv, Master-local.csv, queue_log, cel.csv (the office), provider.csv (the network), truth.csv."""
        return self.folder / name


def take(office: Instance, network: Instance, session: Session, folder: Path) -> tuple[str, ...]:
    """Copy the files out of the exchanges, which write CDR and CEL as calls end, and write the lists.

    Returns the callers who left a message in the mailbox.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in OFFICE_FILES.items():
        shutil.copyfile(office.log / path, folder / name)
    with (network.log / "cdr-csv/Master.csv").open(newline="", encoding="utf-8") as rows:
        _write(folder / "provider.csv", PROVIDER_HEADER, _provider_rows(csv.reader(rows)))
    truth = [_truth_row(session, script, call) for script in session.scripts for call in script.calls]
    by_start = TRUTH_HEADER.index("dialled_at")
    _write(folder / "truth.csv", TRUTH_HEADER, sorted(truth, key=lambda row: row[by_start]))
    notes = sorted((office.home / "spool/voicemail").glob("*/*/INBOX/*.txt"))
    return tuple(
        caller
        for note in notes
        for caller in re.findall(r"^callerid=.*?(\d+)>?$", note.read_text(), re.MULTILINE)
    )


def _provider_rows(rows: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    """Network rows of subscribers' calls, told as a provider tells them. Times UTC."""
    told = []
    for row in rows:
        if row[DCONTEXT] != "from-subscriber":
            continue
        caller = "anonymous" if row[USERFIELD] == "withheld" else f"+{row[SRC]}"
        lengths = (row[DURATION], row[BILLSEC])
        told.append((row[UNIQUEID], row[START], caller, f"+{row[DST]}", *lengths, row[DISPOSITION].lower()))
    return sorted(told, key=lambda row: (row[1], row[0]))


def _truth_row(session: Session, script: Script, call: Call) -> tuple[str, ...]:
    truth, seen = call.truth, session.moments[call.key]
    case = script.case if call is script.calls[-1] else None
    return (
        script.name, call.key, truth.direction, "anonymous" if call.withheld else call.caller, call.called,
        truth.verdict, ";".join(truth.agents), ";".join(sorted(truth.flags)), truth.queue or "",
        str(truth.arrived).lower(), "" if truth.message is None else str(truth.message).lower(),
        case.state if case else "", str(case.tries) if case else "", seen.provider_id, seen.office_id,
        _iso(seen.dialled), _iso(seen.signal), _iso(seen.queued),
        ";".join(f"{who}@{_iso(at)}" for who, at in seen.picked_up), _iso(seen.ended), script.sentence,
    )  # fmt: skip


def _iso(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
