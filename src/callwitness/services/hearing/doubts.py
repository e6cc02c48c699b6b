"""Which recordings wait for a person: those whose moment decides nothing yet, and would."""

from __future__ import annotations

from django.db.models import Q

from callwitness.domain.recordings.voices import NOBODY_SURE, VOICE_SURE


def doubtful() -> Q:
    """The condition on Hearing: unsure, or less sure than a verdict asks for.

    That nobody answers matters only where somebody claims an answer.
    """
    voice = Q(status="answered", confidence__lt=VOICE_SURE)
    nobody = Q(status="nobody", confidence__lt=NOBODY_SURE, recording__call__verdict="answered")
    return Q(decided="") & (Q(status="unsure") | voice | nobody)
