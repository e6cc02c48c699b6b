"""``callwitness check``: files of the witnesses in, an explained verdict on every call out."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from callwitness.cli.console import ConsoleProgress, print_notes, print_result
from callwitness.domain.errors import UsageError
from callwitness.domain.findings import KINDS
from callwitness.domain.recordings.tables import SOURCE as RECORDING
from callwitness.ingest.registry import adapter_packages
from callwitness.report.page import ReportInput, records_shown, render
from callwitness.report.recordings import Listened
from callwitness.services.arguments import check_names, parse_source
from callwitness.services.check import CheckRequest, CheckResult, check
from callwitness.services.databases import password_variable
from callwitness.services.files import TABLES, WITH_RECORDINGS, write_result
from callwitness.services.invariants import prove
from callwitness.services.originals import originals
from callwitness.services.period import parse_period
from callwitness.services.settings import Settings, load
from callwitness.services.summary import Summary, service_counts, summarise

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Lang(StrEnum):
    """Languages of the report."""

    en = "en"
    ru = "ru"
    uk = "uk"


class Format(StrEnum):
    """Formats of the tables."""

    csv = "csv"
    parquet = "parquet"


@dataclass(frozen=True, slots=True)
class Output:
    """Where a result goes and how it is written."""

    folder: Path
    kind: str
    lang: str


def check_command(
    sources: Annotated[list[str], typer.Argument(metavar="ROLE[@NAME]=[ADAPTER:]PATH[?option=value&...]",
                       help="A witness: provider, office or contractor, and its file, folder or pattern.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the result; must be empty or absent.")],
    config: Annotated[Path | None, typer.Option("--config", help="callwitness.toml of the workspace.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Days of the workspace's zone, both included: 2026-11-01..2026-11-30.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="State of the lost callers at this time; default: the end of the evidence.")] = None,
    lang: Annotated[Lang | None, typer.Option("--lang", help="Language of the report.")] = None,
    format_: Annotated[Format, typer.Option("--format", help="Format of the tables.")] = Format.csv,
    fail_on: Annotated[str | None, typer.Option("--fail-on", help="Exit 3 when findings of these kinds exist, e.g. never_arrived,clock_off.")] = None,
    recordings: Annotated[Path | None, typer.Option("--recordings", help="Folder of recordings of these calls, to be listened to.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")] = False,
) -> None:  # fmt: skip
    """Turn untouched files into an explained verdict on every call."""
    begun = time.monotonic()
    kinds = _kinds(fail_on)
    _check_out(out, force=force)
    settings = load(config)
    request = replace(request_of(sources, settings, period, as_of), recordings=_recordings(recordings))
    with ConsoleProgress() as progress:
        found = run_check(request, Output(out, str(format_), str(lang or settings.language)), progress, begun)
    print_notes(found, country_known=settings.read_default.numbers.country is not None)
    print_result(found, out)
    if any(found.summary["findings"].get(kind) for kind in kinds):
        raise typer.Exit(3)


def run_check(request: CheckRequest, output: Output, progress: ConsoleProgress, begun: float) -> ReportInput:
    """Check, prove the sums, and only then write."""
    with progress.workdir() as workdir:
        result = check(request, progress, workdir)
        summary = summarise(result)
        prove(result, summary)
        progress("report", 0)
        told = _report_input(result, summary, output.lang)
        page = render(told)
    progress("write", result.tables.records.height)
    try:
        _clear(output.folder)
        (output.folder / "report.html").write_text(page, encoding="utf-8", newline="\n")
        summary["seconds"] = round(time.monotonic() - begun, 3)
        write_result(result.tables, summary, output.folder, output.kind)
    except OSError as problem:
        raise UsageError(f"--out {output.folder}: cannot be written: {problem.strerror}") from None
    return told


def _report_input(result: CheckResult, summary: Summary, lang: str) -> ReportInput:
    tables = result.tables
    shown = records_shown(tables.calls, tables.records, tables.findings, tables.lost_callers)
    return ReportInput(
        calls=tables.calls,
        records=tables.records,
        matches=tables.matches,
        lost_callers=tables.lost_callers,
        findings=tables.findings,
        rejected=tables.rejected,
        ladder=tables.ladder,
        reliability=tables.reliability,
        clock=result.reconciliation.clock.frame(),
        number_map=result.reconciliation.number_map.select(
            source="right", provider_number="left_line", office_number="right_line", n="n", how="how"
        ),
        notes=[
            *((source.name, note.code, note.params) for source in result.sources for note in source.notes),
            *((RECORDING, note.code, note.params) for note in result.notes),
        ],
        summary=summary,
        originals=originals(result, shown["record_id"].to_list()),
        zone=result.rules.zone,
        lang=lang,
        service_counts=service_counts(tables.calls, result.rules),
        service_limit_s=result.rules.service_level_s,
        listened=_listened(result),
    )


def _listened(result: CheckResult) -> Listened | None:
    if result.tables.recordings is None:
        return None
    spans = {
        name: [(span.start_s, span.end_s, span.kind) for span in heard.spans]
        for name, heard in result.heard.items()
    }
    return Listened(result.tables.recordings, spans)


def _recordings(folder: Path | None) -> Path | None:
    if folder is None:
        return None
    from callwitness.cli.listen import need_sound  # noqa: PLC0415 that command takes its languages from here

    need_sound()
    if not folder.is_dir():
        raise UsageError(f"--recordings {folder}: expected a folder of recordings")
    return folder


def _kinds(fail_on: str | None) -> list[str]:
    kinds = [kind.strip() for kind in (fail_on or "").split(",") if kind.strip()]
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"--fail-on {kind!r}: no such kind of finding; there are: {', '.join(KINDS)}")
    return kinds


def _check_out(out: Path, *, force: bool) -> None:
    try:
        if out.exists() and not out.is_dir():
            raise UsageError(f"--out {out}: is a file, expected a folder")
        if out.is_dir() and any(out.iterdir()) and not force:
            raise UsageError(f"--out {out}: the folder is not empty; name another or add --force")
        above = next(parent for parent in (out, *out.absolute().parents) if parent.exists())
    except OSError as problem:
        raise UsageError(f"--out {out}: {problem.strerror}") from None
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise UsageError(f"--out {out}: {above} is no folder that can be written to")


def _clear(out: Path) -> None:
    """The folder exists and holds no result of an earlier check."""
    out.mkdir(parents=True, exist_ok=True)
    for name in (*TABLES, *WITH_RECORDINGS):
        for suffix in (".csv", ".parquet"):
            (out / f"{name}{suffix}").unlink(missing_ok=True)


def request_of(sources: list[str], settings: Settings, period: str | None, as_of: str | None) -> CheckRequest:
    """The request that arguments and settings make. Raises ``UsageError``."""
    arguments = [parse_source(text, adapter_packages()) for text in sources]
    check_names(arguments)
    return CheckRequest(
        arguments=arguments,
        rules=settings.rules,
        read=settings.read,
        read_default=settings.read_default,
        neutral=settings.neutral,
        passwords=_passwords({argument.name for argument in arguments}, settings),
        period=None if period is None else parse_period(period),
        as_of=None if as_of is None else _moment(as_of, settings.rules.zone),
    )


def _passwords(sources: set[str], settings: Settings) -> dict[str, str]:
    """Passwords of databases: the environment, else the configuration."""
    given = {
        name: os.environ.get(password_variable(name), settings.passwords.get(name))
        for name in sorted(sources)
    }
    return {name: password for name, password in given.items() if password is not None}


def _moment(text: str, zone: str) -> int:
    try:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
        moment = aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"--as-of {text!r}: expected a time such as 2026-11-30T18:00 or 2026-11-30T18:00Z"
        ) from None
    return (moment - _EPOCH) // timedelta(milliseconds=1)
