"""The invented people of the demo company: accounts, teams, agents, numbers, projects."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from callwitness.ledger import models as m
from callwitness.simulate.clocks import WallClock
from callwitness.simulate.company import Agent, Company, build
from callwitness.simulate.numbers import NumberPool
from callwitness.simulate.options import WorldOptions, effects

DAY_MS: Final = 86_400_000
_SURNAMES: Final = (
    "Rudenko", "Melnyk", "Kovalchuk", "Moroz", "Bondar", "Lysenko", "Savchuk", "Tkachuk", "Oliinyk", "Pavlenko", "Hrytsenko",
    "Shevchuk",
)  # fmt: skip
_TEAMS: Final = (("sales", "Sales"), ("support", "Support"), ("contract", "Outsourced"))
_UNOWNED: Final = "303"
"""Nobody has said whose this extension is: the list of unknown people is not empty."""
_MOVED: Final = "106"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signs in. name: '' = that of the agent with the extension, whose calls are his own.

    team, side: what he is limited to.
    """

    mail: str
    name: str
    role: str
    extension: str = ""
    team: str = ""
    side: str = ""


ACCOUNTS: Final = (
    Account("owner@demo.example", "Alla Severova", m.Membership.OWNER),
    Account("head@demo.example", "Marina Orlova", m.Membership.MANAGER, "200", "Sales"),
    Account("operator@demo.example", "", m.Membership.OPERATOR, "101", "Sales"),
    Account("support@demo.example", "", m.Membership.OPERATOR, "104", "Support"),
    Account("agency@demo.example", "Igor Dymov", m.Membership.MARKETER, side=m.Party.AGENCY),
    Account("client@demo.example", "Nina Lugova", m.Membership.MARKETER, side=m.Party.CLIENT),
    Account("auditor@demo.example", "Roman Tikhov", m.Membership.AUDITOR),
)


def company_of(options: WorldOptions) -> Company:
    """The company that the simulator runs with these options."""
    settled = effects(options)
    pool = NumberPool(options.country, random.Random(f"{options.seed}/numbers"))  # noqa: S311 a seeded world
    return build(options, settled, WallClock(settled.zone), pool)


def make_projects(workspace: m.Workspace, company: Company) -> None:
    """Two projects and the numbers of each; the second is shared by an agency and its client."""
    own = m.Project.objects.create(
        workspace=workspace, slug="own", name="Own clients", queues=["sales", "support"]
    )
    shared = m.Project.objects.create(workspace=workspace, slug="windows", name="Windows, paid per call")
    m.Party.objects.create(project=shared, side=m.Party.AGENCY, name="Clearwater Media")
    client = m.Party.objects.create(project=shared, side=m.Party.CLIENT, name="Northlight Windows")
    m.Source.objects.filter(workspace=workspace, name="office").update(party=client)
    provider = m.Source.objects.get(workspace=workspace, name="provider")
    names = (
        ("Site", own, "site"), ("Search ads", shared, "search"), ("Shop window", own, "sign"), ("Head of sales", own, ""),
        ("Outsourced line", shared, "social"), ("Toll-free", own, "radio"),
    )  # fmt: skip
    m.Number.objects.bulk_create(
        m.Number(
            workspace=workspace,
            value=f"+{line.number}",
            name=name,
            project=project,
            provider=provider,
            advertising=ad,
        )
        for line, (name, project, ad) in zip(company.lines, names, strict=True)
    )
    test = m.Number(
        workspace=workspace, value=f"+{company.test_number}", kind=m.Number.TEST, name="Test phone"
    )
    blocked = [
        m.Number(workspace=workspace, value=f"+{number}", kind=m.Number.BLOCKED)
        for number in company.blacklist
    ]
    m.Number.objects.bulk_create([test, *blocked])
    m.Line.objects.create(
        workspace=workspace, trunk="trunk", name="City lines", office="Head office", channels=30
    )


def make_people(workspace: m.Workspace, company: Company, password: str, now: int) -> dict[str, m.Agent]:
    """Teams, agents, accounts with one password; agents by extension."""
    teams = {
        queue: m.Team.objects.create(
            workspace=workspace, name=name, queues=[queue], missed_mail=m.Team.DIGEST
        )
        for queue, name in _TEAMS
    }
    agents = {
        each.ext: _agent(workspace, each, place, teams.get(each.team), company.mobile)
        for place, each in enumerate(company.agents())
        if each.ext != _UNOWNED
    }
    _moved(agents[_MOVED], now)
    _accounts(workspace, agents, password)
    return agents


def _agent(workspace: m.Workspace, known: Agent, place: int, team: m.Team | None, mobile: str) -> m.Agent:
    """mobile: where calls overflow to, in the manager's pocket."""
    name = f"{known.name} {_SURNAMES[place % len(_SURNAMES)]}"
    made = m.Agent.objects.create(workspace=workspace, name=name, team=team)
    more = {"contract": [f"{known.name} ({known.ext})"], "manager": [mobile]}
    texts = [known.ext, *more.get(known.team, ())]
    m.Extension.objects.bulk_create(m.Extension(agent=made, value=text) for text in texts)
    return made


def _moved(agent: m.Agent, now: int) -> None:
    """Twelve days ago somebody left and this agent got the extension."""
    since = now - 12 * DAY_MS
    before = m.Agent.objects.create(
        workspace=agent.workspace, name="Timur Aliev", team=agent.team, active=False
    )
    m.Extension.objects.filter(agent=agent, value=_MOVED).update(from_at=since)
    m.Extension.objects.create(agent=before, value=_MOVED, to_at=since)


def _accounts(workspace: m.Workspace, agents: dict[str, m.Agent], password: str) -> None:
    encoded = make_password(password)  # once: hashing is slow on purpose
    shared = m.Project.objects.get(workspace=workspace, slug="windows")
    for account in ACCOUNTS:
        agent = agents.get(account.extension)
        if agent is not None and account.role == m.Membership.MANAGER:
            agent.name = account.name
        name = agent.name if agent is not None else account.name
        user = get_user_model().objects.create(email=account.mail, name=name, password=encoded)
        member = m.Membership.objects.create(
            workspace=workspace,
            user=user,
            role=account.role,
            party=shared.parties.filter(side=account.side).first(),
            mask_numbers=account.role == m.Membership.AUDITOR,
        )
        member.teams.set(m.Team.objects.filter(workspace=workspace, name=account.team))
        if agent is not None:
            agent.user = user
            agent.save()
