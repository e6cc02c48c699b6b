"""Evidence into the ledger by small lists: what changes, what stays, whatever the order."""

from __future__ import annotations

import io
import itertools
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import transaction

from callwitness.ledger import models as m
from callwitness.services import derive
from callwitness.services.arrivals import receive as arrivals
from callwitness.services.arrivals.read_evidence import read_pending
from callwitness.services.arrivals.replays import replay, set_aside
from callwitness.services.derive import run, windows
from callwitness.services.dirty import mark_all_dirty

pytestmark = pytest.mark.django_db

NOW = 1_793_000_000_000  # 26 October 2026
HEAD = "id,start,caller,called,total,talk,result,agent\n"
PROVIDER = HEAD + (
    "p1,2026-10-05 10:00:00,+79000000001,+78000000001,50,40,answered,\n"
    "p2,2026-10-05 11:00:00,+79000000002,+78000000001,30,0,no answer,\n"
    "p3,2026-10-05 12:00:00,+79000000003,+78000000001,20,0,no answer,\n"
)
OFFICE = HEAD + (
    "o1,2026-10-05 10:00:01,+79000000001,+78000000001,49,40,answered,Ivanova\n"
    "o2,2026-10-05 11:00:01,+79000000002,+78000000001,29,0,no answer,\n"
    "o4,2026-10-05 13:00:00,+79000000004,+78000000001,60,50,answered,Petrov\n"
)
LATER = HEAD + "p4,2026-10-05 12:59:59,+79000000004,+78000000001,61,50,answered,\n"


@pytest.fixture
def workspace(data: Path) -> m.Workspace:  # noqa: ARG001 the data folder
    made = m.Workspace.objects.create(slug="acme", name="Acme", country="RU")
    m.Project.objects.create(workspace=made, slug="main", name="Main")
    for role in ("provider", "office"):
        m.Source.objects.create(workspace=made, name=role, role=role, adapter="spreadsheet")
    return made


def bring(workspace: m.Workspace, role: str, text: str, name: str = "list.csv", now: int = NOW) -> None:
    source = m.Source.objects.get(workspace=workspace, name=role)
    arrivals.receive(source, io.BytesIO(text.encode()), name, "upload", now)
    read_pending(now)


def derived(workspace: m.Workspace, now: int = NOW) -> dict[frozenset[str], tuple[Any, ...]]:
    """The ledger up to ids: what each set of source calls came out as."""
    derive.derive_dirty(now)
    calls = {}
    for call in m.Call.objects.filter(workspace=workspace).prefetch_related(
        "seen_by__source", "ladder", "found"
    ):
        told = frozenset(f"{w.source.name}:{w.native_call_id}:{w.match}" for w in call.seen_by.all())
        calls[told] = (
            call.verdict, call.caller, call.did, call.started_at, call.wait_s, call.agent, call.recovery, call.findings,
            str(call.reasons), str(call.ladder.legs), sorted(f.kind for f in call.found.all()),
        )  # fmt: skip
    return calls


def by_caller(workspace: m.Workspace, last: str) -> m.Call:
    return m.Call.objects.get(workspace=workspace, caller=f"+7900000000{last}")


def test_calls_of_two_sources_become_one_with_a_verdict(workspace: m.Workspace) -> None:
    bring(workspace, "provider", PROVIDER)
    bring(workspace, "office", OFFICE)
    derived(workspace)
    call = by_caller(workspace, "1")
    assert (call.verdict, call.agent, sorted(call.witnesses)) == (
        "answered",
        "Ivanova",
        ["office", "provider"],
    )
    assert {w.native_call_id for w in call.seen_by.all()} == {"p1", "o1"}
    assert by_caller(workspace, "3").verdict == "never_arrived"
    assert by_caller(workspace, "3").finding_kinds == ["never_arrived"]


def test_any_order_gives_the_same_ledger_up_to_ids(workspace: m.Workspace) -> None:
    arrivals_of = [("provider", PROVIDER, "a.csv"), ("office", OFFICE, "b.csv"), ("provider", LATER, "c.csv")]
    ledgers = []
    for order in itertools.permutations(arrivals_of):
        m.Evidence.objects.all().delete()
        m.SourceDay.objects.all().delete()
        mark_everything_gone(workspace)
        for role, text, name in order:
            bring(workspace, role, text, name)
            derived(workspace)
        ledgers.append(derived(workspace))
    assert all(ledger == ledgers[0] for ledger in ledgers)
    assert len(ledgers[0]) == 4


