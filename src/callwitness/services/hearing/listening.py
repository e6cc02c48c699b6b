"""Hearing recordings of one line with the library that the line has, and teaching the library what they share.

Runs in the process of ``ears``; knows files and the library on the disk, no database.
"""

from __future__ import annotations

from datetime import date

from callwitness.audio.decode import Unreadable
from callwitness.audio.heard import Heard
from callwitness.audio.hearing import decide, listen_to
from callwitness.audio.library import Library, LibraryProblem, Piece
from callwitness.audio.line import Line
from callwitness.audio.trace import Trace
from callwitness.services.hearing.ears import Known, Outcome, Task, Wish


def hear(task: Task) -> Outcome:
    """Facts of every file of a task, by its name; what cannot be read says so. A library that cannot be read helps nobody."""
    heard: dict[str, Heard] = {}
    traces: dict[str, Trace] = {}
    for name, path in task.files:
        try:
            traces[name] = listen_to(path)
        except Unreadable as problem:
            heard[name] = Heard(file=name, status="unreadable", problem=str(problem))
    library, trouble = _library(task, traces)
    line = Line({name: trace.heard for name, trace in traces.items()}, library)
    heard |= {name: decide(name, trace, line.lessons[name]) for name, trace in traces.items()}
    places = {name: line.lessons[name].pieces for name in traces}
    if library is None:
        return Outcome(heard, places, None, trouble)
    try:
        library.learn(traces, line, task.today)
        library.save()
    except LibraryProblem as problem:
        return Outcome(heard, places, None, str(problem))
    return Outcome(heard, places, [_known(piece) for piece in library.pieces], trouble)


def _library(task: Task, traces: dict[str, Trace]) -> tuple[Library | None, str]:
    """The library of the line as people want it, or what is wrong with it."""
    try:
        library = Library.open(task.folder, task.line)
    except LibraryProblem as problem:
        return None, str(problem)
    for wish in task.wishes:
        if library.has(wish.ident):  # one that has aged out is no matter
            _heed(library, wish)
    for stretch in task.recorded:
        if stretch.file in traces:
            taught = library.teach(traces[stretch.file], stretch.begin_s, stretch.end_s, task.today)
            if taught and stretch.greeting:
                library.count_as_answer(taught, yes=True)
    return library, ""


def _heed(library: Library, wish: Wish) -> None:
    """What a person said holds for the library from now on."""
    if wish.forget:
        library.forget(wish.ident)
        return
    library.name(wish.ident, wish.name)
    library.count_as_answer(wish.ident, wish.counts_as_answer)


def _known(piece: Piece) -> Known:
    return Known(
        piece.id,
        piece.name,
        piece.kind,
        piece.duration_s,
        piece.heard_in,
        date.fromisoformat(piece.first_heard),
        date.fromisoformat(piece.last_heard),
        piece.counts_as_answer,
    )
