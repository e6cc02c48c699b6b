"""``callwitness up``: everything on this machine, one command."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from callwitness.cli.server import Data, Host, Level, LogLevel, Port
from callwitness.config.ports import free_port, require_free
from callwitness.config.startup import migrate, setup


def up_command(
    *,
    data: Data = None,
    host: Host = None,
    port: Port = None,
    demo: Annotated[bool, typer.Option("--demo", help="Fill an empty data folder with an invented company.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Start, answer once, stop: is all that is needed here?")] = False,
    log_level: LogLevel = Level.info,
) -> None:  # fmt: skip
    """Run the whole server here until Ctrl-C: prepares everything, prints the address, serves and works."""
    if check:
        with tempfile.TemporaryDirectory(prefix="callwitness-", ignore_cleanup_errors=True) as folder:
            raise typer.Exit(
                _run(data or Path(folder), host, free_port(), level=log_level, demo=demo, once=True)
            )
    raise typer.Exit(_run(data, host, port, level=log_level, demo=demo, once=False))


def _run(
    data: Path | None, host: str | None, port: int | None, *, level: Level, demo: bool, once: bool
) -> int:
    settings = setup(data, host=host, port=port, level=level)
    from callwitness.config import running  # noqa: PLC0415 after setup

    with running.alone(settings):
        # before anything is made, or a link shown that leads nowhere
        require_free(settings.host, settings.port)
        migrate(settings)
        if demo or not once:
            running.introduce(with_demo=demo, say=typer.echo)
        if once:
            return running.check(settings, level, say=typer.echo)
        return running.run(settings, level, say=typer.echo)
