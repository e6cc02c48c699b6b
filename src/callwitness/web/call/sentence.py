"""What happened to a call, as one sentence."""

from __future__ import annotations

from django.utils.translation import gettext as _

from callwitness.ledger import models as m
from callwitness.web.ui.templatetags.callwitness import formats

_LEFT = ("abandoned_in_queue", "abandoned_in_ivr")


def sentence_of(call: m.Call) -> str:
    """Whole sentences; nobody's grammatical gender is guessed."""
    said = formats()
    wait, talk = said.duration(call.wait_s), said.duration(call.talk_s)
    if call.verdict == "answered":
        if call.talk_s is not None and call.wait_s is not None:
            return _("Somebody answered after {wait}; the talk lasted {talk}.").format(wait=wait, talk=talk)
        return _("Somebody answered.")
    template = {
        "abandoned_in_queue": _("Nobody answered; the wait was {wait}, in the queue."),
        "abandoned_in_ivr": _("The call ended in the menu after {wait}; nobody was reached."),
        "voicemail": _("Nobody answered; the call reached voicemail."),
        "deflected": _("The caller heard an announcement and hung up."),
        "rejected": _("The call was refused."),
        "closed": _("The call came outside working hours; nobody answered."),
        "self_served": _("The menu gave the answer; nobody had to."),
        "busy": _("The line was busy."),
        "no_answer": _("Nobody answered; the wait was {wait}."),
        "failed": _("The call could not be connected."),
        "never_arrived": _("The call never reached the office."),
    }.get(call.verdict, _("What happened cannot be told from the evidence."))
    return template.format(wait=wait)
