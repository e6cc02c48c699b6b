"""``callwitness listen``: recordings in, the moment a person answered out."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TextIO

import typer

from callwitness.cli.check import Lang
from callwitness.cli.listen_report import check_folder, write_report
from callwitness.cli.pace import Pace
from callwitness.domain.errors import UsageError
from callwitness.report.brief import report_line
from callwitness.report.listening.page import ListeningInput, sentences

if TYPE_CHECKING:
    from callwitness.audio.heard import Heard
    from callwitness.services.listening.gather import Gathered
    from callwitness.services.listening.lines import Lines
    from callwitness.services.listening.run import Learning

_NO_LIBRARY: Final = "none"
_MOST_NOTES: Final = 20


def listen_command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Recordings, or folders of them.")],
    *,
    line: Annotated[str | None, typer.Option("--line", help="Name of the line that all recordings are of.")] = None,
    lines: Annotated[Path | None, typer.Option("--lines", help="CSV table with the columns file and line.")] = None,
    lines_from_folders: Annotated[bool, typer.Option("--lines-from-folders", help="The first folder of a recording is its line.")] = False,
    library: Annotated[str | None, typer.Option("--library", help="Folder that keeps what lines play; none: every recording is heard alone.")] = None,
    causal: Annotated[bool, typer.Option("--causal", help="Only recordings earlier by name teach.")] = False,
    report: Annotated[Path | None, typer.Option("--report", help="Folder for a page to look at and listen to; must be empty, absent or an earlier one.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="File for the results instead of standard output.")] = None,
    lang: Annotated[Lang, typer.Option("--lang", help="Language of the page and of the summary.")] = Lang.en,
) -> None:  # fmt: skip
    """Tell from recordings when a person answered: one JSON line for each."""
    need_sound()
    from callwitness.services.listening.gather import gather  # noqa: PLC0415 needs the extra audio
    from callwitness.services.listening.pool import Pool  # noqa: PLC0415 as above
    from callwitness.services.listening.results import write  # noqa: PLC0415 as above
    from callwitness.services.listening.run import listen, processes  # noqa: PLC0415 as above

    learning = _learning(library, causal=causal)
    given = gather(paths)
    told_of = _lines(given, line, lines, from_folders=lines_from_folders)
    _check_out(out, given)
    if report is not None:
        check_folder(report)
    _note([*given.notes, *told_of.notes])
    heard: list[Heard] = []
    with Pool(processes(given.inputs)) as pool, _results(out) as stream, Pace(len(given.inputs)) as pace:
        for each in listen(given.inputs, told_of.of, learning, pace, pool):
            write(each, stream)
            heard.append(
                each if report is not None else replace(each, spans=[], candidates=[], tones=[], played=[])
            )
        if report is not None:
            page = ListeningInput(heard, told_of.of, pieces=_names(learning, told_of), lang=str(lang))
            write_report(report, page, given.inputs, pool, pace)
    typer.echo(" ".join(sentences(heard, str(lang))), err=True)
    if report is not None:
        typer.echo(report_line(str(report / "index.html"), str(lang)), err=True)


def need_sound() -> None:
    """Say what to install where the libraries of sound are missing. Raises ``UsageError``."""
    absent = [name for name in ("soundfile", "soxr") if find_spec(name) is None]
    if absent:
        raise UsageError(
            f"listening needs libraries that are not installed ({', '.join(absent)}): pip install 'callwitness[audio]', "
            "or in a clone make install (without make: .venv/bin/python -m pip install --require-hashes -r requirements/server.txt)"
        )


def _learning(library: str | None, *, causal: bool) -> Learning:
    from callwitness.services.listening.run import Learning  # noqa: PLC0415 needs the extra audio

    if library == _NO_LIBRARY and causal:
        raise UsageError(
            "--causal says that earlier recordings teach, --library none that none does: take one"
        )
    if library == _NO_LIBRARY:
        return Learning("none")
    if library == "":
        raise UsageError("--library: expected a folder, or none")
    return Learning("earlier" if causal else "all", None if library is None else Path(library), date.today())  # noqa: DTZ011 the day of whoever listens


def _lines(given: Gathered, line: str | None, table: Path | None, *, from_folders: bool) -> Lines:
    from callwitness.services.listening import lines  # noqa: PLC0415 needs the extra audio

    if (line is not None) + (table is not None) + from_folders > 1:
        raise UsageError("--line, --lines and --lines-from-folders exclude each other: take one")
    if table is not None:
        return lines.from_table(given.inputs, table)
    if from_folders:
        return lines.from_folders(given.inputs, given.root)
    if line is not None and not (line.strip() and line.isprintable()):
        raise UsageError("--line: expected a name, of letters that can be seen")
    return lines.one_line(given.inputs) if line is None else lines.one_line(given.inputs, line.strip())


def _names(learning: Learning, lines: Lines) -> dict[str, str]:
    """What people call the pieces of the libraries, by id."""
    from callwitness.audio.library import Library  # noqa: PLC0415 needs the extra audio

    if learning.library is None:
        return {}
    libraries = [Library.open(learning.library, line) for line in sorted(set(lines.of.values()))]
    return {piece.id: piece.name for library in libraries for piece in library.pieces if piece.name}


def _check_out(out: Path | None, given: Gathered) -> None:
    if out is None:
        return
    if out.is_dir():
        raise UsageError(f"--out {out}: is a folder, expected a file")
    if out.exists() and any(each.path.exists() and out.samefile(each.path) for each in given.inputs):
        raise UsageError(f"--out {out}: is one of the recordings")


def _note(notes: Sequence[str]) -> None:
    for note in notes[:_MOST_NOTES]:
        typer.echo(note, err=True)
    if len(notes) > _MOST_NOTES:
        typer.echo(f"and {len(notes) - _MOST_NOTES} more notes", err=True)


@contextmanager
def _results(out: Path | None) -> Iterator[TextIO]:
    """Where the lines go: UTF-8 with LF on every system."""
    if out is None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        yield sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
    except OSError as problem:
        raise UsageError(f"--out {out}: cannot be written: {problem.strerror}") from None
