"""A list of numbers: what each is, its name, project and source of advertising; known ones are completed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from callwitness.ledger import models as m
from callwitness.services.arrivals.replays import replay_workspace
from callwitness.services.dirty import mark_all_dirty
from callwitness.services.people.book import fold
from callwitness.services.people.lists import BadRow, Row, read_list
from callwitness.services.people.numbers import as_calls_carry_it
from callwitness.services.people.projects import reassign

COLUMNS: Final = {
    "number": frozenset("number phone did номер телефон".split()),
    "name": frozenset("name title имя название назва ім'я".split()),
    "kind": frozenset("kind type вид тип".split()),
    "project": frozenset("project проект проєкт".split()),
    "advertising": frozenset("advertising source campaign реклама источник джерело".split()),
}
_KINDS: Final = {
    "": m.Number.OWN, "own": m.Number.OWN, "свой": m.Number.OWN, "власний": m.Number.OWN,
    "test": m.Number.TEST, "тест": m.Number.TEST, "тестовый": m.Number.TEST, "тестовий": m.Number.TEST,
    "blocked": m.Number.BLOCKED, "blacklist": m.Number.BLOCKED, "чёрный список": m.Number.BLOCKED,
    "заблокирован": m.Number.BLOCKED, "чорний список": m.Number.BLOCKED, "заблокований": m.Number.BLOCKED,
}  # fmt: skip

NO_NUMBER, NO_KIND, NO_PROJECT = "no_number", "no_kind", "no_project"


@dataclass(slots=True)
class NumbersTaken:
    """What came of a list: new numbers, completed ones, rows not taken."""

    made: int = 0
    changed: int = 0
    bad: list[BadRow] = field(default_factory=list)


def take_numbers(workspace: m.Workspace, data: bytes, now: int) -> NumbersTaken:
    """Makes and completes numbers; calls are judged again and get their projects. Raises ``UnusableList``."""
    taken = NumbersTaken()
    with transaction.atomic():
        projects = {fold(each.name): each for each in m.Project.objects.filter(workspace=workspace)}
        for row in read_list(data, COLUMNS):
            _take(workspace, projects, row, taken)
    if taken.made or taken.changed:
        changed(workspace, now)
    return taken


def changed(workspace: m.Workspace, now: int) -> None:
    """Numbers changed: evidence is read again, because own numbers tell calls in from calls out, calls are judged by
    the new lists and get their projects.
    """
    replay_workspace(workspace)
    mark_all_dirty(workspace, now)
    reassign(workspace, now)


def _take(workspace: m.Workspace, projects: Mapping[str, m.Project], row: Row, taken: NumbersTaken) -> None:
    """One row. projects: by name, as it is compared."""
    value = as_calls_carry_it(workspace, row.cells["number"])
    kind = _KINDS.get(row.cells["kind"].lower())
    project = projects.get(fold(row.cells["project"]))
    if value is None:
        taken.bad.append(BadRow(row.line, NO_NUMBER, row.cells["number"]))
    elif kind is None:
        taken.bad.append(BadRow(row.line, NO_KIND, row.cells["kind"]))
    elif row.cells["project"] and project is None:
        taken.bad.append(BadRow(row.line, NO_PROJECT, row.cells["project"]))
    else:
        told = {
            "kind": kind if row.cells["kind"] else "",
            "project": project,
            **{n: row.cells[n][:120] for n in ("name", "advertising")},
        }
        given = {name: value for name, value in told.items() if value}
        _, new = m.Number.objects.update_or_create(workspace=workspace, value=value, defaults=given)
        taken.made += new
        taken.changed += not new
