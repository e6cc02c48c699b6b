"""``callwitness backup`` and ``callwitness restore``."""

from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from callwitness.cli.doctor import print_lines
from callwitness.cli.server import Data
from callwitness.config.startup import migrate, require_kept, setup
from callwitness.domain.errors import CallwitnessError
from callwitness.services.running.archive import unpack


def backup_command(
    file: Annotated[Path, typer.Argument(help="Where to write it: a name that ends with .tar or .tar.gz.")],
    *,
    data: Data = None,
) -> None:
    """Copy everything that is kept into one file, also while the server runs."""
    require_kept(data)
    setup(data, level="warning")
    from callwitness.services.running.backup import write_backup  # noqa: PLC0415 after setup

    manifest = write_backup(file.absolute())
    size = sum(told[0] for told in manifest.files.values())
    typer.echo(f"{file}: {len(manifest.files)} files, {size / 1e6:,.1f} MB, read back and found whole.")
    if manifest.evidence != "folder":
        typer.echo(
            f"Evidence lies in {manifest.evidence} and is not in this file: copy the bucket by its own means."
        )


def restore_command(
    file: Annotated[Path, typer.Argument(help="A file that callwitness backup wrote.")],
    *,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="A folder that holds nothing yet.")],
) -> None:
    """Make a data folder (and an empty PostgreSQL database) from a backup, then look it through."""
    manifest = unpack(file, data)
    try:
        settings = setup(data, level="warning")
        from callwitness.services.running import restore  # noqa: PLC0415 after setup
        from callwitness.services.running.doctor import examine  # noqa: PLC0415 after setup

        restore.settle(manifest, data)
        migrate(settings)
    except CallwitnessError:
        shutil.rmtree(data)
        raise
    restore.number_on(settings.inbox)
    restore.forget_warehouse(time.time_ns() // 1_000_000)
    made = datetime.fromtimestamp(manifest.made_at / 1000, UTC)
    typer.echo(f"Restored what was kept at {made:%Y-%m-%d %H:%M:%S} UTC by version {manifest.version}:")
    raise typer.Exit(print_lines(examine(every=True, running=False)))
