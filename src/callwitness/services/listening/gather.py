"""Arguments of ``listen`` -> the recordings to hear, each with the one name it goes by."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from callwitness.audio.clips import OURS
from callwitness.audio.container import ENDINGS
from callwitness.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Input:
    """One recording: ``file`` is its name in every result, relative, with ``/``; ``path`` is where it lies, links followed
    that were named.
    """

    file: str
    path: Path


@dataclass(frozen=True, slots=True)
class Gathered:
    """inputs: in the order of the arguments, folders in sorted order. notes: sentences about what was passed over."""

    inputs: list[Input]
    root: Path
    notes: list[str]


def gather(arguments: Sequence[Path]) -> Gathered:
    """The recordings of files and folders.

    Names are relative to the deepest folder that holds all arguments: for one folder that is the folder itself. Two files
    never share a name; a file that is named twice stands twice, under the same one.
    Raises ``UsageError`` for an argument that is not there, and when there is no recording at all.
    """
    _must_exist(arguments)
    notes: list[str] = []
    found: list[Path] = []
    for argument in arguments:
        if argument.is_dir():
            inside, passed = _inside(argument)
            notes += passed
            found += inside
        else:
            found.append(argument)
    if not found:
        raise UsageError(" ".join(notes))
    root = _root(arguments)
    return Gathered(_named(found, root), root, notes)


def shown(path: Path) -> str:
    """A path as text that every file can carry: bytes that are no UTF-8 are written as a backslash, x and two digits."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _must_exist(arguments: Sequence[Path]) -> None:
    absent = [shown(argument) for argument in arguments if not os.path.lexists(argument)]
    if absent:
        raise UsageError(f"no such file or folder: {', '.join(absent)}")


def _inside(folder: Path) -> tuple[list[Path], list[str]]:
    """Recordings in a folder and below it, sorted; and sentences about what was passed over."""
    notes: list[str] = []
    named = list(_walk(folder, notes))
    found = [path for path in named if not path.is_symlink()]
    if not found:
        notes.append(
            f"{shown(folder)}: no recordings in this folder; expected names such as call.wav, call.mp3, call.opus."
        )
    if links := len(named) - len(found):
        told = "1 link" if links == 1 else f"{links} links"
        notes.append(f"{shown(folder)}: {told} passed over; name a linked file to have it heard.")
    return sorted(found, key=lambda path: path.as_posix()), notes


def _walk(folder: Path, notes: list[str]) -> Iterator[Path]:
    """Regular files and links with the name of a recording; hidden files and folders are nobody's recordings."""

    def closed(problem: OSError) -> None:
        place = shown(Path(problem.filename or folder))
        notes.append(f"{place}: this folder cannot be looked through: {problem.strerror}.")

    for place, folders, files in os.walk(folder, onerror=closed):
        if OURS in files:
            notes.append(
                f"{shown(Path(place))}: passed over; Callwitness wrote these sounds, they are no recordings."
            )
            folders.clear()
            continue
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(place, name)
            named = path.suffix.lower() in ENDINGS and not name.startswith(".")
            if named and (path.is_symlink() or path.is_file()):
                yield path


def _root(arguments: Sequence[Path]) -> Path:
    places = [argument.absolute() for argument in arguments]
    folders = [place if place.is_dir() else place.parent for place in places]
    normal = [os.path.normpath(folder) for folder in folders]
    try:
        return Path(os.path.commonpath(normal))
    except ValueError:  # on two drives
        return Path(normal[0])


def _named(paths: Sequence[Path], root: Path) -> list[Input]:
    names: dict[Path, str] = {}
    taken: set[str] = set()
    inputs: list[Input] = []
    for path in paths:
        place = Path(os.path.normpath(path.absolute()))
        if place not in names:
            inner = place.relative_to(root) if place.is_relative_to(root) else place
            names[place] = _free(shown(inner), taken)
            taken.add(names[place])
        inputs.append(Input(names[place], Path(os.path.realpath(path)) if path.is_symlink() else path))
    return inputs


def _free(name: str, taken: set[str]) -> str:
    """The name, or with a number where bytes that are no text would make two names alike."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free
