import json
import os
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from callwitness.domain.errors import UsageError
from callwitness.domain.view import Condition, View
from callwitness.warehouse.backends.duckdb_engine import DuckdbEngine, QueryFailed, TooMuch
from callwitness.warehouse.contract import CALL_FACTS, DaysUnreadable, Scope, Totals
from callwitness.warehouse.queries.local_time import local_time
from callwitness.warehouse.queries.views import CallViews
from callwitness.warehouse.store import Warehouse

DAY = date(2026, 10, 25)  # clocks in Kyiv go back from 04:00 to 03:00
BEGIN = int(datetime(2026, 10, 25, tzinfo=UTC).timestamp() * 1000)
NOW = BEGIN + 86_400_000
ALL = View(period="all")
HOSTILE = (
    "'; DROP TABLE calls; --", "' OR 1=1 --", "$p0", "?", "%", "\\", '"', "\x00", "\ud800", "a" * 100_000,
    "read_csv('/etc/passwd')", "{}", "{p0}", "٣", "1e309", "nan", "-77", "0x10", "9" * 400,
)  # fmt: skip


@pytest.fixture
def views(tmp_path: Path) -> CallViews:
    warehouse = Warehouse(tmp_path)
    frame = pl.DataFrame(
        {
            "call_id": [f"c{hour:02d}" for hour in range(24)],
            "started_at": [BEGIN + hour * 3_600_000 + 60_000 for hour in range(24)],
            "direction": ["inbound"] * 24,
            "verdict": ["answered", "no_answer"] * 12,
            "caller": [f"+79000000{hour % 5:03d}" for hour in range(24)],
            "agent": ["Ivanova", "Petrenko", None] * 8,
            "flags": [["short"], [], None, ["test", "short"]] * 6,
        }
    )
    warehouse.replace_day(1, DAY, CALL_FACTS.conform(frame))
    return CallViews(warehouse)


def test_the_repeated_hour_holds_two_hours_of_calls_and_its_day_25(views: CallViews) -> None:
    kyiv = "Europe/Kyiv"
    hours = views.groups(1, View(period="all", group="hour"), Scope(), kyiv, NOW).to_dicts()
    assert {row["value"]: row["calls"] for row in hours}["03"] == 2
    day = View(period="2026-10-25..2026-10-25", group="day")
    assert [(row["value"], row["calls"]) for row in views.groups(1, day, Scope(), kyiv, NOW).to_dicts()] == [
        ("2026-10-25", 22)  # the first two of the 25 hours were on the 24th in UTC
    ]
    series = views.series(1, ALL, Scope(), kyiv, NOW, "hour")
    assert series["at"].to_list() == [BEGIN + hour * 3_600_000 for hour in range(24)]


def test_hours_and_days_without_calls_stand_in_a_series_as_zeros(views: CallViews) -> None:
    late = View(period="all", conditions=(Condition("hour", "is", ("01", "04")),))
    assert views.series(1, late, Scope(), "UTC", NOW, "hour").rows() == [
        (BEGIN + 3_600_000, 0, 1), (BEGIN + 7_200_000, 0, 0), (BEGIN + 10_800_000, 0, 0), (BEGIN + 14_400_000, 1, 0),
    ]  # fmt: skip
    assert views.series(1, late, Scope(), "UTC", NOW, "day").rows() == [(BEGIN, 1, 1)]


