"""Every reason code of ``domain.reasons`` as messages: the fullest first, the last without parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from callwitness.report.language import mark as _

_SAID_BY_ONE: Final[Mapping[str, tuple[str, ...]]] = {
    "queue_log_connect": (
        _("Queue log: {agent} answers after {seconds}."),
        _("Queue log: {agent} answers."),
        _("Queue log: an agent answers."),
    ),
    "queue_log_abandon": (
        _("Queue log: the caller leaves the queue {queue} after {seconds}."),
        _("Queue log: the caller leaves the queue after {seconds}."),
        _("Queue log: the caller leaves the queue."),
    ),
    "queue_log_exit": (
        _("Queue log: put out of the queue {queue} after {seconds} ({event})."),
        _("Queue log: put out of the queue {queue} ({event})."),
        _("Queue log: put out of the queue."),
    ),
    "queue_log_open": (
        _("Queue log: the call enters the queue {queue}, its end is not told."),
        _("Queue log: the call enters a queue, its end is not told."),
    ),
    "cel_bridge": (
        _("Channel events: the caller talks with {agent} for {seconds}."),
        _("Channel events: the caller talks with {agent}."),
        _("Channel events: the caller talks with an agent."),
    ),
    "cel_no_bridge": (_("Channel events: the caller is never connected with anybody."),),
    "cel_refused": (
        _("Channel events: the call is refused ({cause})."),
        _("Channel events: the call is refused."),
    ),
    "cdr_agent_leg": (
        _("Call record: the leg of {agent} is answered after {seconds}."),
        _("Call record: the leg of {agent} is answered."),
        _("Call record: an agent's leg is answered."),
    ),
    "cdr_answered_by_machine": (
        _('Call record: "ANSWERED" is not a person here ({app}).'),
        _('Call record: "ANSWERED" is not a person here.'),
    ),
    "cdr_no_answer": (
        _("Call record: a phone rang, {result}."),
        _("Call record: a phone rang, nobody answered."),
    ),
    "cdr_dial_failed": (
        _("Call record: the exchange could not dial {target} (cause {cause})."),
        _("Call record: the exchange could not dial {target}."),
        _("Call record: the exchange could not dial."),
    ),
    "no_route": (_("The exchange has no route for the number that was called."),),
    "voicemail_reached": (_("The call reaches voicemail."),),
    "voicemail_message_unknown": (
        _("Whether a message was left cannot be told from the exchange's logs."),
    ),
    "claims_answered": (
        _("{source} says: answered, {seconds} of talk."),
        _("{source} says: answered."),
        _("A source says: answered."),
    ),
    "claims_missed": (
        _("{source} says: {result}."),
        _("{source} says: missed."),
        _("A source says: missed."),
    ),
    "no_human_evidence": (_("No record shows that a person answered."),),
    "call_left_open": (_("No record tells how the call ended."),),
    "blacklisted": (_("The caller is on the blacklist."),),
    "outside_hours": (_("The call came outside working hours."),),
    "rejected_by_exchange": (
        _("The exchange rejected the call ({cause})."),
        _("The exchange rejected the call."),
    ),
}  # fmt: skip

_SAID_TOGETHER: Final[Mapping[str, tuple[str, ...]]] = {
    "overruled": (
        _("{by} is trusted more here than {source}."),
        _("A more trusted source decides."),
    ),
    "interested_alone": (
        _("Only {source} says so, and it reports on itself."),
        _("Only an interested source says so."),
    ),
    "never_arrived": (
        _("{source} saw the call; {office} covers this line and time and did not."),
        _("The provider saw the call; the office covers this line and time and did not."),
    ),
    "only_witness": (
        _("{source} is the only witness of this call."),
        _("There is only one witness of this call."),
    ),
    "covered_by_outage": (_("An agreed outage covers this time."),),
}

_HEARD: Final[Mapping[str, tuple[str, ...]]] = {
    "recording_voice": (
        _(
            "Recording: the first live word {seconds} after the call began, within {uncertainty}; sure {confidence}."
        ),
        _("Recording: somebody of the answering side speaks; sure {confidence}."),
        _("Recording: somebody of the answering side speaks."),
    ),
    "recording_nobody": (
        _("Recording: nobody of the answering side speaks; sure {confidence}."),
        _("Recording: nobody of the answering side speaks."),
    ),
    "recording_doubtful": (_("The recording leaves open whether anybody answers: a person should listen."),),
    "recording_side_silent": (
        _(
            "One side of {recording} is silent from end to end: a fault of the recording, no proof that nobody spoke."
        ),
        _(
            "One side of the recording is silent from end to end: a fault of the recording, no proof that nobody spoke."
        ),
    ),
    "voice_before_answer": (
        _(
            "What sounds like a voice in the recording comes before any telephone was picked up; it is not counted."
        ),
    ),
    "recording_usual": (
        _("{share} of the talks of {source} in this time have a recording; this one has none."),
        _("Most talks in this time have a recording; this one has none."),
    ),
    "recording_named": (
        _("The records name {recording}; it is not among the recordings."),
        _("The records name a recording; it is not among those given."),
    ),
    "recording_no_call": (
        _("{recording}: no call fits its name."),
        _("No call fits the name of a recording."),
    ),
    "recording_several_calls": (
        _("{recording} may be of any of these calls: {calls}."),
        _("A recording may be of several calls."),
    ),
    "recording_shorter": (
        _("{recording} holds {seconds} of a talk of {talk}."),
        _("The recording is shorter than the talk."),
    ),
}

_CLOCKS: Final[Mapping[str, tuple[str, ...]]] = {
    "zone_wrong": (
        _("The times of {source} look like {looks_like}, not {said}: {hours} h apart."),
        _("The times in {file} look like {looks_like}, not {said}: {hours} h apart."),
        _("The times of {source} look like {looks_like}, not {said}."),
        _("The times of {source} are {hours} h off: they are in another zone than said."),
        _("The times of {source} are in another zone than said."),
        _("The times are in another zone than said."),
    ),
    "zone_found": (
        _("{source} keeps its times in {zone} ({by})."),
        _("The times in {file} are in {zone} ({by})."),
        _("{source} keeps its times in {zone}."),
        _("The zone of the times was found."),
    ),
    "clock_offset": (
        _("The clock of {source} is off by {seconds}, give or take {uncertainty}."),
        _("The clock of {source} is off by {seconds}."),
        _("The clock is off."),
    ),
    "clock_step": (
        _("The clock of {source} jumps by {seconds}."),
        _("The clock jumps."),
    ),
    "expected_calls": (
        _(
            "{source} should have about {expected} calls here by its own habit; chance of none: {probability}."
        ),
        _("{source} should have about {expected} calls here by its own habit."),
        _("By its own habit the source should have calls here."),
    ),
    "differs": (
        _("{field}: {left} against {right}, tolerance {tolerance}."),
        _("{field}: {left} against {right}."),
        _("The two sides differ."),
    ),
    "told_twice": (
        _("{source} tells this call twice, {seconds} apart."),
        _("{source} tells this call twice."),
        _("The call is told twice."),
    ),
    "wait_claimed": (
        _("{source} claims a wait of {claimed}; by {witness} it was {best}."),
        _("{source} claims a wait of {claimed}; it was {best}."),
        _("The claimed wait is shorter than the real one."),
    ),
}

_READING: Final[Mapping[str, tuple[str, ...]]] = {
    "table_read": (
        _("The columns of {file} were recognised by their words and values."),
        _("The columns of a table were recognised by their words and values."),
    ),
    "cells_unreadable": (
        _("{file}: {count} cells could not be read, the first in row {row}: {example}."),
        _("{file}: {count} cells could not be read."),
        _("Some cells could not be read."),
    ),
    "empty_file": (_("{file} is empty."), _("A file is empty.")),
    "same_bytes_twice": (
        _("{file} is the same file once more; it was read once."),
        _("The same file was given twice and read once."),
    ),
    "member_passed_over": (
        _("{file} was passed over: {why}."),
        _("{file} was passed over."),
        _("A file was passed over."),
    ),
    "table_passed_over": (
        _("{file}: the table {table} ({rows} rows) holds no calls and was passed over."),
        _("A table without calls was passed over."),
    ),
    "no_calls_told": (
        _("{file} reports that there were no calls."),
        _("A mail reports that there were no calls."),
    ),
    "report_superseded": (
        _("{file} is corrected by {by}: {rows} rows count no more."),
        _("{file} is corrected by {by}."),
        _("A report is corrected by a later one."),
    ),
    "statistics_shifted": (
        _("Times of the statistics were {hours} h off the events of the same calls and were moved."),
        _("Times of the statistics were off the events of the same calls and were moved."),
    ),
    "country_guessed": (
        _("No country was given; numbers are read as those of {country}."),
        _("No country was given; it was read off the numbers."),
    ),
    "statistics_clock_unproved": (
        _("Nothing in the statistics proves their clock; they are taken as ordinary Unix time."),
    ),
}

_WHY_MISSED: Final[Mapping[str, tuple[str, ...]]] = {
    "agent_on_call": (_("{agent} was on another call"), _("the agent was on another call")),
    "agent_not_logged_in": (_("{agent} was not logged in"), _("the agent was not logged in")),
    "agent_paused": (_("{agent} was on pause"), _("the agent was on pause")),
    "agent_did_not_pick_up": (_("{agent} did not pick up"), _("nobody picked up")),
    "all_lines_busy": (_("all lines were busy"),),
    "closed": (_("outside working hours"),),
    "network": (_("the call was lost on the network"),),
    "left_before_ringing": (_("the caller left before anybody's phone rang"),),
}

SENTENCES: Final[Mapping[str, tuple[str, ...]]] = {
    **_SAID_BY_ONE,
    **_SAID_TOGETHER,
    **_HEARD,
    **_CLOCKS,
    **_READING,
    **_WHY_MISSED,
}
