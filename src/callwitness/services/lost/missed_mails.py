"""Mails about missed calls, by the rule of each team: one per lost caller at once, or one list a day.

Who gets them: the agent whose miss it was, and the heads of his team, each in his language and zone and with numbers
as he may see them. Old evidence that arrives late mails nobody at once: what is a day old is no news.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from callwitness.domain.lost import DAY_MS
from callwitness.ledger import bulk
from callwitness.ledger import models as m
from callwitness.services.lost import life
from callwitness.services.mails import Letter, queue

NEWS_MS: Final = DAY_MS
_MOST_ROWS: Final = 200
"""A digest names so many callers; it always says how many there are."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who is mailed: an account and how it sees this workspace."""

    user: Any
    masked: bool


def queue_due(now: int) -> int:
    """Write the mails that are due now; ``mails.send_due`` hands them over. Gives how many cases they tell of."""
    teams = m.Team.objects.exclude(missed_mail=m.Team.NEVER).select_related("workspace")
    return sum((_at_once if team.missed_mail == m.Team.AT_ONCE else _digest)(team, now) for team in teams)


def _at_once(team: m.Team, now: int) -> int:
    """One mail per case and reader; the case keeps that it was told."""
    cases = list(_missed(team, now - NEWS_MS, now).filter(told_at=None, state__in=life.WAITING))
    readers = _Readers(team)
    letters = [
        _letter(f"lost:{case.workspace_id}:{case.public_id}", "missed", team, reader, [case])
        for case in cases
        for reader in readers.of(case)
    ]
    _tell(cases, letters, now)
    return len(cases)


def _digest(team: m.Team, now: int) -> int:
    """What was missed until the team's hour and not told yet, also what arrived late; the mail's key makes it one a day."""
    end = digest_end(team, now)
    day = datetime.fromtimestamp(end / 1000, ZoneInfo(team.workspace.zone)).date().isoformat()
    key = f"lost-digest:{team.pk}:{day}"
    if m.Mail.objects.filter(key__startswith=f"{key}:").exists():
        return 0
    untold = Q(told_at=None) | Q(told_at__lt=F("last_at"))
    cases = list(_missed(team, end - 2 * NEWS_MS, end).filter(untold))
    readers = _Readers(team)
    mine: dict[Reader, list[m.LostCase]] = defaultdict(list)
    for case in cases:
        for reader in readers.of(case):
            mine[reader].append(case)
    _tell(cases, [_letter(key, "digest", team, reader, rows) for reader, rows in mine.items()], now)
    return len(cases)


def _tell(cases: Sequence[m.LostCase], letters: Sequence[Letter], now: int) -> None:
    with transaction.atomic():
        queue(letters, now)
        for part in bulk.by_keys([case.pk for case in cases]):
            m.LostCase.objects.filter(pk__in=part).update(told_at=now)


def digest_end(team: m.Team, now: int) -> int:
    """The last moment, not after now, at which the clock of the workspace showed the team's hour."""
    zone = ZoneInfo(team.workspace.zone)
    local = datetime.fromtimestamp(now / 1000, zone)
    end = datetime(local.year, local.month, local.day, team.digest_hour % 24, tzinfo=zone)
    if end > local:
        before = local.date() - timedelta(days=1)
        end = datetime(before.year, before.month, before.day, team.digest_hour % 24, tzinfo=zone)
    return int(end.timestamp() * 1000)


def _missed(team: m.Team, begin: int, end: int) -> QuerySet[m.LostCase]:
    cases = m.LostCase.objects.filter(
        workspace=team.workspace, owner_team=team, short=False, last_at__gte=begin, last_at__lt=end
    )
    cases = cases.exclude(state=life.NOT_NEEDED).order_by("last_at", "id")
    return cases.select_related("owner_agent", "last_call", "why_call")


class _Readers:
    """Who is told of a team's missed calls: members of the workspace with an account that is in use."""

    def __init__(self, team: m.Team) -> None:
        members = m.Membership.objects.filter(workspace=team.workspace, user__is_active=True).select_related(
            "user"
        )
        self._members = {each.user_id: Reader(each.user, each.mask_numbers) for each in members}
        heads = members.filter(role=m.Membership.MANAGER, teams=team).order_by("user_id")
        self._heads = [each.user_id for each in heads] if team.mail_head else []
        self._agents = team.mail_agent

    def of(self, case: m.LostCase) -> Iterator[Reader]:
        """Readers of one case, each once."""
        agent = case.owner_agent.user_id if case.owner_agent and self._agents else None
        for user in dict.fromkeys([agent, *self._heads]):
            if user is not None and user in self._members:
                yield self._members[user]


def _letter(key: str, kind: str, team: m.Team, reader: Reader, cases: Sequence[m.LostCase]) -> Letter:
    """kind: missed | digest, the templates ``lost/mail_<kind>``: subject, text and HTML."""
    user, workspace = reader.user, team.workspace
    address = settings.SERVER.url + reverse("lost:index", args=[workspace.slug])
    context = {
        "workspace": workspace,
        "team": team,
        "cases": cases[:_MOST_ROWS],
        "count": len(cases),
        "waiting": sum(case.state in life.WAITING for case in cases),
        "masked": reader.masked,
        "address": address,
        "zone": user.zone or workspace.zone,
    }
    language = user.language or workspace.language
    with translation.override(language), timezone.override(ZoneInfo(user.zone or workspace.zone)):
        subject, text, html = (
            render_to_string(f"lost/mail_{kind}{part}", {**context, "language": language})
            for part in (".subject.txt", ".txt", ".html")
        )
    return Letter(f"{key}:{user.pk}", user.email, subject, _plain(text), html)


def _plain(text: str) -> str:
    """Templates leave empty lines behind; a mail has one between its parts."""
    kept: list[str] = []
    for line in _stripped(text.splitlines()):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip() + "\n"


def _stripped(lines: Iterable[str]) -> Iterator[str]:
    return (line.rstrip() for line in lines)
