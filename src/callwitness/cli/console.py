"""What the terminal shows: progress with rates while it runs, the sentence and the sums at the end."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.table import Table

from callwitness.report.brief import brief, report_line, tables_read, warnings
from callwitness.report.page import ReportInput
from callwitness.services.arguments import readable

QUIET_S = 1.0
"""A stage shorter than this shows no progress."""
_UNITS = dict.fromkeys(("listen", "learn", "decide"), "recordings")
"""What a stage counts, if not rows."""


class ConsoleProgress:
    """One line per stage on standard error, with rows and rows per second, for stages that take long."""

    def __init__(self) -> None:
        self._stage, self._done = "", 0
        self._since = self._told = time.monotonic()

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
            self._stage, self._done = stage, 0
            self._since = self._told = time.monotonic()
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
        spent = now - self._since
        if not self._stage or spent < QUIET_S:
            return
        unit = _UNITS.get(self._stage, "rows")
        pace = self._done / spent
        rate = f", {pace:,.{0 if pace >= 10 else 1}f} {unit}/s" if self._done else ""
        rows = f" {self._done:,} {unit}" if self._done else ""
        end = "\n" if final or not sys.stderr.isatty() else "\r"
        sys.stderr.write(f"{self._stage:>10}{rows} in {spent:.1f} s{rate}{end}")
        sys.stderr.flush()
        self._told = now


def print_notes(result: ReportInput, *, country_known: bool) -> None:
    """How tables were understood and what was noticed while reading, on standard error."""
    for line in (*tables_read(result), *warnings(result, country_known=country_known)):
        typer.echo(readable(line), err=True)


def print_result(result: ReportInput, out: Path) -> None:
    """The sentence first, then the sums, then where the report lies."""
    said = brief(result)
    console = Console(highlight=False, markup=False)
    console.print(" ".join(said.sentences))
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(said.headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=True)
    for row in said.rows:
        table.add_row(*(readable(cell) for cell in row))
    console.print(table)
    for line in said.lines:
        console.print(line)
    typer.echo(report_line(readable(str(out / "report.html")), result.lang))
