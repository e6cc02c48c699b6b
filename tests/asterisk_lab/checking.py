"""Runs ``check`` on a capture as a user would, and reads its files back."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.asterisk_lab.capture import Capture
from tests.asterisk_lab.scenarios import BLACKLIST
from tests.asterisk_lab.scripts import Call
from tests.asterisk_lab.session import Moments

# Names that queue members have beside their phones (templates/office/queues.conf).
NAMES = {
    "Anna Orlova": "101",
    "Boris Lukin": "102",
    "Vera Sokolova": "109",
    "Galina Belova": "124",
    "Denis Orlov": "125",
}

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """The output of one check of a capture."""

    capture: Capture
    folder: Path

    def rows(self, name: str) -> list[Row]:
        """One of its tables."""
        with (self.folder / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json."""
        read: dict[str, Any] = json.loads((self.folder / "summary.json").read_text())
        return read

    def found(self, call: Call) -> list[Row]:
        """The rows of calls.csv that name the scripted call's id at the office or at the provider."""
        wanted = ids(call, self.capture.session.moments[call.key])
        return [row for row in self.rows("calls") if wanted & set(row["source_ids"].split(";"))]

    def the(self, call: Call) -> Row:
        """The one row of the scripted call."""
        rows = self.found(call)
        assert len(rows) == 1, f"{call.key}: {len(rows)} calls"
        return rows[0]


def run_check(capture: Capture, folder: Path, sources: Sequence[str], *more: str) -> Checked:
    """``callwitness check`` with the lab's configuration; sources name files of the capture as ``{}``; more: options."""
    config = folder.with_suffix(".toml")
    config.write_text(configuration(capture))
    command = [
        sys.executable,
        "-m",
        "callwitness",
        "check",
        *(source.format(capture.folder) for source in sources),
        *more,
    ]
    done = subprocess.run(
        [*command, "--out", str(folder), "--config", str(config)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Checked(capture, folder)


def configuration(capture: Capture) -> str:
    """The workspace: a zone in which the session lies around noon, hours from the moment the office opened."""
    opened = datetime.fromtimestamp(capture.session.opened_at, UTC)
    shift = 12 - opened.hour
    zone = f"Etc/GMT{-shift:+d}" if shift else "UTC"  # Etc/GMT-3 is three hours east
    days = "\n".join(
        f'{day} = "12:{opened.minute:02d}-24:00"' for day in "mon tue wed thu fri sat sun".split()
    )
    blacklist = ", ".join(f'"+{number}"' for number in BLACKLIST)
    return (
        f'zone = "{zone}"\ncountry = "RU"\n[numbers]\nblacklist = [{blacklist}]\n[hours]\n{days}\n'
        '[sources.provider]\nzone = "UTC"\n[sources.office]\nzone = "UTC"\n'
    )


def ids(call: Call, moments: Moments) -> set[str]:
    """``source:native id`` of the call at every source that must know it."""
    known = {f"office:{moments.office_id}"} if call.truth.arrived else set()
    if call.truth.direction == "inbound":
        known.add(f"provider:{moments.provider_id}")
    return known


def expected_flags(capture: Capture, call: Call) -> set[str]:
    """The script's flags and those that follow from times and lists."""
    moments, flags = capture.session.moments[call.key], set(call.truth.flags)
    if call.truth.direction != "inbound":
        return flags
    if call.truth.verdict != "answered" and moments.ended - moments.dialled < 5:
        flags.add("short")
    if moments.dialled < capture.session.opened_at:
        flags.add("after_hours")
    if call.caller in BLACKLIST:
        flags.add("spam")
    earlier = [
        other
        for other in capture.session.calls
        if other.caller == call.caller and not call.withheld
        and capture.session.moments[other.key].dialled < moments.dialled
    ]  # fmt: skip
    return flags | {"repeat"} if earlier else flags


def people(listed: str) -> tuple[str, ...]:
    """Agents as extensions, whatever name the exchange gave them."""
    named = (who.removeprefix("PJSIP/").removeprefix("+") for who in listed.split(";") if who)
    return tuple(NAMES.get(who, who) for who in named)


def seconds(text: str) -> float | None:
    """An ISO time as seconds since the epoch; empty is None."""
    return datetime.fromisoformat(text).timestamp() if text else None


def codes(row: Mapping[str, str]) -> list[str]:
    """Codes of the reasons of a row."""
    return [reason["code"] for reason in json.loads(row["reasons"])]
