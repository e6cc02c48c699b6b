"""A list of people: agents with extensions, teams and mail addresses of accounts; what is there already stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from callwitness.ledger import models as m
from callwitness.services.people.book import fold, overlapping
from callwitness.services.people.lists import BadRow, Row, read_list
from callwitness.services.people.retag import regrouped, retag

COLUMNS: Final = {
    "name": frozenset(
        "name agent operator employee имя фио сотрудник оператор ім'я піб співробітник".split()
    ),
    "extension": frozenset(
        {"extension", "ext", "number", "внутренний номер", "добавочный", "номер", "внутрішній номер"}
    ),
    "team": frozenset("team group queue группа отдел команда група відділ".split()),
    "mail": frozenset({"mail", "e-mail", "email", "почта", "эл. почта", "пошта", "ел. пошта"}),
}

NO_NAME, TAKEN, NO_ACCOUNT = "no_name", "taken", "no_account"


@dataclass(slots=True)
class PeopleTaken:
    """What came of a list. made: new agents; changed: agents that got something; bad: rows not taken, wholly or in part."""

    made: int = 0
    changed: int = 0
    bad: list[BadRow] = field(default_factory=list)


def take_people(workspace: m.Workspace, data: bytes, now: int) -> PeopleTaken:
    """Makes and completes agents; sets the people of touched calls. Raises ``UnusableList``."""
    rows = read_list(data, COLUMNS)
    taken = PeopleTaken()
    with transaction.atomic():
        touched = {text for row in rows for text in _take(workspace, row, taken)}
    retag(workspace, touched, now)
    agents = m.Agent.objects.filter(workspace=workspace, name__in={row.cells["name"] for row in rows})
    regrouped(workspace, list(agents.values_list("id", flat=True)), (), now)
    return taken


def _take(workspace: m.Workspace, row: Row, taken: PeopleTaken) -> Iterable[str]:
    """One row; the texts whose calls are touched."""
    name, extension = row.cells["name"][:120], row.cells["extension"][:120]
    if not name:
        taken.bad.append(BadRow(row.line, NO_NAME))
        return ()
    known = {fold(each.name): each for each in m.Agent.objects.filter(workspace=workspace)}
    agent = known.get(fold(name))
    if agent is None:
        agent = m.Agent.objects.create(workspace=workspace, name=name)
        taken.made += 1
    else:
        taken.changed += 1
    if row.cells["team"]:
        agent.team, _ = m.Team.objects.get_or_create(workspace=workspace, name=row.cells["team"][:120])
    if row.cells["mail"]:
        _link(agent, row, taken)
    agent.save()
    if not extension:
        return (name,)
    owner = overlapping(workspace, extension, None, None)
    if owner is None:
        m.Extension.objects.create(agent=agent, value=extension)
    elif owner.agent_id != agent.id:
        taken.bad.append(BadRow(row.line, TAKEN, f"{extension}: {owner.agent.name}"))
        return (name,)
    return (name, extension)


def _link(agent: m.Agent, row: Row, taken: PeopleTaken) -> None:
    """The account of the mail address, when it is a member's."""
    member = m.Membership.objects.filter(
        workspace_id=agent.workspace_id, user__email__iexact=row.cells["mail"]
    ).first()
    if member is None:
        taken.bad.append(BadRow(row.line, NO_ACCOUNT, row.cells["mail"]))
    else:
        agent.user_id = member.user_id