def mark_everything_gone(workspace: m.Workspace) -> None:
    with transaction.atomic():
        m.DirtyDay.objects.create(workspace=workspace, day=0, since=NOW, evidence=[])
    derive.derive_dirty(NOW)
    assert not m.Call.objects.exists()


def test_the_same_evidence_again_changes_nothing(workspace: m.Workspace) -> None:
    bring(workspace, "provider", PROVIDER)
    bring(workspace, "office", OFFICE)
    first = derived(workspace)
    rows = list(m.Call.objects.order_by("id").values())
    bring(workspace, "provider", PROVIDER, "again.csv")
    with transaction.atomic():
        mark_all_dirty(workspace, NOW)
    assert derived(workspace) == first
    assert list(m.Call.objects.order_by("id").values()) == rows
    assert not m.CallVersion.objects.exists()


def test_a_late_witness_changes_the_call_and_leaves_its_id(workspace: m.Workspace) -> None:
    bring(workspace, "office", OFFICE)
    derived(workspace)
    before = by_caller(workspace, "4")
    bring(workspace, "provider", PROVIDER + LATER.removeprefix(HEAD))
    derived(workspace)
    after = by_caller(workspace, "4")
    assert (after.id, after.public_id) == (before.id, before.public_id)
    assert after.anchor_native_id == "p4"
    [version] = m.CallVersion.objects.filter(call=after)
    assert version.changes["witnesses"] == [["office"], ["provider", "office"]]
    assert [m.Evidence.objects.get(pk=pk).source.name for pk in version.evidence] == ["provider"]


def test_calls_that_merge_keep_both_ids_and_what_was_said(workspace: m.Workspace) -> None:
    """A list with a wrong hour and number is taken back and corrected."""
    wrong = PROVIDER.replace("10:00:00,+79000000001", "10:30:00,+79000000009")
    bring(workspace, "provider", wrong, "wrong.csv")
    bring(workspace, "office", OFFICE)
    derived(workspace)
    office_call, provider_call = by_caller(workspace, "1"), by_caller(workspace, "9")
    author = get_user_model().objects.create_user("olga@acme.example", "x")
    comment = m.Comment.objects.create(
        call=office_call,
        anchor_source=office_call.anchor_source,
        anchor_native_id="o1",
        author=author,
        text="!",
        at=NOW,
    )
    m.Evidence.objects.filter(name="wrong.csv").delete()
    bring(workspace, "provider", PROVIDER, "right.csv")
    derived(workspace)
    merged = by_caller(workspace, "1")
    assert merged.id in (office_call.id, provider_call.id)
    gone = office_call if merged.id == provider_call.id else provider_call
    assert m.CallAlias.objects.get(public_id=gone.public_id).call == merged
    comment.refresh_from_db()
    assert comment.call == merged


def test_a_lost_caller_is_a_case_until_somebody_talks(workspace: m.Workspace) -> None:
    bring(workspace, "provider", PROVIDER)
    derived(workspace, now=NOW - 20 * 86_400_000)
    case = m.LostCase.objects.get(caller="+79000000002")
    assert (case.state, case.tries, by_caller(workspace, "2").recovery) == ("open", 1, "open")
    later = HEAD + "p9,2026-10-05 15:00:00,+79000000002,+78000000001,50,40,answered,\n"
    bring(workspace, "provider", later, "later.csv")
    derived(workspace, now=NOW - 20 * 86_400_000)
    case.refresh_from_db()
    assert (case.state, case.minutes) == ("self_recovered", 240.17)


def test_what_people_decided_about_a_finding_survives_a_new_derivation(workspace: m.Workspace) -> None:
    bring(workspace, "provider", PROVIDER)
    bring(workspace, "office", OFFICE)
    derived(workspace)
    finding = m.Finding.objects.get(kind="never_arrived")
    m.FindingNote.objects.create(workspace=workspace, key=finding.key, at=NOW, state="closed", text="agreed")
    finding.delete()
    with transaction.atomic():
        mark_all_dirty(workspace, NOW + 1)
    derived(workspace)
    assert m.Finding.objects.get(kind="never_arrived").state == "closed"


