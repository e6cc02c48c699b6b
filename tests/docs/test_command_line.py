"""Every option of every command stands in the pages on commands, and every option of these pages exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer

from callwitness import cli

OPERATE = Path(__file__).parents[2] / "docs" / "operate"
PAGE = "\n".join(
    (OPERATE / name).read_text("utf-8")
    for name in (
        "check.md", "server.md", "backup.md", "arrivals.md", "listen.md", "transcripts.md", "doubtful-answers.md",
    )
)  # fmt: skip


def options(command: Any) -> set[str]:
    """Long options of a command and of its subcommands."""
    own = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    return own.union(*(options(sub) for sub in getattr(command, "commands", {}).values()))


def commands() -> Any:
    return typer.main.get_command(cli.app)


def test_every_command_is_documented() -> None:
    assert not [name for name in commands().commands if f"callwitness {name}" not in PAGE]


def test_every_option_is_documented() -> None:
    ours = options(commands()) - {"--help", "--install-completion", "--show-completion"}
    assert not [option for option in ours if not re.search(rf"[` ]{option}\b", PAGE)]


def test_every_documented_option_exists() -> None:
    assert not set(re.findall(r"`(?:callwitness )?(--[a-z-]+)", PAGE)) - options(commands()) - {"--help"}
