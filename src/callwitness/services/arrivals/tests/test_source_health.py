from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callwitness.ledger import models as m
from callwitness.services.arrivals import drafts
from callwitness.services.arrivals.receive import receive
from callwitness.services.arrivals.replays import replay, replay_workspace, set_aside
from callwitness.services.arrivals.source_health import health, weeks
from callwitness.services.arrivals.watched import sweep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("data")]

NOW = 1_795_000_000_000
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def office() -> m.Source:
    acme = m.Workspace.objects.create(slug="acme", name="Acme")
    return m.Source.objects.create(workspace=acme, name="office", role="office")


def fed(source: m.Source, *ago: int, state: str = "read") -> None:
    for number, ms in enumerate(sorted(ago, reverse=True)):
        evidence = receive(source, io.BytesIO(f"{number}{ago}".encode()), "a", "folder", NOW - ms)
        m.Evidence.objects.filter(pk=evidence.pk).update(state=state, records=2, rejected=1)
    source.refresh_from_db()


def state(source: m.Source) -> str:
    return health([source], NOW)[0].state


def test_a_source_that_was_never_fed(office: m.Source) -> None:
    assert state(office) == "never"


def test_a_source_is_silent_after_three_of_its_usual_pauses(office: m.Source) -> None:
    fed(office, *(day * DAY for day in range(4, 12)))
    told = health([office], NOW)[0]
    assert (told.state, told.usual_s) == ("silent", 86_400.0)
    fed(office, DAY)
    assert state(office) == "well"


def test_a_source_of_many_events_is_not_silent_over_lunch(office: m.Source) -> None:
    fed(office, *(HOUR // 2 + minute * 60_000 for minute in range(10)))
    assert state(office) == "well"


def test_a_source_whose_last_file_failed_is_failing(office: m.Source) -> None:
    fed(office, 2 * HOUR)
    fed(office, HOUR, state="failed")
    told = health([office], NOW)[0]
    assert (told.state, told.failed, told.records, told.rejected) == ("failing", 1, 4, 2)


def test_what_was_set_aside_is_no_failure_and_comes_back_only_by_itself(office: m.Source) -> None:
    fed(office, 2 * HOUR, HOUR)
    newest = m.Evidence.objects.order_by("-arrived_at")[0]
    assert set_aside(newest, NOW)
    told = health([office], NOW)[0]
    assert (told.state, told.failed) == ("well", 0)
    assert (replay(office), replay_workspace(office.workspace)) == (1, 1)
    newest.refresh_from_db()
    assert newest.state == "failed"
    assert replay(newest) == 1
    newest.refresh_from_db()
    assert newest.state == "pending"


def test_a_source_whose_folder_is_gone_is_failing(office: m.Source) -> None:
    office.folder = "gone"
    office.save()
    sweep(NOW)
    told = health([office], NOW)[0]
    assert told.state == "failing"
    assert told.problem.startswith("the folder cannot be read")


def test_a_source_that_does_not_count(office: m.Source) -> None:
    office.enabled = False
    assert state(office) == "off"


def test_loss_is_of_the_last_weeks_and_the_clock_the_newest(office: m.Source) -> None:
    monday = datetime.fromtimestamp(NOW / 1000, UTC).date()
    for ago, missing in ((1, 5), (2, 5), (20, 100)):
        week = (monday - timedelta(weeks=ago)).isoformat()
        m.ReliabilityWeek.objects.create(
            source=office,
            window_first=0,
            week=week,
            calls=95,
            missing=missing,
            clock_offset_s=2.0,
            claimed_answered=0,
            denied_answered=0,
        )
    for at, offset in ((NOW - DAY, 1.0), (NOW - HOUR, 47.0), (NOW - 2 * DAY, 3.0)):
        m.ClockPoint.objects.create(
            source=office, window_first=0, at=at, offset_s=offset, n=9, uncertainty_s=1
        )
    told = health([office], NOW)[0]
    assert (told.lost, told.offset_s) == (0.05, 47.0)


def test_parts_of_a_week_are_added_up(office: m.Source) -> None:
    for window, calls, offset in ((0, 10, 10.0), (64, 30, 50.0), (128, 60, None)):
        m.ReliabilityWeek.objects.create(
            source=office, window_first=window, week="2026-11-16", calls=calls, missing=10, clock_offset_s=offset, claimed_answered=20,
            denied_answered=1, late=2, records=40,
        )  # fmt: skip
    (week,) = weeks(office)
    assert (week.calls, week.missing, week.inflated, week.late, week.offset_s) == (100, 30, 0.05, 0.05, 40.0)
    assert week.lost == pytest.approx(30 / 130)


def test_uploads_are_kept_aside_for_a_day(data: Path) -> None:
    def bytes_kept() -> int:
        return sum(path.is_file() for path in (data / "drafts" / "bytes").rglob("*"))

    first = drafts.make(1, 1, [("a", io.BytesIO(b"a")), ("b", io.BytesIO(b"b"))], NOW)
    assert (len(first.kept), bytes_kept()) == (2, 2)
    second = drafts.make(1, 1, [("b", io.BytesIO(b"b"))], NOW + DAY)
    assert drafts.load(first.token, 1, 1) == first
    drafts.make(1, 1, [], NOW + DAY + 1)
    assert drafts.load(first.token, 1, 1) is None
    assert drafts.load(second.token, 1, 1) == second
    assert bytes_kept() == 1


@pytest.mark.parametrize("token", ["../../etc/passwd", "", "A" * 30, "x/y" * 10])
def test_tokens_of_others_lead_nowhere(token: str) -> None:
    assert drafts.load(token, 1, 1) is None
