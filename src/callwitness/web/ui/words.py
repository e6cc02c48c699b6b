"""The words for the domain's codes. Those of results are the report's own; those of the ledger and its screens stand here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from callwitness.report import sentences, vocabulary
from callwitness.report.language import LANGUAGES

_REPORT: Final[Mapping[str, Mapping[str, str]]] = {
    "verdict": vocabulary.VERDICTS,
    "result": vocabulary.RESULTS,
    "direction": vocabulary.DIRECTIONS,
    "segment": vocabulary.SEGMENTS,
    "state": vocabulary.STATES,
    "recovery": vocabulary.STATES,
    "excluded": vocabulary.EXCLUDED,
    "caller_kind": vocabulary.CALLER_KINDS,
    "flag": vocabulary.FLAGS,
    "severity": vocabulary.SEVERITIES,
    "field": vocabulary.FIELDS,
    "witness": vocabulary.WITNESSES,
    "source": vocabulary.SOURCE_LABELS,
    "found_by": vocabulary.FOUND_BY,
    "sound": vocabulary.SOUNDS,
}

OWN: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "role": {
        "owner": _("owner"),
        "manager": _("head of team"),
        "operator": _("operator"),
        "marketer": _("marketer"),
        "auditor": _("auditor"),
    },
    "source_role": {
        "provider": _("provider"),
        "office": _("exchange (office)"),
        "contractor": _("contractor"),
        "nobody": _("nobody"),
    },
    "side": {"agency": _("agency"), "client": _("client")},
    "heard": {
        "answered": _("somebody answered"),
        "nobody": _("nobody answered"),
        "unsure": _("not sure"),
        "unreadable": _("cannot be heard"),
    },
    "piece": {"announcement": _("announcement"), "music": _("music"), "tone": _("tone")},
    "match": {
        "matched": _("matched"),
        "unmatched": _("unmatched"),
        "duplicate": _("duplicate"),
        "excluded": _("excluded"),
    },
    "finding_state": {
        "open": pgettext_lazy("finding", "open"),
        "seen": pgettext_lazy("finding", "seen"),
        "closed": pgettext_lazy("finding", "closed"),
    },
    "decision": {
        "claim": _("taken into work"),
        "release": _("given back"),
        "talked": _("talked"),
        "no_answer": _("no answer"),
        "other_channel": _("reached by other means"),
        "not_needed": _("not needed"),
        "reopen": _("opened again"),
    },
    "action": {
        "sign_in": _("signed in"),
        "sign_in.failed": _("failed to sign in"),
        "password.change": _("changed the password"),
        "second_factor.add": _("switched on the second factor"),
        "second_factor.remove": _("switched off the second factor"),
        "member.invite": _("invited a member"),
        "member.withdraw": _("withdrew an invitation"),
        "member.join": _("joined"),
        "member.change": _("changed a member"),
        "member.remove": _("removed a member"),
        "member.password_link": _("made a link for a new password"),
        "workspace.change": _("changed the workspace"),
        "rules.change": _("changed the rules"),
        "listen": _("listened to a recording"),
        "read_words": _("read what was said in a recording"),
        "speech.change": _("changed how recordings become text"),
        "recording.decide": _("said what is heard in a recording"),
        "piece.change": _("changed a piece of a line's library"),
        "download": _("downloaded a recording"),
        "export": _("exported calls"),
        "first.administrator": _("became the first administrator"),
        "upload": _("uploaded files"),
        "source.add": _("added a source"),
        "source.change": _("changed a source"),
        "source.set_aside": _("set evidence aside"),
        "source.replay": _("had evidence read again"),
        "source.hook_new": _("opened a webhook"),
        "source.hook_withdraw": _("closed a webhook"),
        "source.hook_sign": _("had a webhook signed"),
        "source.hook_unsign": _("took a webhook without signatures"),
        "schedule.change": _("changed a scheduled export"),
        "schedule.delete": _("deleted a scheduled export"),
        "people.agent": _("changed an operator"),
        "people.extension": _("changed an extension"),
        "people.team": _("changed a team"),
        "people.import": _("took a list of people"),
        "people.adopt": _("made operators of names in calls"),
        "numbers.change": _("changed a number"),
        "numbers.import": _("took a list of numbers"),
        "numbers.adopt": _("took over dialled numbers"),
        "lines.change": _("changed a line"),
        "project.change": _("changed a project"),
    },
    "evidence_state": {"pending": _("waits to be read"), "read": _("read"), "failed": _("cannot be read")},
    "how": {
        "upload": _("uploaded"),
        "folder": _("watched folder"),
        "import": _("imported"),
        "webhook": _("webhook"),
    },
    "recording_state": {
        "awaited": pgettext_lazy("recording", "awaited"),
        "kept": pgettext_lazy("recording", "kept"),
        "failed": pgettext_lazy("recording", "not fetched"),
    },
    "number_kind": {
        "own": _("own number"),
        "test": _("test number"),
        "blocked": _("blocked number"),
    },
    "mails": {"never": _("never"), "at_once": _("at once"), "digest": _("once a day")},
    "delivery": {"due": _("due"), "sent": _("sent"), "failed": _("failed to be sent")},
    "target": {"folder": _("folder"), "mail": _("mail"), "cabinet": _("personal cabinet")},
    "period": {
        "today": _("today"),
        "yesterday": _("yesterday"),
        "this_week": _("this week"),
        "last_week": _("last week"),
        "this_month": _("this month"),
        "last_month": _("last month"),
        "last_7_days": _("last 7 days"),
        "last_30_days": _("last 30 days"),
        "all": _("all time"),
    },
    "weekday": {
        "1": _("Monday"),
        "2": _("Tuesday"),
        "3": _("Wednesday"),
        "4": _("Thursday"),
        "5": _("Friday"),
        "6": _("Saturday"),
        "7": _("Sunday"),
    },
    "column": {
        "started_at": _("Start"),
        "direction": _("Direction"),
        "caller": _("Caller"),
        "did": _("Number dialled"),
        "called": _("Number rung"),
        "verdict": _("Verdict"),
        "flags": _("Flags"),
        "queue": _("Queue"),
        "agent": _("Operator"),
        "team": _("Team"),
        "project": _("Project"),
        "trunk": _("Line"),
        "wait_s": _("Wait"),
        "talk_s": _("Talk"),
        "signal_answered_at": _("Equipment answered"),
        "agent_answered_at": _("Operator answered"),
        "human_voice_at": _("Live voice"),
        "ended_at": _("End"),
        "recovery": _("Asked back"),
        "findings": _("Findings"),
        "finding_kinds": _("Kinds of findings"),
        "witnesses": _("Witnesses"),
        "recorded": _("Recording"),
        "day": _("Day"),
        "hour": _("Hour"),
        "weekday": _("Weekday"),
        "call_id": _("Id of the call"),
    },
}


def language() -> str:
    """The reader's language, one of those the words exist in."""
    chosen = (get_language() or "en").split("-")[0]
    return chosen if chosen in LANGUAGES else "en"


def word(kind: str, code: object) -> str:
    """The word for a code of a table by its kind; '' for none, the code itself where no word is known.

    Raises ``KeyError`` for a kind that does not exist: a mistake of the page.
    """
    if code is None or code == "":
        return ""
    text = str(code)
    if kind == "finding":
        return sentences.finding_title(text, language())
    if kind == "finding_meaning":
        return sentences.finding_meaning(text, language())
    if kind in OWN:
        return str(OWN[kind].get(text, text))
    return sentences.word(_REPORT[kind], text, language())


def words(kind: str) -> list[tuple[str, str]]:
    """All codes of a kind with their words, for choices of a form."""
    codes = vocabulary.FINDINGS if kind == "finding" else OWN.get(kind) or _REPORT[kind]
    return [(code, word(kind, code)) for code in codes]
