"""``callwitness doctor``: is everything as it should be, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from callwitness.cli.server import Data
from callwitness.config.startup import require_kept, setup

if TYPE_CHECKING:
    from callwitness.services.running.doctor import Line


def doctor_command(
    *,
    data: Data = None,
    every: Annotated[bool, typer.Option("--all", help="Hash all evidence, not a sample.")] = False,
) -> None:
    """Look the installation through. Exit 1 when there are problems."""
    require_kept(data)
    setup(data, level="error")
    from callwitness.services.running.doctor import examine  # noqa: PLC0415 after setup

    raise typer.Exit(print_lines(examine(every=every)))


def print_lines(lines: Iterable[Line]) -> int:
    """One line a look, and what to do below it. Gives 1 when one is a problem."""
    problems = 0
    for line in lines:
        typer.echo(f"{line.level:<8} {line.text}")
        if line.todo:
            typer.echo(f"{'':<8}   {line.todo}")
        problems += line.level == "problem"
    return 1 if problems else 0
