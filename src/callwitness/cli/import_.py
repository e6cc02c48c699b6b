"""``callwitness import``: files of this machine into a workspace of the ledger."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import Annotated

import typer

from callwitness.cli.console import ConsoleProgress
from callwitness.cli.server import Data, Level, LogLevel
from callwitness.config.server import ServerSettings
from callwitness.config.startup import migrate, require_ledger, setup
from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.registry import adapter_packages
from callwitness.services.arguments import SourceArgument, check_names, parse_source, readable
from callwitness.services.databases import password_variable


def import_command(
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Name of the workspace in addresses: /w/NAME/.")],
    sources: Annotated[list[str], typer.Argument(metavar="ROLE[@NAME]=[ADAPTER:]PATH[?option=value&...]",
                       help="A witness and its file, folder or pattern, as for check.")],
    *,
    data: Data = None,
    log_level: LogLevel = Level.warning,
) -> None:  # fmt: skip
    """Store files as evidence of a workspace; read and derived at once, or by the worker where one runs."""
    arguments = [parse_source(text, adapter_packages()) for text in sources]
    check_names(arguments)
    require_ledger(data)
    settings = setup(data, level=log_level)
    migrate(settings)
    failed = _import(settings, workspace, arguments)
    if failed:
        raise typer.Exit(2)


def _import(settings: ServerSettings, slug: str, arguments: Sequence[SourceArgument]) -> bool:
    """Whether something could not be read."""
    from callwitness.services.arrivals.importing import failures, import_files  # noqa: PLC0415 after setup
    from callwitness.services.arrivals.workspaces import workspace_named  # noqa: PLC0415 after setup

    workspace, now = workspace_named(slug), time.time_ns() // 1_000_000
    with ConsoleProgress() as progress:
        imported = import_files(workspace, arguments, _passwords(arguments), now, progress)
        derived = _read_and_derive(settings, now, progress)
    for each in imported:
        if each.evidence is None:
            typer.echo(readable(f"{each.file}: passed over: {each.why}"), err=True)
        elif each.again:
            typer.echo(readable(f"{each.file}: was there already, as {each.evidence.name}"), err=True)
    problems = list(failures(imported))
    for file, sentence in problems:
        typer.echo(readable(f"{file}: {sentence}"), err=True)
    if not any(each.evidence for each in imported):
        raise UnreadableEvidence(arguments[0].text, "no call records that can be read; nothing was stored")
    kept = {each.evidence.pk: each.evidence for each in imported if each.evidence}.values()
    typer.echo(f"{slug}: files kept: {len(kept)}")
    if derived:
        records, rejected = sum(each.records for each in kept), sum(each.rejected for each in kept)
        typer.echo(f"records: {records:,}, rejected rows: {rejected:,}; calls are derived.")
    else:
        typer.echo("The worker that is running reads them and derives the calls.")
    return bool(problems)


def _passwords(arguments: Sequence[SourceArgument]) -> dict[str, str]:
    """Passwords of databases, from the environment."""
    named = {argument.name: os.environ.get(password_variable(argument.name)) for argument in arguments}
    return {name: value for name, value in named.items() if value is not None}


def _read_and_derive(settings: ServerSettings, now: int, progress: ConsoleProgress) -> bool:
    """Do the worker's part, unless one is at work already. Whether it was done here."""
    from callwitness.services.arrivals.read_evidence import read_pending  # noqa: PLC0415 after setup
    from callwitness.services.derive import derive_dirty  # noqa: PLC0415 after setup
    from callwitness.services.publish import publish_dirty  # noqa: PLC0415 after setup
    from callwitness.services.running.locks import WORKER, lock  # noqa: PLC0415 after setup

    alone = lock(WORKER, settings.data)
    if not alone.take():
        return False
    try:
        read_pending(now, progress)
        derive_dirty(now, progress)
        publish_dirty(now, progress)
    finally:
        alone.release()
    return True
