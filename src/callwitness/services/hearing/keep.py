"""Facts of recordings written down; a day on which a fact changed is derived again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.db import transaction

from callwitness.audio.heard import Heard
from callwitness.domain.recordings.tables import live_seconds
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.dirty import mark_dirty
from callwitness.services.hearing.due import Batch, file_name, line_of

Places = Sequence[tuple[str, float, float]]
"""Known pieces that sound in a recording: ident, from, to (s)."""
_LONGEST_PROBLEM: Final = 500
_AGAIN_MOST: Final = 200
_DOUBTFUL: Final = 0.8
"""Of less sure recordings the moment may be found better when more of their line is known."""
_MATTERS: Final = ("status", "human_voice_s", "confidence", "silence", "duration_s", "live_s", "decided")


def keep_heard(batch: Batch, heard: Mapping[str, Heard], places: Mapping[str, Places], now: int) -> int:
    """Facts and known pieces by name of file (``due.file_name``); of how many recordings they changed.

    What became another recording while it was heard, or one of another line, waits to be heard as it is now.
    """
    with transaction.atomic():
        taught = m.Hearing.objects.filter(workspace=batch.workspace, line=batch.line).count()
        taught += len(batch.recordings)
        known = m.Hearing.objects.in_bulk([recording.pk for recording in batch.recordings])
        changed, done = [], []
        for name, recording in _unchanged(batch):
            if name not in heard:
                continue
            columns = _columns(batch, recording, heard[name], places.get(name, ()))
            if _keep(recording, columns | {"heard_at": now, "taught": taught}, known):
                changed.append(recording)
            if line_of(recording) == batch.line:
                done.append(recording.pk)
        m.Recording.objects.filter(pk__in=done).update(to_hear=False)
        mark_days(changed, now)
    return len(changed)


def _unchanged(batch: Batch) -> Iterator[tuple[str, m.Recording]]:
    """Recordings as they are by now under the name each was heard by; without those that hold other bytes or are gone."""
    rows = m.Recording.objects.select_related("call", "source").select_for_update(of=("self",))
    there = rows.in_bulk([recording.pk for recording in batch.recordings])
    for heard in batch.recordings:
        recording = there.get(heard.pk)
        if recording is not None and recording.sha256 == heard.sha256:
            yield file_name(heard), recording


def keep_failed(batch: Batch, problem: str, now: int) -> None:
    """Recordings that cannot be heard, and a sentence why. What was heard in the same bytes before stands."""
    before = m.Hearing.objects.filter(recording__in=batch.recordings).exclude(status="unreadable")
    bytes_heard = dict(before.values_list("recording_id", "sha256"))
    failed = [each for each in batch.recordings if bytes_heard.get(each.pk) != each.sha256]
    names = [file_name(recording) for recording in failed]
    keep_heard(
        replace(batch, recordings=failed),
        {name: Heard(name, "unreadable", problem=problem) for name in names},
        {},
        now,
    )
    for pk, sha256 in bytes_heard.items():
        m.Recording.objects.filter(pk=pk, sha256=sha256).update(to_hear=False)


def try_again(problem: str) -> int:
    """Recordings that failed with this sentence wait once more: a newer version may hear them. How many."""
    failed = m.Recording.objects.filter(hearing__status="unreadable", hearing__problem=problem)
    return failed.update(to_hear=True)


def mark_days(recordings: Iterable[m.Recording], now: int) -> None:
    """The days of the calls of these recordings are derived again. Inside a transaction."""
    calls = [recording.call for recording in recordings if recording.call is not None]
    _mark([(call.workspace_id, call.day) for call in calls], now)


def _mark(days: Iterable[tuple[int, int]], now: int) -> None:
    """Days, each with the id of its workspace."""
    by_workspace: defaultdict[int, set[int]] = defaultdict(set)
    for workspace, day in days:
        by_workspace[workspace].add(day)
    for workspace, touched in by_workspace.items():
        mark_dirty(workspace, touched, (), now)


def linked(calls: Collection[int], now: int) -> None:
    """Recordings were tied to these calls or loosened from them: what was heard is told of other calls now.

    A recording that turns out to be of another line is heard again with that line's library.
    """
    for part in bulk.by_keys(sorted(calls)):
        touched = m.Recording.objects.filter(call__in=part, hearing__isnull=False)
        moved = [
            recording.pk
            for recording in touched.select_related("call", "source", "hearing")
            if line_of(recording) != recording.hearing.line
        ]
        m.Recording.objects.filter(pk__in=moved).update(to_hear=True)
        _mark(m.Call.objects.filter(pk__in=part).values_list("workspace_id", "day"), now)


def hear_again(batch: Batch) -> int:
    """Doubtful recordings of a line that has grown to twice what it was are heard once more; how many wait for that.

    So each is heard again only so often as its line doubles.
    """
    count = m.Hearing.objects.filter(workspace=batch.workspace, line=batch.line).count()
    doubtful = m.Hearing.objects.filter(
        workspace=batch.workspace,
        line=batch.line,
        decided="",
        taught__lte=count // 2,
        confidence__lt=_DOUBTFUL,
    ).exclude(status="unreadable")
    again = list(doubtful.order_by("-heard_at").values_list("pk", flat=True)[:_AGAIN_MOST])
    return m.Recording.objects.filter(pk__in=again, to_hear=False).update(to_hear=True)


def _columns(batch: Batch, recording: m.Recording, facts: Heard, places: Places) -> dict[str, Any]:
    return {
        "workspace": batch.workspace,
        "line": batch.line,
        "sha256": recording.sha256,
        "status": facts.status,
        "human_voice_s": None if facts.human_voice_s is None else _tidy(facts.human_voice_s),
        "connect_s": None if facts.connect_s is None else _tidy(facts.connect_s),
        "confidence": round(facts.confidence, 4),
        "method": facts.method[:60],
        "duration_s": facts.duration_s,
        "live_s": live_seconds([(span.start_s, span.end_s, span.kind) for span in facts.spans]),
        "channels": facts.channels or "",
        "spans": [[_tidy(span.start_s), _tidy(span.end_s), span.kind] for span in facts.spans],
        "candidates": [[_tidy(each.at_s), round(float(each.weight), 3)] for each in facts.candidates],
        "known": [[ident, _tidy(begin), _tidy(end)] for ident, begin, end in places],
        "silence": facts.silence or "",
        "problem": (facts.problem or "").replace("\0", "")[:_LONGEST_PROBLEM],
    }


def _tidy(seconds: float) -> float:
    return round(float(seconds), 2)


def _keep(recording: m.Recording, columns: dict[str, Any], known: Mapping[int, m.Hearing]) -> bool:
    """Write one down; whether something that matters differs. A decision about other bytes does not hold for these."""
    before = known.get(recording.pk)
    if before is None or before.sha256 != recording.sha256:
        columns |= {"decided": "", "decided_s": None, "decided_by": None, "decided_at": None}
    m.Hearing.objects.update_or_create(recording=recording, defaults=columns)
    return before is None or any(
        columns.get(name, getattr(before, name)) != getattr(before, name) for name in _MATTERS
    )
