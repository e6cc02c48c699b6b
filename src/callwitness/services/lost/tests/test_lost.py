"""Cases in the ledger: decisions, owners, what happens when calls merge, and who wins a race."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from django.db import connection, connections

from callwitness.ledger import models as m
from callwitness.services.lost import decisions as lost
from callwitness.services.lost.decisions import Refused, decide, settle_states
from callwitness.services.lost.tests.lost_world import DAY, HOUR, MINUTE, NOW, Company, company

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Company:
    return company()


def again(case: m.LostCase) -> m.LostCase:
    return m.LostCase.objects.get(pk=case.pk)


def test_a_claim_is_kept_and_others_are_refused(acme: Company) -> None:
    case, anna, boris = acme.case(), acme.person("Anna"), acme.person("Boris")
    decide(case, anna, "claim", NOW)
    for action in ("claim", "talked", "no_answer", "not_needed", "release"):
        with pytest.raises(Refused) as refusal:
            decide(case, boris, action, NOW + 1, "spam")
        assert refusal.value.code == "taken"
    assert (again(case).state, again(case).claimed_by) == ("in_work", anna)
    assert list(m.LostDecision.objects.values_list("action", flat=True)) == ["claim"]


def test_a_claim_without_action_is_free_after_two_hours(acme: Company) -> None:
    case, anna, boris = acme.case(), acme.person("Anna"), acme.person("Boris")
    decide(case, anna, "claim", NOW)
    decide(case, boris, "claim", NOW + 2 * HOUR + 1)
    assert again(case).claimed_by == boris


def test_the_head_releases_what_another_claimed(acme: Company) -> None:
    case, anna, head = acme.case(), acme.person("Anna"), acme.person("Head", "manager")
    decide(case, anna, "claim", NOW)
    decide(case, head, "release", NOW + 1, head=True)
    assert (again(case).state, again(case).claimed_by) == ("open", None)


def test_ringing_without_an_answer_claims_and_says_when_to_try_again(acme: Company) -> None:
    case, anna = acme.case(), acme.person("Anna")
    decide(case, anna, "no_answer", NOW)
    kept = again(case)
    assert (kept.state, kept.claimed_by, kept.attempts, kept.next_try_at) == (
        "in_work",
        anna,
        1,
        NOW + 15 * MINUTE,
    )


def test_not_needed_wants_a_reason(acme: Company) -> None:
    case, anna = acme.case(), acme.person("Anna")
    with pytest.raises(Refused) as refusal:
        decide(case, anna, "not_needed", NOW, "  ")
    assert refusal.value.code == "reason_needed"
    decide(case, anna, "not_needed", NOW, "a wrong number")
    assert again(case).state == "not_needed"


def test_the_calls_of_a_case_carry_its_state(acme: Company) -> None:
    case, anna = acme.case(tries=3), acme.person("Anna")
    other = acme.case("+380500000102")
    decide(case, anna, "talked", NOW)
    calls = m.Call.objects.order_by("id").values_list("caller", "recovery")
    assert list(calls) == [(case.caller, "recovered")] * 3 + [(other.caller, "open")]


def test_settling_tells_the_warehouse_of_the_day_and_twice_changes_nothing(acme: Company) -> None:
    case, anna = acme.case(tries=2), acme.person("Anna")
    m.LostDecision.objects.create(
        workspace=acme.workspace, case=case, by=anna, at=NOW, action="talked",
        anchor_source=acme.office, anchor_native_id=case.first_call.anchor_native_id,
    )  # fmt: skip
    settle_states(acme.workspace, [case.pk], NOW)
    days = m.UnpublishedDay.objects.values_list("day", "since")
    assert list(days) == [(case.first_at // DAY, NOW)]
    settle_states(acme.workspace, None, NOW + 1)
    assert list(days.all()) == [(case.first_at // DAY, NOW)]


def test_a_closed_case_can_be_reopened_but_not_what_the_calls_prove(acme: Company) -> None:
    case, anna = acme.case(), acme.person("Anna")
    decide(case, anna, "other_channel", NOW)
    decide(case, anna, "reopen", NOW + 1)
    assert again(case).state == "open"
    proved = acme.case("+380500000102", derived_state="recovered", recovered_at=NOW)
    settle_states(acme.workspace, [proved.pk], NOW)
    with pytest.raises(Refused) as refusal:
        decide(proved, anna, "reopen", NOW)
    assert refusal.value.code == "closed"


def test_the_owner_is_who_had_the_extension_then_else_the_team_of_the_queue(acme: Company) -> None:
    sales, support = acme.team("sales"), acme.team("support", queues=["help"])
    anna, boris = acme.agent("Anna", sales), acme.agent("Boris")
    m.Extension.objects.create(agent=anna, value="101", to_at=NOW - 2 * HOUR)
    m.Extension.objects.create(agent=boris, value="101", from_at=NOW - 2 * HOUR)
    before = acme.case("+380500000101", at=NOW - 3 * HOUR, owner="101")
    after = acme.case("+380500000102", at=NOW - HOUR, owner="101", queue="help")
    by_queue = acme.case("+380500000103", queue="help")
    nobodys = acme.case("+380500000104")
    settle_states(acme.workspace, None, NOW)
    owners = {c.pk: (c.owner_agent, c.owner_team) for c in m.LostCase.objects.all()}
    assert owners == {
        before.pk: (anna, sales),
        after.pk: (boris, support),
        by_queue.pk: (None, support),
        nobodys.pk: (None, None),
    }


def test_a_decision_finds_its_case_when_an_earlier_try_turned_up(acme: Company) -> None:
    case, anna = acme.case(), acme.person("Anna")
    decide(case, anna, "talked", NOW)
    earlier = acme.call(case.caller, case.first_at - HOUR, recovery="open")
    first, last = case.first_call, case.last_call
    case.delete()
    wider = m.LostCase.objects.create(
        workspace=acme.workspace, public_id="lost-earlier", caller=first.caller, line=first.did, state="open",
        derived_state="open", tries=2, first_at=earlier.started_at, last_at=last.started_at, first_call=earlier,
        last_call=last, owner="", why_missed="",
    )  # fmt: skip
    settle_states(acme.workspace, [], NOW)
    assert again(wider).state == "recovered"


def test_a_decision_whose_call_is_gone_waits(acme: Company) -> None:
    case, anna = acme.case(), acme.person("Anna")
    decide(case, anna, "talked", NOW)
    m.Call.objects.all().delete()
    settle_states(acme.workspace, None, NOW)
    assert m.LostDecision.objects.get().case is None


def test_the_worker_closes_what_nobody_reached_in_time_and_frees_forgotten_claims(acme: Company) -> None:
    old, claimed, fresh = (
        acme.case("+380500000101", at=NOW - 8 * DAY), acme.case("+380500000102"), acme.case("+380500000103")
    )  # fmt: skip
    decide(claimed, acme.person("Anna"), "claim", NOW)
    assert lost.expire(NOW + 3 * HOUR) == 2
    assert [again(c).state for c in (old, claimed, fresh)] == ["expired", "open", "open"]
    assert m.Call.objects.get(pk=old.first_call_id).recovery == "expired"


def test_who_is_in_a_call_at_this_moment_is_not_rung(acme: Company) -> None:
    acme.call("+380500000101", NOW - MINUTE, ended_at=None)
    acme.call("+380500000102", NOW - 5 * HOUR, ended_at=None)
    acme.call("+380500000103", NOW - MINUTE)
    callers = [f"+38050000010{n}" for n in (1, 2, 3)]
    assert lost.on_the_line(acme.workspace, callers, NOW) == {"+380500000101"}


@pytest.mark.django_db(transaction=True)
def test_of_many_people_who_claim_at_once_one_wins(tmp_path: Path) -> None:
    acme = company()
    people = [acme.person(f"Person{n}") for n in range(8)]
    case = acme.case()
    own_connection = _on_a_file(tmp_path / "ledger.sqlite3")
    gate, outcomes = threading.Barrier(len(people)), []

    def claim(person: object) -> None:
        with own_connection():
            gate.wait()
            try:
                decide(case, person, "claim", NOW)
                outcomes.append("won")
            except Refused as refusal:
                outcomes.append(refusal.code)

    threads = [threading.Thread(target=claim, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["taken"] * 7 + ["won"]


def _on_a_file(path: Path) -> Callable[[], AbstractContextManager[None]]:
    """The test's SQLite as a file, which threads open each for themselves, as processes do; PostgreSQL as it is."""
    connection.ensure_connection()
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        settings = {**settings, "NAME": str(path)}
    wrapper = type(connections["default"])

    @contextmanager
    def opened() -> Iterator[None]:
        connections["default"] = own = wrapper(settings, "default")
        try:
            yield
        finally:
            own.close()

    return opened