def test_hours_over_years_are_refused_for_a_series(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for day in (date(2020, 1, 1), date(2026, 1, 1)):
        begin = int(datetime(day.year, 1, 1, tzinfo=UTC).timestamp() * 1000)
        warehouse.replace_day(1, day, pl.DataFrame({"call_id": ["a"], "started_at": [begin]}))
    with pytest.raises(UsageError, match="100 days"):
        CallViews(warehouse).series(1, ALL, Scope(), "UTC", NOW, "hour")


def test_nothing_kept_answers_empty(tmp_path: Path) -> None:
    views = CallViews(Warehouse(tmp_path))
    assert views.totals(1, ALL, Scope(), "UTC", NOW) == Totals()
    assert views.groups(1, View(group="agent"), Scope(), "UTC", NOW).height == 0
    assert views.series(1, ALL, Scope(), "UTC", NOW).height == 0
    assert views.ids(1, ALL, Scope(), "UTC", NOW).ids == ()
    assert views.values(1, "agent", Scope(), "all", "UTC", NOW) == []


def test_people_are_left_out_where_nobody_asked_for_them(views: CallViews) -> None:
    assert views.totals(1, ALL, Scope(), "UTC", NOW).people == 5
    assert views.totals(1, ALL, Scope(), "UTC", NOW, people=False).people is None
    groups = views.groups(1, View(period="all", group="agent"), Scope(), "UTC", NOW, people=False)
    assert groups["people"].null_count() == groups.height == 3


def test_groups_come_in_pages_and_in_any_order(views: CallViews) -> None:
    by_caller = View(period="all", group="caller")
    every = views.groups(1, by_caller, Scope(), "UTC", NOW)["value"].to_list()
    paged = [views.groups(1, by_caller, Scope(), "UTC", NOW, 2, at)["value"].to_list() for at in (0, 2, 4)]
    assert [value for page in paged for value in page] == every
    assert len(every) == 5
    down = views.groups(1, by_caller, Scope(), "UTC", NOW, order=("value", True))["value"].to_list()
    assert down == sorted(every, reverse=True)
    share = views.groups(1, by_caller, Scope(), "UTC", NOW, order=("answered_share", False))
    shares = (share["answered"] / share["inbound"]).to_list()
    assert shares == sorted(shares)


@pytest.mark.parametrize("order", ["agent", "calls; DROP", "", "calls DESC"])
def test_groups_are_sorted_by_figures_alone(views: CallViews, order: str) -> None:
    with pytest.raises(UsageError, match="no such figure"):
        views.groups(1, View(period="all", group="agent"), Scope(), "UTC", NOW, order=(order, True))


def test_a_scope_of_nothing_shows_nothing(views: CallViews) -> None:
    for scope in (Scope(projects=frozenset()), Scope(agents=frozenset()), Scope(teams=frozenset({1}))):
        assert views.totals(1, ALL, scope, "UTC", NOW).calls == 0
        assert views.ids(1, ALL, scope, "UTC", NOW).ids == ()
        assert views.values(1, "agent", scope, "all", "UTC", NOW) == []


def test_a_workspace_sees_its_own_days_only(views: CallViews) -> None:
    assert views.totals(2, ALL, Scope(), "UTC", NOW).calls == 0


def test_hidden_columns_neither_filter_nor_sort_nor_group_nor_list(views: CallViews) -> None:
    scope = Scope(hide=frozenset({"caller", "agent"}))
    for view in (
        View(period="all", conditions=(Condition("caller", "empty", ("no",)),)),
        View(period="all", sort=("caller", True)),
        View(period="all", group="agent"),
    ):
        for workspace in (1, 2):  # also where there is nothing to see
            with pytest.raises(UsageError, match="hidden from you"):
                views.totals(workspace, view, scope, "UTC", NOW)
    with pytest.raises(UsageError, match="hidden from you"):
        views.values(1, "caller", scope, "all", "UTC", NOW)
    for text in ("+7900", "Ivanova"):
        search = View(period="all", search=text)
        assert views.totals(1, search, Scope(), "UTC", NOW).calls > 0
        assert views.totals(1, search, scope, "UTC", NOW).calls == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_values_find_nothing_and_harm_nothing(views: CallViews, text: str) -> None:
    for column in ("caller", "agent", "flags", "day", "hour", "wait_s", "started_at", "recorded", "findings"):
        view = View(period="all", conditions=(Condition(column, "is", (text,)),))
        assert views.totals(1, view, Scope(), "UTC", NOW).calls == 0
    for column in ("agent", "flags", "weekday"):
        view = View(period="all", conditions=(Condition(column, "has", (text,)),))
        assert views.ids(1, view, Scope(), "UTC", NOW).ids == ()
    assert views.totals(1, View(period="all", search=text), Scope(), "UTC", NOW).calls in (0, 24)
    assert views.totals(1, ALL, Scope(), "UTC", NOW).calls == 24


@pytest.mark.parametrize("name", ["agent; DROP", "1", "person", "agent_ids", "started_at) --", ""])
def test_columns_come_from_the_catalogue_alone(views: CallViews, name: str) -> None:
    for view in (
        View(period="all", conditions=(Condition(name, "is", ("a",)),)),
        View(period="all", group=name),
        View(period="all", sort=(name, True)),
    ):
        ask = views.groups if view.group is not None else views.ids
        with pytest.raises(UsageError):
            ask(1, view, Scope(), "UTC", NOW)
    with pytest.raises(UsageError, match="no list of values"):
        views.values(1, name, Scope(), "all", "UTC", NOW)


@pytest.mark.parametrize(
    "condition",
    [
        ("recorded", "has", "y"),
        ("agent", "min", "1"),
        ("hour", "min", "1"),
        ("wait_s", "has", "1"),
        ("agent", "like", "a"),
    ],
)
def test_operations_that_do_not_fit_a_column_are_refused(
    views: CallViews, condition: tuple[str, str, str]
) -> None:
    column, operation, value = condition
    with pytest.raises(UsageError, match=f"{column}: {operation} does not fit"):
        views.totals(
            1, View(period="all", conditions=(Condition(column, operation, (value,)),)), Scope(), "UTC", NOW
        )


@pytest.mark.parametrize(
    "after",
    ["", "x", "[]", "[1,2]", "{}", '["a",1,"c"]', '[1,-1,"c"]', '[1,1.5,"c"]', "[1,1,1]", '[[],1,"c"]', '[true,1,"c"]',
     '[NaN,1,"c"]', f'[{"9" * 40},1,"c"]', f'[1,{"9" * 40},"c"]', "[" * 100_000, json.dumps(["' OR 1=1", 1, "c"])],
)  # fmt: skip
def test_an_invented_place_in_the_list_is_refused(views: CallViews, after: str) -> None:
    with pytest.raises(UsageError, match="no place in the list"):
        views.ids(1, ALL, Scope(), "UTC", NOW, 5, after)


def test_only_days_that_the_period_touches_are_opened(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for step in range(-2, 3):
        day = date(2026, 10, 25 + step)
        begin = BEGIN + step * 86_400_000
        warehouse.replace_day(1, day, pl.DataFrame({"call_id": ["a"], "started_at": [begin + 43_200_000]}))
    for step in (-2, 2):
        (tmp_path / f"calls/1/2026-10/2026-10-{25 + step}.parquet").write_bytes(b"not to be opened")
    views = CallViews(warehouse)
    one_day = View(period="2026-10-25..2026-10-25")
    for zone in ("UTC", "Asia/Tokyo", "America/New_York"):
        assert views.totals(1, one_day, Scope(), zone, NOW).calls == 1
    with pytest.raises(DaysUnreadable):
        views.totals(1, ALL, Scope(), "UTC", NOW)


@pytest.mark.usefixtures("views")
def test_the_engine_reads_the_warehouse_and_nothing_else(tmp_path: Path) -> None:
    outside = tmp_path.parent / "outside.csv"
    outside.write_text("a\n1\n")
    engine = DuckdbEngine(tmp_path)
    inside = str(tmp_path / "calls/1/2026-10/2026-10-25.parquet")
    assert engine.rows("SELECT count(*) FROM read_parquet($f)", {"f": [inside]}) == [(24,)]
    for text in (
        f"SELECT * FROM read_csv('{outside}')",
        f"COPY (SELECT 1) TO '{outside}'",
        f"ATTACH '{outside}.db'",
        "SET threads = 64",
        "SET memory_limit = '64GB'",
        "SET enable_external_access = true",
        "RESET allowed_directories",
        "INSTALL httpfs",
        "SELECT * FROM outside",  # a variable of ours is no table
    ):
        with pytest.raises(QueryFailed):
            engine.rows(text, {})
    assert outside.read_text() == "a\n1\n"


def test_the_engine_keeps_to_its_memory_and_threads(tmp_path: Path) -> None:
    engine = DuckdbEngine(tmp_path, memory="32MB", threads=1, spill="1MB")
    ((threads, memory),) = engine.rows(
        "SELECT current_setting('threads'), current_setting('memory_limit')", {}
    )
    assert (threads, memory) == (1, "30.5 MiB")
    with pytest.raises(TooMuch, match="shorter period"):
        engine.rows("SELECT count(DISTINCT hash(i)) FROM range(20_000_000) AS r(i)", {})
    assert engine.rows("SELECT 1", {}) == [(1,)]


def _count_in_child(folder: Path) -> int:
    return CallViews(Warehouse(folder)).totals(1, ALL, Scope(), "UTC", NOW).calls


@pytest.mark.usefixtures("views")
def test_another_process_reads_the_same_days(tmp_path: Path) -> None:
    with get_context("spawn").Pool(1) as pool:
        assert pool.apply(_count_in_child, (tmp_path,)) == 24


def test_a_view_too_large_for_the_memory_says_so(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    frame = pl.DataFrame(
        {
            "call_id": [os.urandom(16).hex() for _ in range(60_000)],
            "started_at": [BEGIN + n for n in range(60_000)],
        }
    )
    warehouse.replace_day(1, DAY, frame.with_columns(queue="call_id"))
    views = CallViews(warehouse, DuckdbEngine(warehouse.folder, memory="8MB", threads=1, spill="1MB"))
    with pytest.raises(TooMuch, match="shorter period"):
        views.groups(1, View(period="all", group="queue"), Scope(), "UTC", NOW)


@pytest.mark.parametrize(
    "zone", ["Europe/Kyiv", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC"]
)
def test_local_time_is_the_wall_clock_at_every_moment(zone: str) -> None:
    known = local_time(zone, date(2025, 1, 1), date(2026, 12, 31)).offsets
    for at, _ in known[1:]:
        for moment in (at, at - 1):
            expected = datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).utcoffset()
            applied = [offset for begin, offset in known if begin <= moment][-1]
            assert applied == (expected or timedelta(0)).total_seconds() * 1000
