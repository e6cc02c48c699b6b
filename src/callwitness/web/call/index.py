"""The page of one call: what happened and why, who says so, what was said about it since."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.ledger.access import Scope
from callwitness.ledger.queries import hidden_columns
from callwitness.ledger.view_people import names_of
from callwitness.report import ladder
from callwitness.services import comments
from callwitness.web.call import claims, history, seen, told
from callwitness.web.call.sentence import sentence_of
from callwitness.web.ui.door import screen, zone_of
from callwitness.web.ui.heard import decider_of
from callwitness.web.ui.templatetags.callwitness import formats
from callwitness.web.ui.waves import Wave, wave

_MOST_RECORDINGS: Final = 20
_MOST_COMMENTS: Final = 200
_MOST_FINDINGS: Final = 50


@screen("see_calls")
def index(request: HttpRequest, scope: Scope, public_id: str) -> HttpResponse:
    """One call; an id from before calls merged leads to the call that it became."""
    call = access.call(scope, public_id)
    if call.public_id != public_id:
        return redirect(reverse("call:index", args=[scope.workspace.slug, call.public_id]))
    sources = told.sources_of(scope)
    inside = told.open_names(scope, sources)
    names, waves = names_of(scope.workspace), _waves(scope, call)
    context: dict[str, Any] = {
        "call": call,
        "hidden": hidden_columns(scope),
        "said": sentence_of(call),
        "reasons": told.reasons(scope, call.reasons, _deciders(waves)),
        "team": names.team(call.agent, call.started_at),
        "project": names.project(call.project_id),
        "ladder": _ladder(call, inside, zone_of(scope)),
        "witnesses": seen.witnesses(call, inside),
        "waves": waves,
        "claims": claims.answers(call, waves),
        "findings": _findings(scope, call),
        "case": _case(scope, call),
        "comments": list(access.comments(scope, call)[:_MOST_COMMENTS]),
        "people": comments.mentionable(scope) if scope.may("comment") else [],
        "steps": history.steps(call, scope, inside),
    }
    return render(request, "call/index.html", context)


def _ladder(call: m.Call, inside: frozenset[str], zone: str) -> ladder.Ladder | None:
    clocks = (
        ladder.Clock("signal", _("equipment answered"), call.signal_answered_at),
        ladder.Clock("agent", _("operator answered"), call.agent_answered_at),
        ladder.Clock("voice", _("live voice"), call.human_voice_at),
    )
    writers = formats()
    said = type(writers)(writers.lang, ZoneInfo(zone), writers.year)
    return ladder.draw(told.legs(call, inside), clocks, call.started_at, _("Legs of the call"), said)


def _waves(scope: Scope, call: m.Call) -> list[Wave]:
    if not scope.may("listen"):
        return []
    rows = access.recordings(scope, call).select_related("hearing__decided_by", "transcript")
    return [wave(row) for row in rows.order_by("arrived_at", "id")[:_MOST_RECORDINGS]]


def _deciders(waves: Sequence[Wave]) -> dict[str, str]:
    """Who decided what is heard in a recording, by its key."""
    heard = [wave.heard.hearing for wave in waves if wave.heard is not None]
    return {str(hearing.pk): decider_of(hearing) for hearing in heard if hearing.decided}


def _findings(scope: Scope, call: m.Call) -> list[tuple[m.Finding, str, str]]:
    """Findings about the call with their two sides in words."""
    if not scope.may("see_findings"):
        return []
    rows = access.findings(scope).filter(call=call).order_by("id")[:_MOST_FINDINGS]
    return [
        (row, told.side(scope, row.left_value, row.kind), told.side(scope, row.right_value, row.kind))
        for row in rows
    ]


def _case(scope: Scope, call: m.Call) -> m.LostCase | None:
    """The lost caller's case to which the call belongs, or which it ended."""
    if not scope.may("see_lost"):
        return None
    a_try = Q(caller=call.caller, line=call.did, first_at__lte=call.started_at, last_at__gte=call.started_at)
    own = Q(recovered_call=call) | (a_try if call.caller else Q(pk__in=[]))
    return access.lost_cases(scope).filter(own).order_by("-last_at").first()
