"""``callwitness simulate``: a small company with truth, to try everything on."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from callwitness.cli.console import ConsoleProgress
from callwitness.domain.errors import UsageError
from callwitness.simulate.world import WorldOptions, simulate


def simulate_command(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files; must be empty or absent.")],
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="Days to simulate.")] = 30,
    calls_per_day: Annotated[
        int, typer.Option("--calls-per-day", min=1, help="Calls a day on average, all directions.")
    ] = 50,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
    zone: Annotated[str | None, typer.Option("--zone", help="IANA zone of the company.")] = None,
    country: Annotated[str, typer.Option("--country", help="RU or UA.")] = "RU",
) -> None:
    """Write the files of every witness of an invented company, and the truth."""
    if out.is_dir() and any(out.iterdir()):
        raise UsageError(f"--out {out}: the folder is not empty")
    options = WorldOptions(days=days, calls_per_day=calls_per_day, seed=seed, zone=zone, country=country)
    try:
        with ConsoleProgress() as progress:
            simulate(options, out, progress)
    except OSError as problem:
        raise UsageError(f"--out {out}: cannot be written: {problem.strerror}") from None
    typer.echo(
        f"{out}: provider.csv, Master.csv, queue_log, cel.csv, contractor/, callwitness.toml, truth.csv, truth_findings.csv"
    )
    place = shlex.quote(str(out))
    witnesses = "provider={0}/provider.csv office={0}/Master.csv office={0}/queue_log office={0}/cel.csv contractor={0}/contractor"
    typer.echo("Now check them:")
    typer.echo(
        f"callwitness check {witnesses.format(place)} --config {place}/callwitness.toml --out {place}/report"
    )
