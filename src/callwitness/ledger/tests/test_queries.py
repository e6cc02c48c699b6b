"""Views of calls: the database answers as a plain reading of the same rows does."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.domain.errors import UsageError
from callwitness.domain.view import (
    VIEW_COLUMNS,
    Condition,
    View,
    parse_view,
    period_bounds,
    search_digits,
    to_number,
)
from callwitness.ledger import access, queries
from callwitness.ledger import models as m
from callwitness.web.accounts.models import User

pytestmark = pytest.mark.django_db

ZONE = "Europe/Kyiv"
NOW = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
SUMMER = int(datetime(2026, 10, 23, tzinfo=UTC).timestamp() * 1000)
AGENTS = ("", "Ivanova", "Петров", "101", "Sidorenko")


@dataclass
class World:
    workspace: m.Workspace
    owner: User
    rows: list[dict[str, Any]]

    @property
    def reading(self) -> queries.Reading:
        return queries.Reading(access.scope_of(self.owner, self.workspace.slug), ZONE, NOW)


@pytest.fixture
def world() -> World:
    workspace = m.Workspace.objects.create(slug="acme", name="Acme", zone=ZONE)
    owner = User.objects.create_user("owner@acme.example")
    m.Membership.objects.create(workspace=workspace, user=owner, role="owner")
    source = m.Source.objects.create(workspace=workspace, name="office", role="office")
    projects = [
        m.Project.objects.create(workspace=workspace, slug=name, name=name) for name in ("North", "South")
    ]
    sales, support = (
        m.Team.objects.create(workspace=workspace, name=name) for name in ("Sales", "Поддержка")
    )
    m.Agent.objects.create(workspace=workspace, name="Ivanova", team=sales)
    m.Agent.objects.create(workspace=workspace, name="Петров", team=support)
    moved = m.Agent.objects.create(workspace=workspace, name="Moved", team=support)
    m.Extension.objects.create(agent=moved, value="101", from_at=SUMMER + 5 * 86_400_000)
    chance = random.Random(7)
    rows = [_row(chance, number, projects) for number in range(90)]
    for row in rows:
        m.Call.objects.create(
            workspace=workspace, anchor_source=source, anchor_native_id=row["public_id"], **row
        )
    return World(workspace, owner, rows)


def _row(chance: random.Random, number: int, projects: list[m.Project]) -> dict[str, Any]:
    pick = chance.choice
    return {
        "public_id": f"c{number:03}",
        "project": pick([None, *projects]),
        "day": 0,
        "started_at": SUMMER + chance.randrange(0, 10 * 86_400, 900) * 1000,
        "direction": pick(["inbound", "outbound"]),
        "caller": pick(["", "+79000001234", "+380500001122", "101"]),
        "caller_kind": "number",
        "did": pick(["", "+79000009999"]),
        "called": pick(["", "+79000001234"]),
        "verdict": pick(["answered", "no_answer", "busy"]),
        "flags": pick([[], ["short"], ["short", "repeat"], ["test"]]),
        "wait_s": pick([None, 0.0, 3.5, 41.0, 41.0]),
        "talk_s": pick([None, 12.0]),
        "agent": pick(AGENTS),
        "queue": pick(["", "sales", "support"]),
        "trunk": pick(["", "line-1"]),
        "recovery": pick(["", "open"]),
        "signal_answered_at": pick([None, SUMMER + 1000]),
        "witnesses": pick([["office"], ["provider", "Офис"]]),
        "finding_kinds": pick([[], ["answer_disputed"]]),
        "findings": pick([0, 1, 2]),
        "recorded": pick([True, False]),
    }


def _team(row: dict[str, Any]) -> str:
    if row["agent"] == "101" and row["started_at"] >= SUMMER + 5 * 86_400_000:
        return "Поддержка"
    return {"Ivanova": "Sales", "Петров": "Поддержка"}.get(row["agent"], "")


def _value(row: dict[str, Any], name: str) -> Any:
    local = datetime.fromtimestamp(row["started_at"] / 1000, ZoneInfo(ZONE))
    made: dict[str, Callable[[], Any]] = {
        "day": lambda: local.date().isoformat(),
        "hour": lambda: f"{local.hour:02}",
        "weekday": lambda: str(local.isoweekday()),
        "team": lambda: _team(row),
        "project": lambda: row["project"].name if row["project"] else "",
        "call_id": lambda: row["public_id"],
        "recorded": lambda: "yes" if row["recorded"] else "no",
    }
    return made[name]() if name in made else row.get(name)


def _fits(row: dict[str, Any], condition: Condition) -> bool:
    value = _value(row, condition.column)
    items = value if isinstance(value, list) else [value]
    nothing = value in ("", None, [])
    if condition.operation == "not":
        return not _fits(row, replace(condition, operation="is"))
    if condition.operation == "empty":
        return ("yes" if nothing else "no") in condition.values
    if condition.operation == "has":
        return not nothing and any(
            wanted.lower() in item.lower() for wanted in condition.values for item in items
        )
    if VIEW_COLUMNS[condition.column].kind in ("moment", "seconds", "count"):
        numbers = [number for number in map(to_number, condition.values) if number is not None]
        if nothing:
            return condition.operation == "is" and "" in condition.values
        if condition.operation == "is":
            return value in numbers
        return any(value >= n if condition.operation == "min" else value <= n for n in numbers)
    return ("" in condition.values and nothing) or any(item in condition.values for item in items)


def _expected(world: World, view: View) -> list[str]:
    begin, end = period_bounds(view.period, ZONE, NOW)
    rows = [row for row in world.rows if begin <= row["started_at"] < end]
    rows = [row for row in rows if all(_fits(row, condition) for condition in view.conditions)]
    if view.search:
        rows = [row for row in rows if _found(row, view.search)]
    return sorted(row["public_id"] for row in rows)


def _found(row: dict[str, Any], text: str) -> bool:
    digits = search_digits(text)
    numbers = [row["caller"], row["did"], row["called"]]
    return (digits is not None and any(digits in number for number in numbers)) or (
        text.lower() in row["agent"].lower()
    )


TEXTS = {
    "agent": [*AGENTS, "ivan", "ПЕТ"],
    "team": ["Sales", "Поддержка", "", "подд"],
    "project": ["North", "", "ou"],
    "caller": ["+79000001234", "", "900", "101"],
    "flags": ["short", "REP", "", "test"],
    "witnesses": ["office", "Офис", "офи", "prov"],
    "queue": ["sales", "", "s%", "_"],
    "verdict": ["answered", "busy"],
    "day": ["2026-10-25", "2026-10-26", "-10-2"],
    "hour": ["03", "23", "0"],
    "weekday": ["1", "7"],
    "call_id": ["c001", "00"],
    "finding_kinds": ["answer_disputed", ""],
    "recovery": ["open", ""],
}
NUMBERS = {"wait_s": ["3.5", "41", "-1", "0", ""], "findings": ["1", "0.5", ""], "started_at": [str(SUMMER + 86_400_000)],
           "signal_answered_at": ["", str(SUMMER + 1000), "1.5"]}  # fmt: skip


def _condition(name: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    if name == "recorded":
        options = [(name, "yes"), (f"{name}.not", "no"), (f"{name}.empty", "no")]
        return st.sampled_from(options).map(lambda pair: [pair])
    plain = NUMBERS.get(name)
    operations = ["", ".not", ".min", ".max"] if plain else ["", ".not", ".has"]
    values = st.lists(st.sampled_from(plain or TEXTS[name]), min_size=1, max_size=3)

    def pairs(operation: str, chosen: list[str]) -> list[tuple[str, str]]:
        bounds = operation in (".min", ".max")
        return [(name + operation, value) for value in chosen if value or not bounds] or [
            (f"{name}.empty", "yes")
        ]

    return st.one_of(
        st.builds(pairs, st.sampled_from(operations), values),
        st.sampled_from(["yes", "no"]).map(lambda text: [(f"{name}.empty", text)]),
    )


VIEWS = st.builds(
    lambda period, conditions, search, sort: parse_view(
        [
            ("period", period),
            ("search", search),
            ("sort", sort),
            *(pair for pairs in conditions for pair in pairs),
        ]
    ),
    st.sampled_from(["all", "2026-10-24..2026-10-27", "this_week"]),
    st.lists(st.sampled_from([*TEXTS, *NUMBERS, "recorded"]).flatmap(_condition), max_size=3),
    st.sampled_from(["", "", "900", "иВАН", "петр", "8 900 000-12-34", "(050)"]),
    st.sampled_from(
        ["-" + name for name, column in VIEW_COLUMNS.items() if column.sort] + ["wait_s", "agent", "day"]
    ),
)


def test_a_view_holds_exactly_the_calls_that_a_plain_reading_finds(world: World) -> None:
    reading = world.reading

    @settings(max_examples=250)
    @given(VIEWS)
    def holds(view: View) -> None:
        found = sorted(call.public_id for call in queries.calls(view, reading))
        assert found == _expected(world, view)

    holds()


@pytest.mark.parametrize("name", [name for name, column in VIEW_COLUMNS.items() if column.sort])
@pytest.mark.parametrize("down", [False, True])
def test_pages_in_any_order_show_each_call_once(world: World, name: str, down: bool) -> None:
    view = View(period="all", sort=(name, down))
    seen: list[str] = []
    after = None
    while True:
        page = queries.page(view, world.reading, after, size=7)
        seen += [call.public_id for call in page.calls]
        after = page.after
        if after is None:
            break
    assert sorted(seen) == sorted(row["public_id"] for row in world.rows)
    assert len(set(seen)) == len(seen)


def test_the_longest_wait_comes_first_and_unknown_ones_last(world: World) -> None:
    down = [
        call.wait_s
        for call in queries.page(View(period="all", sort=("wait_s", True)), world.reading, size=1000).calls
    ]
    known = [wait for wait in down if wait is not None]
    assert known == sorted(known, reverse=True)
    assert down[len(known) :] == [None] * (len(down) - len(known))


def test_hours_are_those_of_the_readers_wall_on_both_sides_of_a_change_of_clocks(world: World) -> None:
    before = m.Call.objects.get(public_id="c000")
    before.started_at = int(
        datetime(2026, 10, 24, 22, 30, tzinfo=UTC).timestamp() * 1000
    )  # 01:30 summer time
    before.save()
    after = m.Call.objects.get(public_id="c001")
    after.started_at = int(datetime(2026, 10, 25, 23, 30, tzinfo=UTC).timestamp() * 1000)  # 01:30 winter time
    after.save()
    view = parse_view([("period", "all"), ("hour", "01"), ("call_id", "c000"), ("call_id", "c001")])
    assert queries.calls(view, world.reading).count() == 2


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "bm90IGpzb24",
        "W251bGwsbnVsbF0",
        "WyJ4IiwxXQ",
        "WzFlOTk5LDFd",
        "W3RydWUsInEiXQ",
        "WyJcdWQ4MDAiLDFd",
    ],
)
def test_a_page_of_no_view_is_refused_with_a_sentence(world: World, after: str) -> None:
    with pytest.raises(UsageError, match="no page of this view"):
        queries.page(View(period="all"), world.reading, after)


def test_a_reader_of_masked_numbers_cannot_guess_them_by_filters(world: World) -> None:
    membership = m.Membership.objects.get(user=world.owner)
    membership.mask_numbers = True
    membership.save()
    for pairs in (
        [("caller.has", "900")],
        [("caller", "+79000001234")],
        [("sort", "caller")],
        [("group", "called")],
    ):
        with pytest.raises(UsageError, match="not open to you"):
            queries.page(parse_view(pairs), world.reading)
    found = queries.calls(parse_view([("period", "all"), ("search", "9000001234")]), world.reading)
    assert not found.exists()


def test_a_marketer_sees_his_project_without_the_people_behind_it(world: World) -> None:
    project = m.Project.objects.get(slug="North")
    party = m.Party.objects.create(project=project, side="agency", name="Agency")
    marketer = User.objects.create_user("marketer@agency.example")
    m.Membership.objects.create(workspace=world.workspace, user=marketer, role="marketer", party=party)
    reading = queries.Reading(access.scope_of(marketer, "acme"), ZONE, NOW)
    found = list(queries.page(View(period="all"), reading, size=1000).calls)
    assert {call.project_id for call in found} == {project.id}
    assert not {"agent", "team", "trunk"} & set(queries.shown(View(), reading.scope).columns)
    with pytest.raises(UsageError, match="agent: not open to you"):
        queries.calls(parse_view([("agent", "Ivanova")]), reading)
    assert not queries.calls(parse_view([("period", "all"), ("search", "Ivanova")]), reading).exists()


def test_a_group_opens_into_its_calls_also_that_of_nobody(world: World) -> None:
    grouped = View(period="all", group="team")
    nobody = queries.inside_group(grouped, None)
    found = {call.public_id for call in queries.calls(nobody, world.reading)}
    assert found == {row["public_id"] for row in world.rows if not _team(row)}
    assert queries.inside_group(View(), "x") == View()


def test_a_team_is_found_by_names_of_any_spelling(world: World) -> None:
    team = m.Team.objects.create(workspace=world.workspace, name="Evening")
    m.Agent.objects.create(workspace=world.workspace, name="Anna van der McDonald", team=team)
    m.Call.objects.filter(public_id="c000").update(agent="Anna van der McDonald")
    found = queries.calls(parse_view([("period", "all"), ("team", "Evening")]), world.reading)
    assert [call.public_id for call in found] == ["c000"]
