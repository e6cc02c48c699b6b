"""What the terminal shows: progress with rates while it runs, the sentence and the sums at the end."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.table import Table

from callwitness.report.sentences import sentence
from callwitness.services.arguments import readable
from callwitness.services.reading import ReadSource
from callwitness.services.summary import Summary

WARNINGS = ("empty_file", "same_bytes_twice", "member_passed_over")
QUIET_S = 1.0
"""Work shorter than this shows no progress."""


class ConsoleProgress:
    """One line per stage on standard error, with rows and rows per second, once the work is long."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._stage, self._since, self._done, self._told = "", self._begun, 0, self._begun

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tell(final=True)

    def __call__(self, stage: str, done: int) -> None:
        """Count ``done`` more rows of a stage."""
        if stage != self._stage:
            self._tell(final=True)
            self._stage, self._since, self._done = stage, time.monotonic(), 0
        self._done += done
        if time.monotonic() - self._told >= QUIET_S:
            self._tell(final=False)

    @contextmanager
    def workdir(self) -> Iterator[Path]:
        """A folder for unpacked archives, gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
            yield Path(folder)

    def _tell(self, *, final: bool) -> None:
        now = time.monotonic()
        if not self._stage or now - self._begun < QUIET_S:
            return
        spent = now - self._since
        rate = f", {self._done / spent:,.0f} rows/s" if self._done and spent > 0 else ""
        rows = f" {self._done:,} rows" if self._done else ""
        end = "\n" if final or not sys.stderr.isatty() else "\r"
        sys.stderr.write(f"{self._stage:>10}{rows} in {spent:.1f} s{rate}{end}")
        sys.stderr.flush()
        self._told = now


def print_warnings(sources: Sequence[ReadSource], lang: str) -> None:
    """Every file that was passed over, empty or there twice, each on a line of standard error."""
    for source in sources:
        for note in source.notes:
            if note.code in WARNINGS:
                said = " ".join(sentence(note.code, note.params, lang).split())
                typer.echo(f"{source.name}: {said}", err=True)


def print_result(summary: Summary, out: Path) -> None:
    """The sentence first, then the sums, then where the report lies."""
    console = Console(highlight=False)
    verdicts, lost = summary["calls"]["by_verdict"], summary["lost"]
    console.print(
        f"{summary['calls']['total']} calls: {verdicts.get('answered', 0)} answered; "
        f"{lost['open']} lost callers still wait, {lost['recovered'] + lost['self_recovered']} were reached again."
    )
    table = Table(box=None, pad_edge=False)
    for column in ("source", "rows", "rejected", "calls", "matched", "unmatched", "duplicate", "excluded"):
        table.add_column(column, justify="left" if column == "source" else "right")
    for source in summary["sources"]:
        sums = summary["reconciliation"]["sources"][source["name"]]
        excluded = sum(sums["excluded"].values())
        numbers = (
            source["rows"],
            source["rejected"],
            sums["calls"],
            sums["matched"],
            sums["unmatched"],
            sums["duplicate"],
            excluded,
        )
        table.add_row(source["name"], *(f"{number:,}" for number in numbers))
    console.print(table)
    if summary["findings"]:
        console.print("findings: " + ", ".join(f"{kind} {n}" for kind, n in summary["findings"].items()))
    console.print(f"report: {readable(str(out / 'report.html'))}", markup=False, soft_wrap=True)
