"""What lines play again and again: the rows that people see and name, and the library on the disk that knows the sound.

The library belongs to the process that listens. What people say is kept in the rows at once and told to the library
before it is used again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction

from callwitness.audio.library import Library, LibraryProblem
from callwitness.ledger import models as m
from callwitness.services.hearing.ears import Known, Wish


def library_folder(workspace: m.Workspace) -> Path:
    """Where the libraries of a workspace's lines lie."""
    return Path(settings.SERVER.data) / "library" / str(workspace.pk)


def wishes(workspace: m.Workspace, line: str) -> list[Wish]:
    """What people said that the library of a line does not know yet."""
    rows = m.Piece.objects.filter(workspace=workspace, line=line, told=False).order_by("pk")
    return [Wish(row.ident, row.name, row.counts_as_answer, row.forgotten) for row in rows]


def keep_pieces(workspace: m.Workspace, line: str, pieces: Sequence[Known], heeded: Sequence[Wish]) -> None:
    """The rows of a line as its library has become. What a person said meanwhile stands and is told next time."""
    with transaction.atomic():
        rows = {row.ident: row for row in m.Piece.objects.filter(workspace=workspace, line=line)}
        told = {wish.ident: wish for wish in heeded}
        there = {piece.ident for piece in pieces}
        for piece in pieces:
            row = rows.get(piece.ident, m.Piece(workspace=workspace, line=line, ident=piece.ident))
            row.kind, row.duration_s, row.heard_in = piece.kind, piece.duration_s, piece.heard_in
            row.first_heard, row.last_heard = piece.first_heard, piece.last_heard
            said = Wish(row.ident, row.name, row.counts_as_answer, row.forgotten)
            if row.told or told.get(row.ident) == said:
                row.name, row.counts_as_answer, row.told = piece.name[:120], piece.counts_as_answer, True
            elif row.forgotten or row.counts_as_answer != piece.counts_as_answer:
                _hear_again(row)  # recordings were heard without regard to it
            row.save()
        gone = [row.pk for ident, row in rows.items() if ident not in there and (row.told or ident in told)]
        m.Piece.objects.filter(pk__in=gone).delete()


def sounding(hearing: m.Hearing, begin_s: float, end_s: float) -> list[m.Piece]:
    """Pieces that mostly lie in a stretch of a recording."""
    inside = [
        ident
        for ident, begin, end in hearing.known
        if min(end, end_s) - max(begin, begin_s) > (end - begin) / 2
    ]
    rows = m.Piece.objects.filter(workspace=hearing.workspace_id, line=hearing.line, ident__in=inside)
    return list(rows.filter(forgotten=False).order_by("pk"))


def waiting_lines() -> list[tuple[m.Workspace, str]]:
    """Lines whose library is to be told something."""
    rows = m.Piece.objects.filter(told=False).select_related("workspace").order_by("workspace", "line")
    return list(dict.fromkeys((row.workspace, row.line) for row in rows))


def name(piece: m.Piece, text: str) -> None:
    """Give it a name people know it by."""
    piece.name, piece.told = " ".join(text.replace("\0", "").split())[:120], False
    piece.save(update_fields=["name", "told"])


def count_as_answer(piece: m.Piece, yes: bool) -> int:
    """It is an operator's own greeting: who hears it was answered. How many recordings are heard again because of it."""
    piece.counts_as_answer, piece.told = yes, False
    with transaction.atomic():
        piece.save(update_fields=["counts_as_answer", "told"])
        return _hear_again(piece)


def forget(piece: m.Piece) -> int:
    """It is no piece: what sounds like it counts as live again. How many recordings are heard again because of it."""
    piece.forgotten, piece.told = True, False
    with transaction.atomic():
        piece.save(update_fields=["forgotten", "told"])
        return _hear_again(piece)


def clip(piece: m.Piece) -> Path | None:
    """Its sound as a file; None when the library has none."""
    try:
        library = Library.open(library_folder(piece.workspace), piece.line)
        return library.clip(piece.ident) if library.has(piece.ident) else None
    except LibraryProblem:
        return None


def _hear_again(piece: m.Piece) -> int:
    """Recordings in which it sounds."""
    line = m.Hearing.objects.filter(workspace=piece.workspace, line=piece.line).exclude(known=[])
    rows = line.values_list("pk", "known")
    those = [pk for pk, known in rows if any(place[0] == piece.ident for place in known)]
    return m.Recording.objects.filter(pk__in=those).update(to_hear=True)
