"""``callwitness new-adapter`` and ``check-adapter``: for whoever teaches Callwitness another kind of evidence."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from callwitness.domain.errors import UsageError
from callwitness.ingest.registry import add_folder

_NAME = re.compile(r"[a-z][a-z0-9_]+")


def new_adapter_command(
    name: Annotated[str, typer.Argument(help="Lower-case name, e.g. avaya_smdr.")],
    folder: Annotated[Path, typer.Option("--folder", help="Where the adapter's folder is made.")] = Path(
        "src/callwitness/adapters"
    ),
) -> None:
    """Write an adapter's folder: manifest with its scale, code to fill in, tests that fail until it works."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r}: expected lower-case letters, digits and _")
    target = folder / name
    if target.exists():
        raise UsageError(f"{target}: exists already")
    scaffold = resources.files("callwitness.ingest.conformance") / "scaffold"
    for source in sorted(scaffold.iterdir(), key=lambda each: each.name):
        path = target / source.name.removesuffix(".txt").replace("--", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            source.read_text(encoding="utf-8").replace("{name}", name), encoding="utf-8", newline="\n"
        )
    typer.echo(
        f"{target}: written. Put captured files with invented numbers into samples/, then run its tests and:\n"
        f"callwitness check-adapter {target}"
    )


def check_adapter_command(
    name: Annotated[str, typer.Argument(help="Name of an installed adapter, or an adapter's folder.")],
) -> None:
    """Run the conformance checks that every adapter must pass."""
    from callwitness.ingest.conformance import check_adapter  # noqa: PLC0415 only this command needs it

    if len(Path(name).parts) > 1:
        name = add_folder(Path(name))
    failed = False
    for outcome in check_adapter(name):
        failed |= not outcome.passed
        typer.echo(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.rule}: {outcome.sentence}")
    if failed:
        raise typer.Exit(1)
