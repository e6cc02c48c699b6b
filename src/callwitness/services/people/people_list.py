"""A list of people: agents with extensions, teams and mail addresses of accounts; what is there already stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from callwitness.ledger import models as m
from callwitness.services.people.book import fold
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
        known = _known(workspace)
        touched = {text for row in rows for text in _take(workspace, known, row, taken)}
    retag(workspace, touched, now)
    named = {known.agents[fold(name)].id for row in rows if (name := row.cells["name"][:120])}
    regrouped(workspace, sorted(named), (), now)
    return taken


@dataclass(frozen=True, slots=True)
class _Known:
    """Who is there, by name, and whose each extension is, in whatever time; as they are compared."""

    agents: dict[str, m.Agent]
    extensions: dict[str, m.Agent]


def _known(workspace: m.Workspace) -> _Known:
    agents = {fold(each.name): each for each in m.Agent.objects.filter(workspace=workspace)}
    extensions = m.Extension.objects.filter(agent__workspace=workspace).select_related("agent")
    return _Known(agents, {fold(each.value): each.agent for each in extensions.order_by("-id")})


def _take(workspace: m.Workspace, known: _Known, row: Row, taken: PeopleTaken) -> Iterable[str]:
    """One row; the texts whose calls are touched."""
    name, extension = row.cells["name"][:120], row.cells["extension"][:120]
    if not name:
        taken.bad.append(BadRow(row.line, NO_NAME))
        return ()
    agent = known.agents.get(fold(name))
    if agent is None:
        agent = known.agents[fold(name)] = m.Agent.objects.create(workspace=workspace, name=name)
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
    owner = known.extensions.get(fold(extension))
    if owner is None:
        m.Extension.objects.create(agent=agent, value=extension)
        known.extensions[fold(extension)] = agent
    elif owner.id != agent.id:
        taken.bad.append(BadRow(row.line, TAKEN, f"{extension}: {owner.name}"))
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
