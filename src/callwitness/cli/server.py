"""``callwitness web`` and ``callwitness worker``: the server's two processes, each alone."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from callwitness.config.startup import migrate, setup


class Level(StrEnum):
    """How much is logged."""

    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="Folder for everything that is kept.", show_default=False),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)]
Port = Annotated[int | None, typer.Option(help="Port to listen on.", min=0, max=65_535, show_default=False)]
LogLevel = Annotated[Level, typer.Option("--log-level", help="How much is logged.")]


def web_command(
    *, data: Data = None, host: Host = None, port: Port = None, log_level: LogLevel = Level.info
) -> None:
    """Serve people and webhooks; the worker runs elsewhere."""
    settings = setup(data, host=host, port=port, level=log_level)
    migrate(settings)
    from callwitness.config.serving import serve  # noqa: PLC0415 after setup

    serve(settings)


def worker_command(*, data: Data = None, log_level: LogLevel = Level.info) -> None:
    """Do the background work: read evidence, derive calls, send mails and exports. One works, others wait."""
    settings = setup(data, level=log_level)
    migrate(settings)
    from callwitness.config.serving import work  # noqa: PLC0415 after setup

    work(settings)
