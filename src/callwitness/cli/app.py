"""The command ``callwitness``: one file per subcommand; errors become a sentence and an exit code."""

from __future__ import annotations

import sys

import typer

from callwitness import __version__
from callwitness.cli import (
    adapters,
    backup,
    check,
    doctor,
    import_,
    init,
    labels,
    library,
    listen,
    server,
    simulate,
    up,
    words,
)
from callwitness.domain.errors import CallwitnessError, InvariantBroken

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="What every witness of a call says, what really happened, and where they disagree.",
)
app.command("check")(check.check_command)
app.command("listen")(listen.listen_command)
app.add_typer(library.library, name="library")
app.command("words")(words.words_command)
app.command("init")(init.init_command)
app.command("labels")(labels.labels_command)
app.command("up")(up.up_command)
app.command("web")(server.web_command)
app.command("worker")(server.worker_command)
app.command("backup")(backup.backup_command)
app.command("restore")(backup.restore_command)
app.command("doctor")(doctor.doctor_command)
app.command("import")(import_.import_command)
app.command("simulate")(simulate.simulate_command)
app.command("new-adapter")(adapters.new_adapter_command)
app.command("check-adapter")(adapters.check_adapter_command)


def _version(*, show: bool) -> None:
    if show:
        typer.echo(f"callwitness {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: bool = typer.Option(
        False,
        "--version",
        callback=lambda value: _version(show=value),
        is_eager=True,
        help="Print the version.",
    ),
) -> None:
    """Options of the command itself."""


def main() -> None:
    """Run the command. Exit 2: wrong usage or nothing readable; 1: a bug of ours."""
    try:
        app()
    except InvariantBroken as problem:
        typer.echo(f"callwitness: {problem}", err=True)
        sys.exit(1)
    except CallwitnessError as problem:
        typer.echo(f"callwitness: {problem}", err=True)
        sys.exit(2)
