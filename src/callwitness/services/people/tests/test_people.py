"""Texts of sources become agents of ours, as of their moment."""

from __future__ import annotations

import polars as pl
import pytest

from callwitness.ledger import models as m
from callwitness.services.people.book import agents_of, overlapping, tags
from callwitness.services.people.people_list import take_people
from callwitness.services.people.retag import retag

pytestmark = pytest.mark.django_db

DAY = 86_400_000


@pytest.fixture
def acme() -> m.Workspace:
    return m.Workspace.objects.create(slug="acme", name="Acme")


def agent(workspace: m.Workspace, name: str, *extensions: tuple[str, int | None, int | None]) -> m.Agent:
    made = m.Agent.objects.create(workspace=workspace, name=name)
    for value, since, until in extensions:
        m.Extension.objects.create(agent=made, value=value, from_at=since, to_at=until)
    return made


def call(workspace: m.Workspace, number: int, at: int, agents: list[str], rang: list[str]) -> m.Call:
    source, _ = m.Source.objects.get_or_create(workspace=workspace, name="office", role="office")
    texts = dict.fromkeys(
        "anchor_native_id direction caller caller_kind did called verdict agent queue trunk recovery content".split(),
        "",
    )
    made = m.Call.objects.create(
        workspace=workspace,
        public_id=f"c{number}",
        anchor_source=source,
        started_at=at,
        day=at // DAY,
        agents=agents,
        **texts,
    )
    legs = [
        {"agent": text, "extension": None, "role": "office", "human": text in agents}
        for text in [*agents, *rang]
    ]
    m.Ladder.objects.create(call=made, legs=legs)
    return made


def who(texts: list[str | None], at: list[int | None], workspace: m.Workspace) -> list[int | None]:
    book = agents_of(workspace)
    return book.ids(pl.Series(texts, dtype=pl.String), pl.Series(at, dtype=pl.Int64)).to_list()


def test_an_extension_passes_from_one_agent_to_another_at_a_moment(acme: m.Workspace) -> None:
    anna = agent(acme, "Anna", ("101", None, 10 * DAY))
    boris = agent(acme, "Boris", ("101", 10 * DAY, None))
    moments: list[int | None] = [0, 10 * DAY - 1, 10 * DAY, 50 * DAY, None]
    assert who(["101"] * 5, moments, acme) == [anna.id, anna.id, boris.id, boris.id, boris.id]


def test_nobody_has_an_extension_between_two_owners(acme: m.Workspace) -> None:
    agent(acme, "Anna", ("101", None, 10 * DAY))
    agent(acme, "Boris", ("101", 20 * DAY, None))
    assert who(["101", "102", None], [15 * DAY, 0, 0], acme) == [None, None, None]


def test_a_name_is_known_without_an_extension_and_in_any_case(acme: m.Workspace) -> None:
    anna = agent(acme, "Анна Белова", ("SIP-Anna", None, None))
    assert who(["анна белова", " АННА БЕЛОВА ", "sip-anna"], [0, 0, 0], acme) == [anna.id] * 3


def test_people_of_other_workspaces_are_unknown(acme: m.Workspace) -> None:
    agent(m.Workspace.objects.create(slug="other", name="Other"), "Anna", ("101", None, None))
    assert who(["101", "Anna"], [0, 0], acme) == [None, None]


