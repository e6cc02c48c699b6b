"""``callwitness labels``: what people decided about recordings, for measuring and training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from callwitness.cli.server import Data
from callwitness.config.startup import migrate, require_ledger, setup


def labels_command(
    workspace: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Name of the workspace in addresses: /w/NAME/.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.")],
    *,
    data: Data = None,
) -> None:  # fmt: skip
    """Write recordings that people decided about, with labels, to measure and train hearing on them."""
    require_ledger(data)
    migrate(setup(data, level="warning"))
    from callwitness.services.arrivals.workspaces import workspace_named  # noqa: PLC0415 after setup
    from callwitness.services.hearing.labels import write_labels  # noqa: PLC0415 after setup

    written = write_labels(workspace_named(workspace), folder)
    typer.echo(f"{folder}: recordings with labels: {written}. They are personal data: keep them safe.")
