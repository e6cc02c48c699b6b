from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from callwitness.simulate.clocks import DAY, HOUR, SECOND, SourceClock, WallClock, iso
from callwitness.simulate.tests.conftest import World


def test_a_source_clock_is_off_drifts_and_steps() -> None:
    clock = SourceClock(0, 2.0, -1.0, 30.0, 5 * DAY)
    assert clock.read(0) == 2 * SECOND
    assert clock.read(2 * DAY) == 2 * DAY
    assert clock.read(5 * DAY) == 5 * DAY + 27 * SECOND


def test_a_wall_clock_shows_the_repeated_hour_twice() -> None:
    wall = WallClock("Europe/Kyiv")
    before = wall.at(date(2026, 10, 25), 0) + 3 * HOUR + HOUR // 2
    assert wall.text(before // SECOND) == wall.text((before + HOUR) // SECOND) == "2026-10-25 03:30:00"


def test_a_wall_clock_agrees_with_the_calendar() -> None:
    wall, zone = WallClock("Europe/Kyiv"), ZoneInfo("Europe/Kyiv")
    moment = datetime(2026, 10, 24, 0, 0, 1, tzinfo=UTC)
    for _ in range(300):
        assert wall.text(int(moment.timestamp())) == f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        moment += timedelta(minutes=13)


def test_iso_has_milliseconds_and_z() -> None:
    assert iso(1_234_567) == "1970-01-01T00:00:01.234Z"


def test_somebody_rings_in_both_halves_of_the_night_the_clocks_change(month: World) -> None:
    started = {row["provider_id"]: row["started_at"] for row in month.truth()}
    hours = defaultdict(set)
    for row in month.rows("provider.csv")[1:]:
        if row[3].startswith("25.10.2026 03:") and row[0] in started:
            hours[row[3][11:13]].add(started[row[0]][11:13])
    assert hours["03"] == {"00", "01"}


def test_the_exchange_stamps_with_its_own_clock(skewed: World) -> None:
    truth = {row["office_id"]: row for row in skewed.truth() if row["office_id"]}
    for uniqueid, row in truth.items():
        ahead = int(uniqueid.split(".")[0]) - datetime.fromisoformat(row["started_at"]).timestamp()
        assert 90 < ahead < 115


def test_a_wrong_zone_is_stated_while_the_exchange_writes_utc(skewed: World) -> None:
    assert 'zone = "Europe/Moscow"' in skewed.text("callwitness.toml").split("[sources.office]")[1]
    for row in skewed.rows("Master.csv"):
        if row[16] == row[19] and row[20] != "" and row[5].startswith("PJSIP/trunk"):
            written = datetime.fromisoformat(row[9]).replace(tzinfo=UTC).timestamp()
            assert written >= int(row[16].split(".")[0])
            assert written - int(row[16].split(".")[0]) < HOUR // SECOND


def test_a_step_moves_the_exchange_in_the_middle(month: World) -> None:
    ahead = []
    for row in month.truth():
        if row["office_id"]:
            own = int(row["office_id"].split(".")[0])
            ahead.append(own - datetime.fromisoformat(row["started_at"]).timestamp())
    jumps = [abs(later - earlier) for earlier, later in pairwise(ahead)]
    assert max(jumps) > 10
    assert sum(jump > 10 for jump in jumps) == 1