def test_a_failed_write_leaves_the_ledger_and_the_days_as_they_were(
    workspace: m.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(workspace, "provider", PROVIDER)
    before = derived(workspace)
    bring(workspace, "office", OFFICE)
    with monkeypatch.context() as patch:
        patch.setattr(run, "write_measures", broken)
        with pytest.raises(RuntimeError):
            derive.derive_dirty(NOW)
    assert m.Call.objects.count() == len(before)
    assert m.DirtyDay.objects.exists()
    assert len(derived(workspace)) == 4


def broken(*_: object) -> None:
    raise RuntimeError("the process dies here")


def test_the_names_of_our_people_stand_in_calls(workspace: m.Workspace) -> None:
    agent = m.Agent.objects.create(workspace=workspace, name="Maria Ivanova")
    m.Extension.objects.create(agent=agent, value="Ivanova")
    bring(workspace, "office", OFFICE)
    derived(workspace)
    call = by_caller(workspace, "1")
    assert (call.agent, call.agents) == ("Maria Ivanova", ["Maria Ivanova"])
    assert [(tag.agent, tag.talked) for tag in call.people.all()] == [(agent, True)]


def test_who_rang_within_a_week_rings_again_also_across_windows(
    workspace: m.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "plan", partial(windows.plan, most=1))
    row = "{},2026-10-{:02} 10:00:00,+7900000000{},+78000000001,50,40,answered,\n"
    rows = [("a", 5, 1), ("b", 9, 1), ("c", 20, 1), ("d", 9, 2)]
    bring(workspace, "provider", HEAD + "".join(row.format(*each) for each in reversed(rows)))
    derived(workspace)
    assert m.Window.objects.count() == 3
    flags = dict(m.Call.objects.values_list("anchor_native_id", "flags"))
    assert {name: "repeat" in told for name, told in flags.items()} == {
        "a": False,
        "b": True,
        "c": False,
        "d": False,
    }


def test_a_comment_finds_its_call_when_evidence_that_was_set_aside_comes_back(workspace: m.Workspace) -> None:
    bring(workspace, "office", OFFICE)
    derived(workspace)
    call = by_caller(workspace, "1")
    comment = m.Comment.objects.create(
        call=call, anchor_source=call.anchor_source, anchor_native_id="o1", text="!", at=NOW
    )
    evidence = m.Evidence.objects.get()
    assert set_aside(evidence, NOW)
    derived(workspace)
    assert not m.Call.objects.exists()
    replay(evidence)
    read_pending(NOW)
    derived(workspace)
    comment.refresh_from_db()
    assert comment.call == by_caller(workspace, "1")


def test_calls_that_part_again_get_back_their_ids_and_comments(workspace: m.Workspace) -> None:
    """A list joins two calls by mistake and is taken back."""
    bring(workspace, "office", OFFICE)
    alone = PROVIDER.replace("10:00:00,+79000000001", "10:30:00,+79000000009")
    bring(workspace, "provider", alone, "right.csv")
    derived(workspace)
    office_call, provider_call = by_caller(workspace, "1"), by_caller(workspace, "9")
    comment = m.Comment.objects.create(
        call=office_call, anchor_source=office_call.anchor_source, anchor_native_id="o1", text="!", at=NOW
    )
    right = m.Evidence.objects.get(name="right.csv")
    set_aside(right, NOW)
    bring(workspace, "provider", PROVIDER, "wrong.csv")
    derived(workspace)
    assert m.Call.objects.filter(caller="+79000000009").count() == 0
    set_aside(m.Evidence.objects.get(name="wrong.csv"), NOW + 1)
    replay(right)
    read_pending(NOW)
    derived(workspace)
    assert by_caller(workspace, "1").public_id == office_call.public_id
    assert by_caller(workspace, "9").public_id == provider_call.public_id
    comment.refresh_from_db()
    assert comment.call == by_caller(workspace, "1")
    assert not m.CallAlias.objects.exists()
