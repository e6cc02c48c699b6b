"""``callwitness init``: a commented configuration to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from callwitness.domain.errors import UsageError


def init_command(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("callwitness.toml"),
) -> None:
    """Write a commented callwitness.toml."""
    if path.exists():
        raise UsageError(f"{path}: exists already; it is left as it is")
    text = resources.files("callwitness.config").joinpath("template.toml").read_text(encoding="utf-8")
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise UsageError(f"{path}: cannot be written: {problem.strerror}") from None
    typer.echo(f"{path}: written. Uncomment what you know; every line is optional.")