def test_the_book_takes_two_queries(
    acme: m.Workspace, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(20):
        agent(acme, f"Agent {number}", (str(100 + number), None, None))
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django's own type
        agents_of(acme)


def test_an_extension_that_somebody_has_is_found_by_its_time(acme: m.Workspace) -> None:
    agent(acme, "Anna", ("Olga", 5 * DAY, 10 * DAY))
    assert overlapping(acme, "olga", None, 5 * DAY) is None
    assert overlapping(acme, "olga", 10 * DAY, None) is None
    found = overlapping(acme, "OLGA ", 9 * DAY, None)
    assert found is not None
    assert found.agent.name == "Anna"
    assert overlapping(acme, "olga", 9 * DAY, None, but=[found.id]) is None


def test_whoever_talked_and_whoever_was_rung_belong_to_the_call(acme: m.Workspace) -> None:
    anna, boris = agent(acme, "Anna", ("101", None, None)), agent(acme, "Boris", ("102", None, None))
    calls = pl.DataFrame({"call_id": [7], "started_at": [0], "agents": [["101"]]})
    ladder = pl.DataFrame(
        {
            "call_id": [7, 7, 7, 7],
            "agent": ["101", None, "Olga (109)", None],
            "extension": ["101", "102", None, None],
        }
    )
    found = tags(agents_of(acme), calls, ladder)
    assert found.rows() == [(7, anna.id, True), (7, boris.id, False)]


def test_a_new_extension_brings_its_calls_and_their_days_are_published_anew(acme: m.Workspace) -> None:
    first, second = call(acme, 1, 3 * DAY, ["101"], ["Ольга"]), call(acme, 2, 4 * DAY, [], ["1011"])
    anna = agent(acme, "Anna", ("101", None, None))
    olga = agent(acme, "Ольга")
    assert retag(acme, ["101", "ольга"], now=9) == 1
    assert list(first.people.values_list("agent_id", "talked")) == [(anna.id, True), (olga.id, False)]
    assert not second.people.exists()
    assert list(m.UnpublishedDay.objects.values_list("day", flat=True)) == [3]
    assert list(m.DirtyDay.objects.values_list("day", flat=True)) == [3]


def test_a_lost_extension_takes_its_calls_away(acme: m.Workspace) -> None:
    taken = call(acme, 1, 3 * DAY, ["101"], [])
    anna = agent(acme, "Anna", ("101", None, None))
    retag(acme, ["101"], now=9)
    anna.extensions.all().delete()
    assert retag(acme, ["101"], now=9) == 1
    assert not taken.people.exists()


def test_a_waiting_case_follows_its_owner_and_his_team(acme: m.Workspace) -> None:
    lost = call(acme, 1, 3 * DAY, [], ["101"])
    case = m.LostCase.objects.create(
        workspace=acme, public_id="lost-c1", caller="+79000000001", line="", state="open", derived_state="open",
        tries=1, first_at=3 * DAY, last_at=3 * DAY, first_call=lost, last_call=lost, owner="101", why_missed="",
    )  # fmt: skip
    anna = agent(acme, "Anna", ("101", None, None))
    anna.team = m.Team.objects.create(workspace=acme, name="Sales")
    anna.save()
    retag(acme, ["101"], now=9)
    case.refresh_from_db()
    assert (case.owner_agent, case.owner_team) == (anna, anna.team)


def test_a_long_list_of_people_gets_its_calls_in_few_queries(
    acme: m.Workspace, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    taken, mixed = call(acme, 1, 3 * DAY, ["АГЕНТ 250"], []), call(acme, 2, 4 * DAY, [], ["SIP/99"])
    rows = "\n".join(f"Агент {number};{1000 + number};Sales" for number in range(300))
    data = f"name;extension;team\n{rows}\nMcDonald;sip/99;Sales\n".encode()
    with django_assert_max_num_queries(1_300):  # type: ignore[operator]  # pytest-django's own type
        assert take_people(acme, data, now=9).made == 301
    assert taken.people.get().agent.name == "Агент 250"
    assert mixed.people.get().agent.name == "McDonald"


def test_an_extension_is_taken_once_within_a_list(acme: m.Workspace) -> None:
    taken = take_people(acme, b"name;extension\nAnna;101\nBoris;101\nanna;102\n", now=9)
    assert (taken.made, taken.changed, [row.line for row in taken.bad]) == (2, 1, [3])
    assert sorted(m.Extension.objects.values_list("agent__name", "value")) == [
        ("Anna", "101"),
        ("Anna", "102"),
    ]
