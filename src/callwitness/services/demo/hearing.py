"""What is heard in the demo company's recordings.

Their voices are made of tones, and no ear trained on people takes them for people. So whoever made them tells what is
in them (method ``simulated``); what their lines play is learned from them as from any recordings.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from callwitness.audio.heard import Candidate, Heard
from callwitness.audio.heard import Span as Stretch
from callwitness.ledger import models as m
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.hearing import keep, pieces
from callwitness.services.hearing.due import Batch, file_name, line_of
from callwitness.services.hearing.ears import Task
from callwitness.services.hearing.listening import hear
from callwitness.services.reading import Progress
from callwitness.simulate.recordings import Span

METHOD: Final = "simulated"
_KINDS: Final = {"ringback": "tone", "music": "music", "announcement": "announcement", "speech": "speech"}
_DOUBT_EVERY: Final = 5
"""One of so many answers is left for a person to hear."""


def told(name: str, spans: Sequence[Span], number: int) -> Heard:
    """Facts of a recording made of these spans. number: of the recording; decides who is left in doubt."""
    ends = [0.0]
    for _kind, seconds in spans:
        ends.append(ends[-1] + seconds)
    stretches = [
        Stretch(begin, end, _KINDS[kind])  # type: ignore[arg-type]  # the values above
        for (kind, seconds), (begin, end) in zip(spans, pairwise(ends), strict=True)
        if seconds
    ]
    voice = next((each.start_s for each in stretches if each.kind == "speech"), None)
    unsure = voice is not None and number % _DOUBT_EVERY == 0
    moments = sorted({0.0, *(each.start_s for each in stretches if each.kind in ("speech", "announcement"))})
    return Heard(
        file=name,
        status="unsure" if unsure else "nobody" if voice is None else "answered",
        human_voice_s=voice,
        connect_s=voice,
        confidence=0.46 if unsure else 0.9 + number % 9 / 100,
        method=METHOD,
        duration_s=ends[-1],
        channels="mono",
        spans=stretches,
        candidates=[
            Candidate(at, 0.5 if at == voice else 0.2) for at in sorted(moments, key=lambda at: at != voice)
        ],
    )


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
            learned = hear(Task(here, pieces.library_folder(workspace), line, today))
        facts = {file_name(each): heard[each.pk] for each in recordings}
        keep.keep_heard(batch, facts, learned.places, now)
        pieces.keep_pieces(workspace, line, learned.pieces or [], ())
        progress("listen", len(recordings))
