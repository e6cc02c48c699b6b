"""Hearing recordings of one line with the library that the line has, and teaching the library what they share.

Runs in the process of ``ears``; knows files and the library on the disk, no database.
"""

from __future__ import annotations

from callwitness.audio.decode import Unreadable
from callwitness.audio.heard import Heard
from callwitness.audio.hearing import decide, listen_to
from callwitness.audio.library import Library, Piece
from callwitness.audio.line import Line
from callwitness.audio.trace import Trace
from callwitness.services.hearing.ears import Known, Outcome, Task, Wish


def hear(task: Task) -> Outcome:
    """Facts of every file of a task, by its name; what cannot be read says so."""
    library = Library.open(task.folder, task.line)
    for wish in task.wishes:
        _heed(library, wish)
    heard: dict[str, Heard] = {}
    traces: list[tuple[str, Trace]] = []
    for name, path in task.files:
        try:
            traces.append((name, listen_to(path)))
        except Unreadable as problem:
            heard[name] = Heard(file=name, status="unreadable", problem=str(problem))
    line = Line(traces, library)
    heard |= {name: decide(name, trace, line) for name, trace in traces}
    library.learn(traces, task.today)
    library.save()
    return Outcome(heard, [_known(piece) for piece in library.pieces])


def _known(piece: Piece) -> Known:
    return Known(
        piece.id, piece.name, piece.kind, piece.duration_s, piece.heard_in, piece.first_heard, piece.last_heard,
        piece.counts_as_answer,
    )  # fmt: skip


def _heed(library: Library, wish: Wish) -> None:
    """What a person said holds for the library from now on; a piece it has forgotten by itself is no matter."""
    if wish.ident not in {piece.id for piece in library.pieces}:
        return
    if wish.forget:
        library.forget(wish.ident)
        return
    library.name(wish.ident, wish.name)
    library.count_as_answer(wish.ident, wish.counts_as_answer)
