"""How many findings of a kind there are, as a sentence: for the screens that list them."""

from __future__ import annotations

from django.utils.translation import ngettext

from callwitness.web.ui import words


def said(kind: str, n: int) -> str:
    """``4 calls never reached the office``; a kind without a sentence of its own is named and counted."""
    sentences = {
        "never_arrived": ngettext(
            "{n} call never reached the office", "{n} calls never reached the office", n
        ),
        "unknown_to_provider": ngettext(
            "{n} call is unknown to the provider", "{n} calls are unknown to the provider", n
        ),
        "answer_disputed": ngettext(
            "{n} answer is claimed by one source and denied by another",
            "{n} answers are claimed by one source and denied by another",
            n,
        ),
        "wait_understated": ngettext("{n} wait is understated", "{n} waits are understated", n),
        "duration_mismatch": ngettext(
            "{n} call is of different length in two sources",
            "{n} calls are of different length in two sources",
            n,
        ),
        "caller_mismatch": ngettext(
            "{n} call has another caller's number in one source",
            "{n} calls have another caller's number in one source",
            n,
        ),
        "duplicate_record": ngettext(
            "{n} call is told twice by the same source", "{n} calls are told twice by the same source", n
        ),
        "recording_missing": ngettext("{n} talk has no recording", "{n} talks have no recording", n),
        "recording_truncated": ngettext("{n} recording is incomplete", "{n} recordings are incomplete", n),
        "recording_orphan": ngettext("{n} recording is of no call", "{n} recordings are of no call", n),
        "source_silent": ngettext("{n} time a source fell silent", "{n} times a source fell silent", n),
        "clock_off": ngettext("{n} clock is off", "{n} clocks are off", n),
    }
    return sentences.get(kind, words.word("finding", kind) + ": {n}").format(n=n)
