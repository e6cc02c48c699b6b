"""Runs the command inside this process: the same command as a stranger's, without the start of a new Python."""

from __future__ import annotations

import contextlib
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from callwitness.cli import main
from tests.end_to_end.conftest import OFFICE, PROVIDER, QUEUE_LOG, Bench, Run

TABLES = ("calls", "records", "matches", "lost_callers", "findings", "rejected")


@dataclass
class Quick(Bench):
    """A bench whose command does not leave the process. What is no sentence comes out as the exception it is."""

    def check(self, *arguments: str, out: str | None = None) -> Run:
        self.runs += 1
        folder = self.folder / (out or f"out{self.runs}")
        return self.command("check", *arguments, "--out", str(folder), out=folder)

    def command(self, *words: str, out: Path | None = None) -> Run:
        printed, said = io.StringIO(), io.StringIO()
        code = 0
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(said),
            mock.patch.object(sys, "argv", ["callwitness", *words]),
        ):
            try:
                main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
        return Run(code, printed.getvalue(), said.getvalue(), out or self.folder)


def company(folder: Path) -> Quick:
    """A bench with the files of two witnesses that agree."""
    made = Quick(folder)
    made.write("provider.csv", PROVIDER)
    made.write("Master.csv", OFFICE)
    made.write("queue_log", QUEUE_LOG)
    return made


def told(run: Run) -> str:
    """Everything a person gets to read: terminal and report."""
    report = run.out / "report.html"
    return run.printed + run.said + (report.read_text(encoding="utf-8") if report.is_file() else "")


def sums_hold(run: Run) -> None:
    """The invariants of the contract, counted again from the files."""
    assert run.code == 0, run.said
    records, rejected = run.table("records"), run.table("rejected")
    for source in run.summary["sources"]:
        name = source["name"]
        assert source["rows"] == source["records"] + source["rejected"]
        assert source["records"] == sum(row["source"] == name for row in records)
        assert source["rejected"] == sum(row["source"] == name for row in rejected)
    assert all(row["file"] and row["row"] and row["reason"] for row in rejected)
