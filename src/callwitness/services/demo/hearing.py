"""What is heard in the demo company's recordings.

Their voices are made of tones, and no ear trained on people takes them for people. So whoever made them tells what is
in them (method ``simulated``); what their lines play is learned from them as from any recordings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from callwitness.audio.heard import Candidate, Heard, Status
from callwitness.audio.heard import Span as Stretch
from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.hearing import keep, pieces
from callwitness.services.hearing.due import Batch, file_name, line_of
from callwitness.services.hearing.ears import Known, Task, Wish
from callwitness.services.hearing.listening import hear
from callwitness.services.reading import Progress
from callwitness.simulate.recordings import Span

METHOD: Final = "simulated"
_KINDS: Final = {
    "ringback": "tone", "music": "music", "announcement": "announcement", "speech": "speech", "silence": "quiet"
}  # fmt: skip
_DOUBT_EVERY: Final = 4
"""One of so many answers is left for a person to hear."""
_DOUBTS: Final = (("answer", 0.46), ("prompt", 0.38), ("nobody", 0.57), ("answer", 0.52), ("prompt", 0.31))
"""What is thought of them in turn (that the answer is one, a prompt is, or nothing is), and how sure that is."""
_WEIGHTS: Final = (0.48, 0.29, 0.13, 0.06, 0.03)
_NAMES: Final = {"music": "Music of the queue", "announcement": "What the exchange says"}
"""What somebody called the piece of each kind that is heard most."""


def told(name: str, spans: Sequence[Span], number: int) -> Heard:
    """Facts of a recording made of these spans. number: of the recording; decides who is left in doubt."""
    ends = [0.0]
    for _kind, seconds in spans:
        ends.append(ends[-1] + seconds)
    stretches = [
        Stretch(begin, end, _KINDS[kind.partition(":")[0]])  # type: ignore[arg-type]  # the values above
        for (kind, seconds), (begin, end) in zip(spans, pairwise(ends), strict=True)
        if seconds
    ]
    voice = next((each.start_s for each in stretches if each.kind == "speech"), None)
    prompts = [each.start_s for each in stretches if each.kind == "announcement"]
    status, guess, sure = _thought(voice, prompts, number)
    moments = dict.fromkeys(at for at in (guess, voice, *prompts, 0.0) if at is not None)
    return Heard(
        file=name,
        status=status,
        human_voice_s=guess,
        connect_s=guess,
        confidence=sure,
        method=METHOD,
        duration_s=ends[-1],
        channels="mono",
        spans=stretches,
        candidates=[Candidate(at, weight) for at, weight in zip(moments, _WEIGHTS, strict=False)],
    )


def _thought(
    voice: float | None, prompts: Sequence[float], number: int
) -> tuple[Status, float | None, float]:
    """What is believed of an answer at ``voice``: the status, the moment and how sure that is."""
    if voice is None or number % _DOUBT_EVERY:
        return "nobody" if voice is None else "answered", voice, 0.9 + number % 9 / 100
    thought, sure = _DOUBTS[number // _DOUBT_EVERY % len(_DOUBTS)]
    guesses = {"answer": voice, "prompt": max(prompts, default=voice), "nobody": None}
    return "unsure", guesses[thought], sure


def listen(workspace: m.Workspace, heard: dict[int, Heard], now: int, progress: Progress) -> None:
    """Write facts down and let the lines learn. heard: by recording."""
    rows = m.Recording.objects.filter(pk__in=heard).select_related("call", "source__workspace")
    lines: dict[str, list[m.Recording]] = {}
    for recording in rows.order_by("pk"):
        lines.setdefault(line_of(recording), []).append(recording)
    for line, recordings in lines.items():
        batch = Batch(workspace, line, recordings)
        with ExitStack() as files:
            here = sorted(
                (file_name(each), files.enter_context(evidence_store().path(each.sha256)))
                for each in recordings
            )
            today = datetime.fromtimestamp(now / 1000, UTC).date()
            task = Task(here, pieces.library_folder(workspace), line, today)
            learned = hear(task)
        facts = {file_name(each): heard[each.pk] for each in recordings}
        keep.keep_heard(batch, facts, learned.places, now)
        kinds = _kinds(facts, learned.places)
        known = [replace(piece, kind=kinds.get(piece.ident, piece.kind)) for piece in learned.pieces or []]
        wishes = _names(known)
        hear(replace(task, files=(), wishes=wishes))
        names = {wish.ident: wish.name for wish in wishes}
        known = [replace(piece, name=names.get(piece.ident, "")) for piece in known]
        pieces.keep_pieces(workspace, line, known, ())
        progress("listen", len(recordings))


def _kinds(facts: Mapping[str, Heard], places: Mapping[str, keep.Places]) -> dict[str, str]:
    """What each piece is: what is told of the places where it sounds."""
    told: dict[str, Counter[str]] = {}
    for name, heard in facts.items():
        for ident, begin, end in places.get(name, ()):
            for span in heard.spans:
                overlap = min(end, span.end_s) - max(begin, span.start_s)
                if overlap > 0 and span.kind in ("music", "announcement", "tone"):
                    told.setdefault(ident, Counter())[span.kind] += round(1000 * overlap)
    return {ident: seconds.most_common(1)[0][0] for ident, seconds in told.items()}


def _names(known: Sequence[Known]) -> list[Wish]:
    """Somebody gave names to what is heard most of each kind, not to all of it."""
    most = sorted(known, key=lambda piece: (-piece.heard_in, piece.ident))
    firsts = {kind: next((piece for piece in most if piece.kind == kind), None) for kind in _NAMES}
    return [Wish(piece.ident, _NAMES[kind], False, False) for kind, piece in firsts.items() if piece]
