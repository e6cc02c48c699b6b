"""Runs the command as a stranger would, in a folder of its own."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

PROVIDER = """\
Call ID,Start,Caller,Called number,Duration,Talk time,Result
p1,2026-11-02 10:00:00,+79000000001,+74950000001,45,45,answered
p2,2026-11-02 10:10:00,+79000000002,+74950000001,80,60,answered
p3,2026-11-02 10:20:00,+79000000003,+74950000002,10,0,no answer
p4,2026-11-02 10:30:00,,+74950000001,30,0,no answer
p5,2026-11-02 10:40:00,+79000000001,+74950000001,70,60,answered
"""


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _cdr(
    src: str, dst: str, end: tuple[str, str, str], channels: tuple[str, str], app: str, uniqueid: str
) -> str:
    start, answer, stop = end
    duration = _seconds(stop) - _seconds(start)
    billed = _seconds(stop) - _seconds(answer) if answer else 0
    disposition = "ANSWERED" if answer else "NO ANSWER"
    quoted_answer = f'"{answer}"' if answer else ""
    return (
        f'"","{src}","{dst}","from-trunk","""{src}"" <{src}>","{channels[0]}","{channels[1]}","{app}","",'
        f'"{start}",{quoted_answer},"{stop}",{duration},{billed},"{disposition}","DOCUMENTATION","{uniqueid}","","","{uniqueid}",1\n'
    )


# 2026-11-02 10:00:00 UTC is epoch 1793613600
OFFICE = "".join(
    [
        _cdr("79000000001", "600", ("2026-11-02 10:00:01", "2026-11-02 10:00:01", "2026-11-02 10:00:45"),
             ("PJSIP/trunk-00000001", ""), "Queue", "1793613601.1"),
        _cdr("79000000002", "600", ("2026-11-02 10:10:01", "2026-11-02 10:10:01", "2026-11-02 10:11:20"),
             ("PJSIP/trunk-00000002", "PJSIP/101-00000003"), "Queue", "1793614201.2"),
        _cdr("79000000003", "102", ("2026-11-02 10:20:01", "", "2026-11-02 10:20:11"),
             ("PJSIP/trunk-00000004", "PJSIP/102-00000005"), "Dial", "1793614801.4"),
        _cdr("anonymous", "102", ("2026-11-02 10:30:01", "", "2026-11-02 10:30:31"),
             ("PJSIP/trunk-00000006", "PJSIP/102-00000007"), "Dial", "1793615401.6"),
        _cdr("79000000001", "101", ("2026-11-02 10:40:01", "2026-11-02 10:40:11", "2026-11-02 10:41:11"),
             ("PJSIP/trunk-00000008", "PJSIP/101-00000009"), "Dial", "1793616001.8"),
    ]
)  # fmt: skip

QUEUE_LOG = """\
1793613601|1793613601.1|sales|NONE|ENTERQUEUE||79000000001|1
1793613645|1793613601.1|sales|NONE|ABANDON|1|1|44
1793614201|1793614201.2|sales|NONE|ENTERQUEUE||79000000002|1
1793614221|1793614201.2|sales|PJSIP/101|CONNECT|20|1793614210.3|5
1793614280|1793614201.2|sales|PJSIP/101|COMPLETECALLER|20|59|1
"""


@dataclass
class Run:
    """One run of the command: exit code, what it printed, and its files."""

    code: int
    printed: str
    said: str
    out: Path
    tables: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.out / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    @property
    def summary(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))
        return loaded


@dataclass
class Bench:
    """A folder with the files of two witnesses and a way to check them."""

    folder: Path
    runs: int = 0

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def check(self, *arguments: str, out: str | None = None) -> Run:
        self.runs += 1
        folder = self.folder / (out or f"out{self.runs}")
        command = [sys.executable, "-m", "callwitness", "check", *arguments, "--out", str(folder)]
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=120, check=False
        )
        return Run(done.returncode, done.stdout, done.stderr, folder)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path)
    made.write("provider.csv", PROVIDER)
    made.write("Master.csv", OFFICE)
    made.write("queue_log", QUEUE_LOG)
    return made
