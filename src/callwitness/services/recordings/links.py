"""Which call a recording is of: by the call's id, by the name that records carry, by an id inside its own name."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from callwitness.domain.recordings.names import stem
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.dirty import mark_unpublished
from callwitness.services.hearing.keep import linked

_DAY_MS: Final = 86_400_000
_AT_ONCE: Final = 2_000
_FIRST_PAUSE_MS: Final = 60_000
_LONGEST_PAUSE_MS: Final = _DAY_MS
_ID: Final = re.compile(r"\d{9,11}\.\d+|[A-Za-z0-9][A-Za-z0-9._:@-]{5,}")
"""What looks like the id of a call in a file name: Asterisk's, else any longer word."""


def link_recordings(workspace: m.Workspace, now: int | None = None) -> int:
    """Tie recordings to calls as they are derived now; how many changed. ``Call.recorded`` follows.

    One whose call is not there yet is looked for again later, ever more seldom.
    """
    now = time.time_ns() // 1_000_000 if now is None else now
    done = 0
    for source in m.Source.objects.filter(workspace=workspace, recordings__isnull=False).distinct():
        with transaction.atomic():
            touched = [*_loosen(source), *_link(source, now)]
            tell(workspace, touched, now)
        done += len(touched)
    return done


def _loosen(source: m.Source) -> list[int]:
    """Recordings whose call does not have that id any more, as calls merged or split; the calls they were of."""
    still = m.Witness.objects.filter(
        source=source, native_call_id=OuterRef("native_call_id"), call=OuterRef("call")
    )
    tied = m.Recording.objects.filter(source=source, call__isnull=False).exclude(native_call_id="")
    wrong = dict(tied.exclude(Exists(still)).values_list("pk", "call_id"))
    for part in bulk.by_keys(list(wrong)):
        m.Recording.objects.filter(pk__in=part).update(call=None, next_try_at=None, tries=0)
    return list(wrong.values())


def _link(source: m.Source, now: int) -> list[int]:
    """The calls that recordings were tied to."""
    loose = m.Recording.objects.filter(source=source, call=None, state=m.Recording.KEPT)
    due = loose.filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
    waiting = list(due.order_by("id")[:_AT_ONCE])
    if not waiting:
        return []
    calls = _calls(source, {recording.native_call_id for recording in waiting if recording.native_call_id})
    unsure = [recording for recording in waiting if recording.native_call_id not in calls]
    natives = _natives(source, unsure)
    calls |= _calls(source, {native for found in natives.values() for native in found})
    for recording in waiting:
        told = [recording.native_call_id, *natives.get(recording.pk, ())]
        native = next((native for native in told if native in calls), None)
        if native is None:
            pause = min(_FIRST_PAUSE_MS << min(recording.tries, 20), _LONGEST_PAUSE_MS)
            recording.tries, recording.next_try_at = recording.tries + 1, now + pause
            continue
        recording.call_id, recording.native_call_id = calls[native], native
        recording.tries, recording.next_try_at = 0, None
    m.Recording.objects.bulk_update(
        waiting, ["call", "native_call_id", "tries", "next_try_at"], batch_size=200
    )
    return [recording.call_id for recording in waiting if recording.call_id is not None]


def _natives(source: m.Source, recordings: Collection[m.Recording]) -> dict[int, list[str]]:
    """For each recording the ids of calls that it may be of by its name, the surest first; reads all records once."""
    if not recordings:
        return {}
    stems = {recording.pk: stem(recording.url or recording.name) for recording in recordings}
    by_stem = _by_record(source, {text for text in stems.values() if text})
    found = {}
    for recording in recordings:
        text = stems[recording.pk]
        found[recording.pk] = [*by_stem.get(text, []), text, *_inside(text)]
    return found


def _by_record(source: m.Source, stems: set[str]) -> dict[str, list[str]]:
    """Ids of calls by the stem of the recording that their records name."""
    found: dict[str, list[str]] = {}
    named = m.Record.objects.filter(source=source, evidence__state=m.Evidence.READ).exclude(recording="")
    for name, native in named.values_list("recording", "native_call_id").iterator(chunk_size=10_000):
        if (text := stem(name)) in stems:
            found.setdefault(text, []).append(native)
    return found


def _inside(text: str) -> Iterator[str]:
    """Words of a name that may be ids: whole, and divided where names are."""
    yield from _ID.findall(text)
    for part in re.split(r"[-_ ]", text):
        yield from _ID.findall(part)


def _calls(source: m.Source, natives: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in bulk.by_keys(sorted(natives)):
        rows = m.Witness.objects.filter(source=source, native_call_id__in=part)
        found |= dict(rows.values_list("native_call_id", "call_id"))
    return found


def tell(workspace: m.Workspace, touched: list[int], now: int) -> None:
    """``Call.recorded`` as it is; the warehouse is told of the days on which it changed, derivation of what was heard."""
    linked(touched, now)
    kept = Exists(m.Recording.objects.filter(call=OuterRef("pk"), state=m.Recording.KEPT))
    for part in bulk.by_keys(sorted(set(touched))):
        calls = m.Call.objects.filter(pk__in=part).annotate(has=kept).exclude(has=F("recorded"))
        for pk, has, at in calls.values_list("pk", "has", "started_at"):
            m.Call.objects.filter(pk=pk).update(recorded=has)
            mark_unpublished(workspace.pk, {at // _DAY_MS}, now)
