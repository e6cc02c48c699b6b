"""The demo company: alive on every screen, taken in as any evidence is."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from callwitness.domain.errors import UsageError
from callwitness.ledger import access
from callwitness.ledger import models as m
from callwitness.services.demo.load import SLUG, demo_accounts, demo_password, load_demo

NOW = int(datetime(2026, 11, 20, 11, 30, tzinfo=UTC).timestamp() * 1000)  # Friday, half past two in Moscow
DAY = 86_400_000

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(data: Path) -> m.Workspace:  # noqa: ARG001 opens the data folder
    stages: list[str] = []
    made = load_demo(lambda stage, _done: stages.append(stage), NOW)
    assert {"calls", "read", "reconcile", "record", "publish"} <= set(stages)
    assert made.password == demo_password()
    assert made.accounts == demo_accounts(made.workspace)
    return made.workspace


def test_the_demo_company_lives_on_every_screen(demo: m.Workspace) -> None:
    calls = m.Call.objects.filter(workspace=demo)
    assert 1_500 < calls.count() < 2_200
    assert calls.filter(started_at__gte=NOW - DAY / 2).count() > 10
    assert not calls.filter(started_at__gt=NOW).exists()
    assert set(m.Evidence.objects.values_list("state", flat=True)) == {"read"}
    assert not m.RejectedRow.objects.exists()
    kinds = set(m.Finding.objects.values_list("kind", flat=True))
    assert {"never_arrived", "wait_understated", "answer_disputed", "duplicate_record", "clock_off"} <= kinds
    states = Counter(m.LostCase.objects.values_list("state", flat=True))
    assert min(states[state] for state in ("open", "in_work", "recovered", "self_recovered", "expired")) > 0
    assert set(calls.values_list("project__slug", flat=True)) == {"own", "windows"}
    assert m.Comment.objects.filter(mentions__isnull=False).exists()
    assert m.SavedView.objects.filter(shared=True).count() == 4
    assert m.Schedule.objects.get().target == "cabinet"
    assert not m.DirtyDay.objects.exists()
    assert not m.UnpublishedDay.objects.exists()
    heard = m.Recording.objects.filter(call__recorded=True, state=m.Recording.KEPT)
    assert heard.count() == m.Recording.objects.count() > 20
    assert set(m.Hearing.objects.values_list("status", flat=True)) == {"answered", "nobody", "unsure"}
    doubts = m.Hearing.objects.filter(status="unsure")
    assert len(set(doubts.values_list("confidence", flat=True))) == doubts.count() > 2
    assert doubts.filter(human_voice_s=None).exists()
    busiest = m.Piece.objects.filter(
        line=Counter(m.Piece.objects.values_list("line", flat=True)).most_common(1)[0][0]
    )
    assert {piece.kind for piece in busiest if piece.name} == {"announcement", "music"}
    assert busiest.filter(name="").exists()
    assert not m.Piece.objects.filter(told=False).exists()
    assert calls.filter(human_voice_at__isnull=False).count() > 10
    assert m.Finding.objects.filter(kind="wait_understated", right_source="recording").exists()
    assert not m.Recording.objects.filter(to_hear=True).exists()
    moved = calls.filter(people__agent__name="Timur Aliev").order_by("-started_at")[0]
    assert moved.started_at < NOW - 12 * DAY
    _everybody_sees_something(demo)
    _a_second_demo_is_refused(demo)


def _everybody_sees_something(demo: m.Workspace) -> None:
    seen = {
        member.user.email.partition("@")[0]: access.calls(access.scope_of(member.user, SLUG)).count()
        for member in m.Membership.objects.filter(workspace=demo).select_related("user")
    }
    assert set(seen) == {"owner", "head", "operator", "support", "agency", "client", "auditor"}
    assert seen["owner"] == seen["auditor"] == m.Call.objects.count()
    assert 0 < seen["operator"] < seen["head"] < seen["owner"]
    assert 0 < seen["agency"] == seen["client"] < seen["owner"]


def _a_second_demo_is_refused(demo: m.Workspace) -> None:
    before = m.Call.objects.filter(workspace=demo).count()
    with pytest.raises(UsageError, match="nothing was changed"):
        load_demo(lambda _stage, _done: None, NOW)
    assert m.Call.objects.count() == before
