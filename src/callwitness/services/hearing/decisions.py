"""What people say about recordings: where somebody answered, that nobody did, what a stretch is. Kept with who and when.

A decision counts as truth for its call and stands whatever is heard later; it is undone by a later one, never edited.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.ledger import models as m
from callwitness.ledger.models.hearing import NOBODY, VOICE
from callwitness.services.hearing import pieces
from callwitness.services.hearing.due import Batch, file_name
from callwitness.services.hearing.ears import Recorded
from callwitness.services.hearing.keep import mark_days

STRETCHES: Final = (m.HearingDecision.RECORDED, m.HearingDecision.GREETING, m.HearingDecision.LIVE)
_SHORTEST_S: Final = 0.2
_ROUNDED_S: Final = 0.01
"""Spans are kept in hundredths: the last one may end that much behind the sound."""
_AGAIN_MOST: Final = 100


def answered_at(hearing: m.Hearing, user: Any, at_s: float, now: int) -> None:
    """The first live word of the answering side, in seconds of the file. Raises ``UsageError`` outside of it."""
    _require(0 <= at_s <= hearing.duration_s)
    _decide(hearing, user, VOICE, round(at_s, 2), now)


def nobody(hearing: m.Hearing, user: Any, now: int) -> None:
    """No person of the answering side speaks in it."""
    _decide(hearing, user, NOBODY, None, now)


def undo(hearing: m.Hearing, user: Any, now: int) -> None:
    """What was heard holds again."""
    _decide(hearing, user, "", None, now)


def stretch(hearing: m.Hearing, user: Any, action: str, begin_s: float, end_s: float, now: int) -> None:
    """From here to there is a recording, an operator's recorded greeting, or live. Raises ``UsageError``."""
    _require(action in STRETCHES and 0 <= begin_s <= end_s - _SHORTEST_S)
    _require(end_s <= hearing.duration_s + _ROUNDED_S)
    with transaction.atomic():
        _note(hearing, user, action, round(begin_s, 2), round(end_s, 2), now)
        for piece in pieces.sounding(hearing, begin_s, end_s):
            if action == m.HearingDecision.GREETING:
                pieces.count_as_answer(piece, yes=True)
            elif action == m.HearingDecision.LIVE:
                pieces.forget(piece)
            elif piece.counts_as_answer:
                pieces.count_as_answer(piece, yes=False)
        if action != m.HearingDecision.LIVE:
            _hear_again(hearing)


def recorded(batch: Batch) -> list[Recorded]:
    """Stretches of a batch's recordings of which a person said last that they are recorded, and no piece is known there."""
    recordings = {each.pk: each for each in batch.recordings}
    said = m.HearingDecision.objects.filter(recording__in=recordings, action__in=STRETCHES).order_by("pk")
    last = {(row.recording_id, row.sha256, row.begin_s, row.end_s): row.action for row in said}
    heard = m.Hearing.objects.in_bulk(list(recordings))
    found = []
    for (pk, sha256, begin, end), action in last.items():
        known = heard[pk].known if pk in heard else []
        if (
            action == m.HearingDecision.LIVE
            or sha256 != recordings[pk].sha256
            or begin is None
            or end is None
        ):
            continue
        if not any(min(until, end) - max(since, begin) > (end - begin) / 2 for _ident, since, until in known):
            greeting = action == m.HearingDecision.GREETING
            found.append(Recorded(file_name(recordings[pk]), begin, end, greeting))
    return found


def said_meanwhile(batch: Batch, since: int) -> None:
    """What people said to be recorded while a batch was heard could not teach its line yet. since: when that began, ms."""
    said = m.HearingDecision.objects.filter(
        recording__in=batch.recordings,
        action__in=(m.HearingDecision.RECORDED, m.HearingDecision.GREETING),
        at__gte=since,
    )
    for hearing in m.Hearing.objects.filter(recording__in=said.values("recording")):
        _hear_again(hearing)


def _hear_again(hearing: m.Hearing) -> None:
    """The recording teaches its line something, which may settle other doubtful ones."""
    doubtful = m.Hearing.objects.filter(
        workspace=hearing.workspace_id, line=hearing.line, status="unsure", decided=""
    ).order_by("-heard_at")
    again = {hearing.pk, *doubtful.values_list("pk", flat=True)[:_AGAIN_MOST]}
    m.Recording.objects.filter(pk__in=again).update(to_hear=True)


def _decide(hearing: m.Hearing, user: Any, decided: str, at_s: float | None, now: int) -> None:
    with transaction.atomic():
        row = m.Hearing.objects.select_for_update().get(pk=hearing.pk)
        row.decided, row.decided_s = decided, at_s
        row.decided_by, row.decided_at = (user, now) if decided else (None, None)
        row.save(update_fields=["decided", "decided_s", "decided_by", "decided_at"])
        _note(hearing, user, decided or m.HearingDecision.UNDO, at_s, None, now)
        mark_days(m.Recording.objects.filter(pk=hearing.pk).select_related("call"), now)
    hearing.refresh_from_db()


def _note(
    hearing: m.Hearing, user: Any, action: str, begin_s: float | None, end_s: float | None, now: int
) -> None:
    m.HearingDecision.objects.create(
        recording_id=hearing.pk,
        sha256=hearing.sha256,
        by=user,
        at=now,
        action=action,
        begin_s=begin_s,
        end_s=end_s,
    )


def _require(fits: bool) -> None:
    if not fits:
        raise UsageError(_("A moment has to lie inside the recording."))
