"""Which team and project a call belongs to, by name: few rows, read once a page instead of joined to every call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q

from callwitness.ledger import models as m


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment until another (ms UTC, None = open) a text stands for somebody of a team ('' = of none)."""

    begin: int | None
    end: int | None
    team: str

    def holds(self, at: int) -> bool:
        return (self.begin is None or self.begin <= at) and (self.end is None or at < self.end)

    def q(self) -> Q:
        """Calls that start inside."""
        inside = ~Q(pk__in=[])
        if self.begin is not None:
            inside &= Q(started_at__gte=self.begin)
        if self.end is not None:
            inside &= Q(started_at__lt=self.end)
        return inside


@dataclass(frozen=True, slots=True)
class Names:
    """people: lower-case text of a source -> stretches that cover all time, one after another; projects: id -> name.

    spelled: the same texts as people wrote them.
    """

    people: dict[str, list[Stretch]]
    projects: dict[int, str]
    spelled: dict[str, set[str]]

    def team(self, agent: str, at: int) -> str:
        """Team of a person at a moment, '' where none is known."""
        told = self.people.get(agent.strip().lower(), ())
        return next((stretch.team for stretch in told if stretch.holds(at)), "")

    def project(self, project_id: int | None) -> str:
        """Name of a project, '' for none."""
        return self.projects.get(project_id, "") if project_id is not None else ""

    def teams(self) -> list[str]:
        """Names of teams that have people."""
        return sorted({each.team for told in self.people.values() for each in told if each.team})

    def in_team(self, fits: Callable[[str], bool]) -> Q:
        """Calls whose last person is of a team that fits."""
        always: list[str] = []
        found = Q(pk__in=[])
        for text, told in self.people.items():
            fitting = [stretch for stretch in told if fits(stretch.team)]
            if len(fitting) == len(told):
                always += self._spellings(text)
                continue
            for stretch in fitting:
                found |= Q(agent__in=self._spellings(text)) & stretch.q()
        return found | Q(agent__in=always)

    def _spellings(self, text: str) -> list[str]:
        """A text as calls carry it: databases differ in what they know of upper and lower case."""
        return sorted({text, text.upper(), text.capitalize(), text.title(), *self.spelled.get(text, ())})


def names_of(workspace: m.Workspace) -> Names:
    """Names of one workspace. What sources call a person at that moment counts before a person's own name."""
    own: dict[str, str] = {}
    spelled: dict[str, set[str]] = defaultdict(set)
    for name, team in m.Agent.objects.filter(workspace=workspace).values_list("name", "team__name"):
        own[name.strip().lower()] = team or ""
        spelled[name.strip().lower()].add(name.strip())
    given: dict[str, list[Stretch]] = defaultdict(list)
    extensions = m.Extension.objects.filter(agent__workspace=workspace)
    for value, begin, end, team in extensions.values_list("value", "from_at", "to_at", "agent__team__name"):
        given[value.strip().lower()].append(Stretch(begin, end, team or ""))
        spelled[value.strip().lower()].add(value.strip())
    people = {text: _timeline(given.get(text, ()), own.get(text, "")) for text in {*own, *given}}
    projects = m.Project.objects.filter(workspace=workspace).values_list("id", "name")
    return Names(people, dict(projects), dict(spelled))


def _timeline(given: Iterable[Stretch], otherwise: str) -> list[Stretch]:
    """Stretches without gaps or overlaps: the one that began last holds until its end, then the person's own name."""
    begun = sorted(given, key=lambda stretch: (stretch.begin is not None, stretch.begin or 0))
    if not begun:
        return [Stretch(None, None, otherwise)]
    told = [] if begun[0].begin is None else [Stretch(None, begun[0].begin, otherwise)]
    ends = [*(later.begin for later in begun[1:]), None]
    for stretch, until in zip(begun, ends, strict=True):
        if stretch.end is None or (until is not None and stretch.end >= until):
            told.append(Stretch(stretch.begin, until, stretch.team))
        else:
            told += [stretch, Stretch(stretch.end, until, otherwise)]
    return told
