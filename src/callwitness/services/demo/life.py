"""What people of the demo company would have done lately: claims, comments, saved views, a schedule."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth import get_user_model

from callwitness.ledger import models as m
from callwitness.services.lost.decisions import decide
from callwitness.services.lost.life import CLAIM, NO_ANSWER, OPEN

_HOUR_MS: Final = 3_600_000
_VIEWS: Final[tuple[tuple[str, str, list[dict[str, str]]], ...]] = (
    ("Missed this week", "verdict=no_answer&verdict=abandoned_in_queue&verdict=busy&verdict=never_arrived", [
        {"column": "recovery", "operation": "is", "value": "open", "colour": "nobody"},
        {"column": "verdict", "operation": "is", "value": "never_arrived", "colour": "lost"},
    ]),
    ("Waited over half a minute", "period=last_7_days&direction=inbound&wait_s.min=30&sort=-wait_s", []),
    ("Operators this month", "period=this_month&direction=inbound&group=agent", []),
    ("Where witnesses disagree", "period=last_30_days&findings.min=1", []),
)  # fmt: skip
_COMMENTS: Final = (
    ("answered", "Asked for a quote for three windows; the offer goes out tomorrow."),
    ("abandoned_in_queue", "Second time this week that nobody picked up on this line. Who was on duty?"),
    ("never_arrived", "The provider has it, we do not. I asked them for the trace of the call."),
    ("answered", "Wrong number, no need to ring back."),
)


def live(workspace: m.Workspace, now: int) -> None:
    """Leaves the traces of a working week."""
    people = {
        user.email.partition("@")[0]: user
        for user in get_user_model().objects.filter(memberships__workspace=workspace)
    }
    _views(workspace, people["owner"], now)
    _cases(workspace, people, now)
    _comments(workspace, people, now)


def _views(workspace: m.Workspace, owner: Any, now: int) -> None:
    views = [
        m.SavedView.objects.create(
            workspace=workspace, owner=owner, name=name, query=query, shared=True, colours=colours
        )
        for name, query, colours in _VIEWS
    ]
    m.Schedule.objects.create(
        view=views[0],
        format="xlsx",
        target="cabinet",
        zone=workspace.zone,
        minute=9 * 60,
        since=now - 24 * _HOUR_MS,
    )


def _cases(workspace: m.Workspace, people: dict[str, Any], now: int) -> None:
    """Two callers who wait are being worked on; one of them did not pick up."""
    waiting = m.LostCase.objects.filter(workspace=workspace, state=OPEN, short=False).order_by("-last_at")
    for case, (user, action) in zip(
        waiting[:2], ((people["operator"], CLAIM), (people["support"], NO_ANSWER)), strict=False
    ):
        decide(case, user, action, now - _HOUR_MS // 3)


def _comments(workspace: m.Workspace, people: dict[str, Any], now: int) -> None:
    """Some calls of the last days were talked about; the head is named in one."""
    writers = (people["operator"], people["owner"], people["auditor"], people["support"])
    inbound = m.Call.objects.filter(workspace=workspace, direction="inbound").order_by("-started_at")
    used: set[int] = set()
    for (verdict, text), writer in zip(_COMMENTS, writers, strict=True):
        call = inbound.filter(verdict=verdict).exclude(pk__in=used).first()
        if call is None:
            continue
        used.add(call.pk)
        comment = m.Comment.objects.create(
            call=call,
            anchor_source_id=call.anchor_source_id,
            anchor_native_id=call.anchor_native_id,
            author=writer,
            text=text,
            at=min(now, call.started_at + _HOUR_MS),
        )
        if "?" in text:
            comment.mentions.add(people["head"])
