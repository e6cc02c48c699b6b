"""The words of the domain as a page shows them: codes of result tables to messages of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from callwitness.report.language import mark as _


@dataclass(frozen=True, slots=True)
class FindingWords:
    """A kind of finding: its title, and what it means in one sentence."""

    title: str
    meaning: str


VERDICTS: Final[Mapping[str, str]] = {
    "answered": _("answered"),
    "voicemail": _("voicemail"),
    "deflected": _("deflected"),
    "rejected": _("rejected"),
    "closed": _("closed"),
    "abandoned_in_queue": _("left the queue"),
    "self_served": _("served by the menu"),
    "abandoned_in_ivr": _("left the menu"),
    "busy": _("busy"),
    "no_answer": _("no answer"),
    "failed": _("failed"),
    "never_arrived": _("never reached the office"),
    "unknown": _("unknown"),
}

# what a reader wants to know first of an inbound verdict; gives the colour and the icon
TONES: Final[Mapping[str, str]] = {
    "answered": "ok",
    "voicemail": "nobody",
    "closed": "nobody",
    "abandoned_in_queue": "nobody",
    "abandoned_in_ivr": "nobody",
    "busy": "nobody",
    "no_answer": "nobody",
    "failed": "nobody",
    "never_arrived": "lost",
    "deflected": "aside",
    "rejected": "aside",
    "self_served": "aside",
    "unknown": "aside",
}

TONE_WORDS: Final[Mapping[str, str]] = {
    "ok": _("answered"),
    "nobody": _("reached nobody"),
    "lost": _("never reached the office"),
    "aside": _("other"),
}

RESULTS: Final[Mapping[str, str]] = {
    "answered": _("picked up"),
    "no_answer": _("no answer"),
    "busy": _("busy"),
    "failed": _("failed"),
    "cancelled": _("cancelled"),
    "abandoned": _("left the queue"),
    "timeout": _("waited too long"),
    "empty": _("empty queue"),
    "key": _("pressed a key"),
    "transferred": _("transferred"),
    "voicemail": _("voicemail"),
    "deflected": _("deflected"),
    "rejected": _("refused"),
    "closed": _("closed"),
    "unknown": _("unknown"),
    "missed": _("missed"),
}

DIRECTIONS: Final[Mapping[str, str]] = {
    "inbound": _("inbound"),
    "outbound": _("outbound"),
    "internal": _("internal"),
}

# a source that was given no name of its own is named after its role
SOURCE_LABELS: Final[Mapping[str, str]] = {
    "provider": _("Provider"),
    "office": _("Office"),
    "contractor": _("Contractor"),
    "recording": _("Recording"),
}

SOURCE_PHRASES: Final[Mapping[str, str]] = {
    "provider": _("the provider"),
    "office": _("the office"),
    "contractor": _("the contractor"),
    "recording": _("the recording"),
}

SEGMENTS: Final[Mapping[str, str]] = {
    "call": _("whole call"),
    "ivr": _("menu"),
    "announcement": _("announcement"),
    "queue": _("queue"),
    "ring": _("ringing"),
    "talk": _("talk"),
    "hold": _("hold"),
    "transfer": _("transfer"),
    "voicemail": _("voicemail"),
    "signal": _("exchange"),
}

SOUNDS: Final[Mapping[str, str]] = {
    "quiet": _("silence"),
    "tone": _("tone"),
    "music": _("music"),
    "announcement": _("announcement"),
    "speech_near": _("speech of the caller's side"),
    "speech_far": _("speech of the answering side"),
    "speech": _("live speech"),
    "mixed": _("speech over another sound"),
}
"""What is heard in a recording."""

STATES: Final[Mapping[str, str]] = {
    "open": _("waiting"),
    "in_work": _("in work"),
    "recovered": _("talked"),
    "self_recovered": _("got through unaided"),
    "other_channel": _("reached by other means"),
    "not_needed": _("not needed"),
    "expired": _("expired"),
}

EXCLUDED: Final[Mapping[str, str]] = {
    "internal": _("internal"),
    "outbound_not_reported": _("outbound, not reported by the other side"),
    "other_line": _("another line"),
    "outside_coverage": _("outside coverage"),
    "test": _("test number"),
    "spam": _("spam"),
    "outage": _("agreed outage"),
}

CALLER_KINDS: Final[Mapping[str, str]] = {
    "withheld": _("number withheld"),
    "hidden_by_forwarding": _("number hidden by forwarding"),
    "extension": _("internal number"),
}

FLAGS: Final[Mapping[str, str]] = {
    "short": _("short"),
    "transferred": _("transferred"),
    "abandoned_after_answer": _("lost after a transfer"),
    "repeat": _("repeat call"),
    "test": _("test number"),
    "spam": _("spam"),
    "after_hours": _("outside working hours"),
}

SEVERITIES: Final[Mapping[str, str]] = {
    "critical": _("critical"),
    "major": _("major"),
    "minor": _("minor"),
    "info": _("for information"),
}

FIELDS: Final[Mapping[str, str]] = {
    "talk_s": _("talk"),
    "total_s": _("length of the call"),
    "wait_s": _("wait"),
    "billed_s": _("billed time"),
    "caller": _("caller's number"),
    "did": _("dialled number"),
    "duration": _("length of the call"),
    "talk": _("talk"),
    "total": _("length of the call"),
    "wait": _("wait"),
}

WITNESSES: Final[Mapping[str, str]] = {
    "queue_log": _("queue log"),
    "cel": _("channel events"),
    "cdr": _("call records"),
    "events": _("events"),
    "summary": _("summary"),
    "statistics": _("statistics"),
    "list": _("list of calls"),
    "report": _("report"),
    "recording": _("the recording"),
}

HEARD: Final[Mapping[str, str]] = {
    "answered": _("live voice"),
    "nobody": _("no live voice"),
    "unsure": _("in doubt"),
    "unreadable": _("cannot be read"),
}
"""What a recording says of an answer."""

FOUND_BY: Final[Mapping[str, str]] = {
    "option": _("as given"),
    "given": _("as given"),
    "configuration": _("as configured"),
    "assumed": _("assumed"),
    "option, uniqueid agrees": _("as given, and the call ids agree"),
    "uniqueid": _("from the epoch inside the call ids"),
    "the uniqueid epoch": _("from the epoch inside the call ids"),
    "learned": _("learned from sure pairs"),
    "same": _("the same number on both sides"),
}

FINDINGS: Final[Mapping[str, FindingWords]] = {
    "never_arrived": FindingWords(
        _("Never reached the office"),
        _("A neutral source saw the call; the office, which covers this line and time, did not."),
    ),
    "unknown_to_provider": FindingWords(
        _("Unknown to the provider"),
        _("The office has a call on the provider's line that the provider does not tell."),
    ),
    "answer_disputed": FindingWords(
        _("Answer disputed"),
        _("One source claims that a person answered; a more trusted one denies it."),
    ),
    "wait_understated": FindingWords(
        _("Wait understated"),
        _("The claimed wait is shorter than the best known one by more than 5 s and 20 %."),
    ),
    "duration_mismatch": FindingWords(
        _("Durations differ"),
        _("Both sources tell the call, but its length differs beyond the tolerance."),
    ),
    "caller_mismatch": FindingWords(
        _("Callers differ"),
        _("Both sources tell the call, but with another caller's number."),
    ),
    "duplicate_record": FindingWords(
        _("Told twice"),
        _("The same source tells the same call twice."),
    ),
    "recording_missing": FindingWords(
        _("Recording missing"),
        _("A talk without a recording, at a source that records most of its talks."),
    ),
    "recording_truncated": FindingWords(
        _("Recording incomplete"),
        _("The recording is shorter than the talk it belongs to, or one side of it is silent from end to end."),
    ),
    "recording_orphan": FindingWords(
        _("Recording without a call"),
        _("No call, or more than one, fits the name of the recording; nothing is guessed."),
    ),
    "source_silent": FindingWords(
        _("Source fell silent"),
        _("A gap where by its own habit the source should have had calls, and had none."),
    ),
    "clock_off": FindingWords(
        _("Clock is off"),
        _("The zone is wrong, the clock is more than a minute off, or it jumped."),
    ),
}  # fmt: skip
