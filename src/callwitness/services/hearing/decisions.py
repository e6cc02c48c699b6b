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
from callwitness.services.hearing.keep import mark_days

STRETCHES: Final = (m.HearingDecision.RECORDED, m.HearingDecision.GREETING, m.HearingDecision.LIVE)
_SHORTEST_S: Final = 0.2


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
    _require(action in STRETCHES and begin_s >= 0 and begin_s + _SHORTEST_S <= end_s <= hearing.duration_s)
    _note(hearing, user, action, round(begin_s, 2), round(end_s, 2), now)


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
