"""What was said in a recording: a fragment below its player, noted once a reading."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from callwitness.audio.words.digits import Token, tokens
from callwitness.audio.words.transcript import SIDES, Segment, segments_of
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Absent, Scope
from callwitness.services import audit
from callwitness.web.ui.door import screen
from callwitness.web.ui.visitor import address_of

_AGAIN_MS: Final = 600_000
_MOST: Final = 3_000
_HIDDEN: Final = "•••"
_SHORTEST_NUMBER: Final = 6
_BETWEEN: Final = 1
"""Words that may stand between the parts of a number: "yes", "and"."""

_Place: TypeAlias = tuple[int, Token]
"""A token and the segment it is in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of one side. clock: its start as people read it; text where there are no words with times."""

    segment: Segment
    clock: str


@screen("listen")
def words(request: HttpRequest, scope: Scope, public_id: str, pk: int) -> HttpResponse:
    """The transcript of a recording, line by line."""
    call = access.call(scope, public_id)
    found = access.one(access.recordings(scope, call).select_related("transcript"), pk=pk)
    transcript = current(found)
    if transcript is None or transcript.state != m.Transcript.WRITTEN:
        raise Absent
    _note_reading(request, scope, call, found)
    segments = segments_of(transcript.segments[:_MOST])
    if scope.masks_numbers:
        segments = without_numbers(segments)
    lines = [Line(each, _clock(each.start_s)) for each in segments]
    cut = len(transcript.segments) > _MOST
    return render(request, "call/said.html", {"lines": lines, "transcript": transcript, "cut": cut})


def current(recording: m.Recording) -> m.Transcript | None:
    """The transcript of the bytes that are kept now."""
    found: m.Transcript | None = getattr(recording, "transcript", None)
    return found if found is not None and found.sha256 == recording.sha256 else None


def without_numbers(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """For readers who see no numbers: those of six digits and more are hidden, whichever way they are said.

    A number is followed through the segments of a side: people dictate it in parts.
    """
    cuts: dict[int, list[tuple[int, int]]] = {}
    for side in SIDES:
        spoken = [
            (n, token) for n, each in enumerate(segments) if each.side == side for token in tokens(each.text)
        ]
        for run in _numbers(spoken):
            for n in dict.fromkeys(n for n, _token in run):
                own = [token for place, token in run if place == n]
                cuts.setdefault(n, []).append((own[0].first, own[-1].last))
    return tuple(_without(each, cuts[n]) if n in cuts else each for n, each in enumerate(segments))


def _without(segment: Segment, hidden: Sequence[tuple[int, int]]) -> Segment:
    text = segment.text
    for first, last in reversed(hidden):
        text = text[:first] + _HIDDEN + text[last:]
    return replace(segment, text=text, words=())


def _numbers(spoken: Sequence[_Place]) -> Iterator[list[_Place]]:
    """Numbers that follow each other and are six digits and more together."""
    run: list[_Place] = []
    between = 0
    for place in spoken:
        token = place[1]
        if token.digits:
            run.append(place)
            between = 0
        elif token.text.isalpha():
            between += 1
            if between > _BETWEEN:
                yield from _long(run)
                run = []
    yield from _long(run)


def _long(run: list[_Place]) -> Iterator[list[_Place]]:
    if sum(len(token.digits) for _n, token in run) >= _SHORTEST_NUMBER:
        yield run


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _note_reading(request: HttpRequest, scope: Scope, call: m.Call, found: m.Recording) -> None:
    """Once in ten minutes, as listening is."""
    since = int(time.time() * 1000) - _AGAIN_MS
    noted = m.Audit.objects.filter(
        workspace=scope.workspace,
        at__gte=since,
        user=scope.user,
        action="read_words",
        what=call.public_id,
        details__recording=found.pk,
    )
    if not noted.exists():
        audit.note(
            scope, request.user, "read_words", call.public_id, {"recording": found.pk}, address_of(request)
        )
