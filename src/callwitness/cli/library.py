"""``callwitness library``: what lines play, as it was learned: look, listen, name, correct."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from callwitness.cli.listen import need_sound
from callwitness.domain.errors import UsageError

if TYPE_CHECKING:
    from callwitness.audio.library import Library, Piece

library = typer.Typer(
    no_args_is_help=True, help="What lines play, as it was learned: look, listen, name, correct."
)

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder given to listen --library.")]
LineAndPiece = Annotated[
    list[str], typer.Argument(metavar="[LINE] ID", help="A piece; its line where several have it.")
]

_PLAYERS: Final = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("mpv", "--no-video", "--really-quiet"),
    ("afplay",),
    ("play", "-q"),
    ("pw-play",),
    ("paplay",),
)  # fmt: skip
"""Programs that play a FLAC file and end, with their options."""
_NO_DEVICE: Final = "audio open failed"
"""What ffplay says where it finds no device; it ends well all the same."""


@library.command("list")
def list_command(
    folder: Folder,
    line: Annotated[str | None, typer.Argument(metavar="[LINE]", help="Only this line.")] = None,
) -> None:
    """Pieces of one line, or of all."""
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)
    names = _lines(folder) if line is None else [line]
    for number, name in enumerate(names):
        if number:
            console.print()
        if len(names) > 1:
            console.print(_plain(name))
        console.print(_table(_open(folder, name).pieces))


@library.command("play")
def play_command(
    folder: Folder,
    words: LineAndPiece,
    *,
    to: Annotated[Path | None, typer.Option("--to", help="Write it as a sound file (.flac, .wav, .ogg, .mp3) instead of playing it.")] = None,
) -> None:  # fmt: skip
    """Hear a piece."""
    own, piece = _piece(folder, words)
    clip = own.clip(piece.id)
    if clip is None:
        raise UsageError(f"{piece.id}: its sound was not kept: the recording was gone when it was learned")
    if to is not None:
        _write(clip, to)
        return
    players = [(found, options) for program, *options in _PLAYERS if (found := shutil.which(program))]
    if any(_played([found, *options, str(clip.absolute())]) for found, options in players):
        return
    lacking = "no loudspeaker that a player can use" if players else "no player"
    raise UsageError(f"{piece.id} cannot be played, there is {lacking} here; its sound is in {clip}")


@library.command("name")
def name_command(
    folder: Folder,
    words: Annotated[
        list[str], typer.Argument(metavar="[LINE] ID NAME", help="A piece and what people call it.")
    ],
) -> None:
    """Give a piece a name. A named piece is never forgotten by itself."""
    own, piece = _piece(folder, words[:-1])
    own.name(piece.id, words[-1])
    own.save()


@library.command("answer")
def answer_command(
    folder: Folder,
    words: LineAndPiece,
    *,
    no: Annotated[bool, typer.Option("--no", help="Take it back: it is an ordinary announcement.")] = False,
) -> None:
    """Mark a piece as an agent's greeting: where it sounds, a person answered."""
    own, piece = _piece(folder, words)
    own.count_as_answer(piece.id, not no)
    own.save()


@library.command("forget")
def forget_command(folder: Folder, words: LineAndPiece) -> None:
    """Say that a piece is none: what sounds like it is live speech from now on."""
    own, piece = _piece(folder, words)
    own.forget(piece.id)
    own.save()


def _lines(folder: Path) -> list[str]:
    need_sound()
    from callwitness.audio.library import lines  # noqa: PLC0415 needs the extra audio

    found = lines(folder)
    if not found:
        raise UsageError(f"{folder}: no libraries here; expected the folder given to listen --library")
    return found


def _open(folder: Path, line: str) -> Library:
    from callwitness.audio.library import Library  # noqa: PLC0415 needs the extra audio

    there = _lines(folder)
    if line not in there:
        raise UsageError(f"{folder}: no line {line!r}; there are: {', '.join(there)}")
    return Library.open(folder, line)


def _piece(folder: Path, words: list[str]) -> tuple[Library, Piece]:
    """The piece that ``[LINE] ID`` means, and its library."""
    if len(words) not in {1, 2}:
        raise UsageError("expected [LINE] ID: a line with spaces is put in quotes")
    lines = _lines(folder) if len(words) == 1 else [words[0]]
    found = [
        (own, piece)
        for own in (_open(folder, line) for line in lines)
        for piece in own.pieces
        if piece.id == words[-1]
    ]
    if not found:
        raise UsageError(f"{folder}: no piece {words[-1]!r}; callwitness library list shows them")
    if len(found) > 1:
        raise UsageError(
            f"{words[-1]}: several lines play it, name one: {', '.join(own.line for own, _ in found)}"
        )
    return found[0]


def _played(command: list[str]) -> bool:
    """Whether the player played. What it says is nobody's concern: the sound system of a machine without one says much."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace")  # noqa: S603 a path of our own making
    return done.returncode == 0 and _NO_DEVICE not in done.stderr


def _table(pieces: list[Piece]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "name", "kind", "length", "heard in", "first", "last", "answer"):
        right = heading in {"length", "heard in"}
        table.add_column(heading, justify="right" if right else "left", no_wrap=heading != "name")
    for piece in pieces:
        table.add_row(
            piece.id, _plain(piece.name), piece.kind, f"{piece.duration_s:.1f} s", f"{piece.heard_in:,}",
            piece.first_heard, piece.last_heard, "yes" if piece.counts_as_answer else "",
        )  # fmt: skip
    return table


def _plain(text: str) -> str:
    """No letter that a terminal would obey."""
    return "".join(each if each.isprintable() else "\ufffd" for each in text)


def _write(clip: Path, to: Path) -> None:
    import soundfile  # noqa: PLC0415 needs the extra audio

    try:
        samples, rate = soundfile.read(clip, dtype="float32")
        soundfile.write(to, samples, rate)
    except (OSError, soundfile.SoundFileError, TypeError, ValueError):
        raise UsageError(f"--to {to}: cannot be written; expected a name such as piece.wav") from None
