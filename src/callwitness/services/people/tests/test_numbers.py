"""Lists of numbers and the projects of calls."""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.domain.rules import Rules
from callwitness.ledger import models as m
from callwitness.services.people.number_list import take_numbers
from callwitness.services.people.numbers import as_calls_carry_it, number_rules, projects_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> m.Workspace:
    return m.Workspace.objects.create(slug="acme", name="Acme", country="RU")


def number(workspace: m.Workspace, value: str, kind: str, project: m.Project | None = None) -> None:
    m.Number.objects.create(workspace=workspace, value=value, kind=kind, project=project)


def test_numbers_join_the_lists_that_the_settings_make(acme: m.Workspace) -> None:
    number(acme, "+79000000001", m.Number.OWN)
    number(acme, "+79000000002", m.Number.TEST)
    number(acme, "+79000000003", m.Number.BLOCKED)
    number(m.Workspace.objects.create(slug="other", name="Other"), "+79000000009", m.Number.OWN)
    rules = number_rules(acme).added_to(Rules(own_numbers=frozenset({"+79000000005"})))
    assert rules.own_numbers == {"+79000000001", "+79000000005"}
    assert rules.test_numbers == {"+79000000002"}
    assert rules.blacklist == {"+79000000003"}


def test_a_call_belongs_to_the_project_of_its_number_then_of_its_queue_then_to_the_first(
    acme: m.Workspace,
) -> None:
    first = m.Project.objects.create(workspace=acme, slug="first", name="First")
    second = m.Project.objects.create(workspace=acme, slug="second", name="Second", queues=["sales"])
    number(acme, "+79000000001", m.Number.OWN, first)
    book = projects_of(acme)
    did = pl.Series(["+79000000001", "+79000000002", None, ""], dtype=pl.String)
    queue = pl.Series(["sales", "sales", None, "support"], dtype=pl.String)
    assert book.ids(did, queue).to_list() == [first.id, second.id, first.id, first.id]


def test_without_projects_calls_have_none(acme: m.Workspace) -> None:
    none = pl.Series([None], dtype=pl.String)
    assert projects_of(acme).ids(none, none).to_list() == [None]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("8 (900) 000-12-34", "+79000001234"),
        ("+380 50 000 11 22", "+380500001122"),
        ("104", "104"),
        ("hello", None),
    ],
)
def test_numbers_are_kept_as_calls_carry_them(acme: m.Workspace, typed: str, kept: str | None) -> None:
    assert as_calls_carry_it(acme, typed) == kept


def test_a_list_names_projects_in_any_case_of_any_alphabet(acme: m.Workspace) -> None:
    shop = m.Project.objects.create(workspace=acme, slug="shop", name="Магазин")
    taken = take_numbers(acme, "номер;проект\n+79000000001;МАГАЗИН\n+79000000002;Склад\n".encode(), now=9)
    assert (taken.made, [row.code for row in taken.bad]) == (1, ["no_project"])
    assert m.Number.objects.get().project == shop
