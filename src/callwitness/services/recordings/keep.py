"""Recordings: kept when they are uploaded or as soon as their link can be followed, and tied to their calls."""

from __future__ import annotations

import tempfile
from typing import IO, Final, cast

import polars as pl

from callwitness.audio.decode import Unreadable
from callwitness.ledger import models as m
from callwitness.ledger.store import Readable, StoreError
from callwitness.services.arrivals.evidence_store import evidence_store
from callwitness.services.arrivals.names import shown_name
from callwitness.services.recordings.fetching import Bounds, FetchFailed, FetchRefused, fetch
from callwitness.services.recordings.links import link_recordings, tell
from callwitness.services.recordings.sound import describe

LIMIT: Final = 256 << 20
MOST_TRIES: Final = 12
_FIRST_PAUSE_MS: Final = 30_000
_LONGEST_PAUSE_MS: Final = 6 * 3_600_000
_AT_ONCE: Final = 10
_LONGEST_LINK: Final = 2000


def keep_recording(source: m.Source, stream: Readable, name: str, now: int) -> m.Recording:
    """Keep an uploaded sound file; one that cannot be read is kept too, as failed, with a sentence. Raises ``StoreError``.

    A second file of the same name takes the place of the first.
    """
    stored = evidence_store().put(stream, LIMIT)
    found = m.Recording.objects.filter(source=source, name=shown_name(name)).first()
    recording = found or m.Recording(source=source, name=shown_name(name))
    recording.sha256, recording.size, recording.arrived_at = stored.sha256, stored.size, now
    before, recording.call = recording.call_id, None
    recording.tries, recording.next_try_at = 0, None
    _describe(recording)
    recording.save()
    if before is not None:
        tell(source.workspace, [before], now)
    return recording


def await_recordings(evidence: m.Evidence, records: pl.DataFrame, now: int) -> None:
    """Records that carry a link make recordings that are awaited. Inside a transaction."""
    link = pl.col("recording")
    wanted = records.filter(link.str.contains(r"(?i)^https?://") & (link.str.len_bytes() <= _LONGEST_LINK))
    wanted = wanted.unique("recording", keep="last", maintain_order=True)
    wanted = wanted.select("recording", pl.coalesce("native_call_id", "name"))
    m.Recording.objects.bulk_create(
        (
            m.Recording(
                source_id=evidence.source_id,
                name=url[:500],
                url=url,
                native_call_id=call[:500],
                state=m.Recording.AWAITED,
                arrived_at=now,
                next_try_at=now,
            )
            for url, call in wanted.iter_rows()
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def fetch_due(now: int) -> int:
    """Follow links whose time has come, a few at a time; how many were tried. now: ms UTC."""
    due = m.Recording.objects.filter(state=m.Recording.AWAITED, next_try_at__lte=now, source__enabled=True)
    recordings = list(due.select_related("source__workspace").order_by("next_try_at", "id")[:_AT_ONCE])
    for recording in recordings:
        _fetch(recording, now)
    for workspace in {recording.source.workspace for recording in recordings}:
        link_recordings(workspace, now)
    return len(recordings)


def _fetch(recording: m.Recording, now: int) -> None:
    recording.tries += 1
    allowed = recording.source.options.get("fetch_hosts", [])
    try:
        with tempfile.TemporaryFile() as file:
            fetch(recording.url, cast(IO[bytes], file), Bounds(LIMIT, allowed=tuple(allowed)))
            file.seek(0)
            stored = evidence_store().put(cast(IO[bytes], file), LIMIT)
        recording.sha256, recording.size = stored.sha256, stored.size
        _describe(recording)
        if recording.state == m.Recording.FAILED:  # a page that says "not yet" is no recording
            _later(recording, now, recording.problem)
    except FetchRefused as problem:
        recording.state, recording.problem, recording.next_try_at = m.Recording.FAILED, str(problem), None
    except (FetchFailed, StoreError) as problem:
        _later(recording, now, str(problem))
    recording.save()


def _later(recording: m.Recording, now: int, problem: str) -> None:
    """Try again after a pause that doubles; after the last try it has failed."""
    recording.problem = problem
    if recording.tries >= MOST_TRIES:
        recording.state, recording.next_try_at = m.Recording.FAILED, None
        recording.problem = f"given up after {recording.tries} tries: {problem}"
        return
    pause = min(_FIRST_PAUSE_MS << (recording.tries - 1), _LONGEST_PAUSE_MS)
    recording.state, recording.next_try_at = m.Recording.AWAITED, now + pause


def _describe(recording: m.Recording) -> None:
    """What the kept bytes are; failed with a sentence where they are no sound."""
    try:
        with evidence_store().path(recording.sha256) as path:
            sound = describe(path)
    except Unreadable as problem:
        recording.state, recording.problem = m.Recording.FAILED, str(problem)
        recording.duration_s, recording.channels, recording.peaks = None, None, []
        return
    recording.state, recording.problem, recording.next_try_at = m.Recording.KEPT, "", None
    recording.to_hear = True
    recording.media_type, recording.duration_s = sound.media_type, sound.duration_s
    recording.channels, recording.peaks = sound.channels, sound.peaks
