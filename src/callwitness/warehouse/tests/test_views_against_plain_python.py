"""Random calls, random views: the warehouse and a reference of plain loops give the same answers."""

import math
import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callwitness.domain.lost import LOST_VERDICTS
from callwitness.domain.view import VIEW_COLUMNS, Condition, View, period_bounds
from callwitness.warehouse.backends.duckdb_engine import DuckdbEngine
from callwitness.warehouse.contract import CALL_FACTS, Scope
from callwitness.warehouse.queries.people import count_people
from callwitness.warehouse.queries.views import CallViews
from callwitness.warehouse.store import Warehouse

Call = dict[str, Any]
BEGIN = int(datetime(2026, 3, 27, tzinfo=UTC).timestamp() * 1000)  # clocks change in Europe on 29 March
NOW = BEGIN + 5 * 86_400_000
ZONES = ("UTC", "Europe/Kyiv", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
TEXTS = ["a", "A", "ab", "o'b", "%", "_", "x y"]
NUMBERS = ["+79000000001", "+79000000002", "101", "0101"]
MOMENTS = st.integers(BEGIN, BEGIN + 4 * 86_400_000 - 1)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def value_of(name: str, dtype: pl.DataType) -> st.SearchStrategy[Any]:
    named: dict[str, st.SearchStrategy[Any]] = {
        "started_at": MOMENTS,
        "direction": st.sampled_from(["inbound", "inbound", "outbound", "internal", None]),
        "verdict": st.sampled_from(
            ["answered", "no_answer", "abandoned_in_queue", "abandoned_in_ivr", "rejected", None]
        ),
        "recovery": st.sampled_from(["open", "in_work", "recovered", None]),
        "caller_kind": st.sampled_from(["number", "number", "withheld", None]),
        "findings": maybe(st.integers(0, 3)),
        "agent_ids": maybe(st.lists(st.integers(1, 3), max_size=2)),
        "team_ids": maybe(st.lists(st.integers(1, 3), max_size=2)),
        "project_id": maybe(st.integers(1, 3)),
    }
    if name in named:
        return named[name]
    if name in ("caller", "did", "called"):
        return maybe(st.sampled_from(NUMBERS))
    if dtype == pl.String:
        return maybe(st.sampled_from(TEXTS))
    if dtype == pl.List(pl.String):
        return maybe(st.lists(st.sampled_from(TEXTS), max_size=3))
    if dtype == pl.Boolean:
        return maybe(st.booleans())
    if dtype == pl.Float64:
        return maybe(st.integers(0, 40).map(lambda n: n / 2))
    return maybe(MOMENTS)


CALLS = st.lists(
    st.fixed_dictionaries(
        {name: value_of(name, dtype) for name, dtype in CALL_FACTS.schema.items() if name != "call_id"}
    ),
    max_size=25,
)


def texts_for(column: str) -> st.SearchStrategy[str]:
    kind = VIEW_COLUMNS[column].kind
    if column == "day":
        return st.sampled_from(["2026-03-28", "2026-03-29", "03", "29", "nonsense", ""])
    if column in ("hour", "weekday"):
        return st.sampled_from(["00", "02", "03", "23", "1", "6", "7", ""])
    if kind == "moment":
        return (MOMENTS | st.just(0)).map(str) | st.just("")
    if kind in ("seconds", "count"):
        return st.sampled_from(["0", "1", "2", "1.5", "20", "1e2", "-3", ""])
    if kind == "flag":
        return st.sampled_from(["yes", "no", ""])
    if column in ("caller", "did", "called"):
        return st.sampled_from([*NUMBERS, "900", "01", ""])
    known = ["inbound", "answered", "no_answer", "open", "B", "\x00", "é"]
    return st.sampled_from([*TEXTS, *known, ""])


@st.composite
def conditions(draw: Callable[[st.SearchStrategy[Any]], Any]) -> Condition:
    column = draw(st.sampled_from(sorted(VIEW_COLUMNS)))
    kind = VIEW_COLUMNS[column].kind
    operations = ["is", "not", "empty"]
    operations += ["has"] if kind in ("text", "choice", "list") else []
    operations += ["min", "max"] if kind in ("moment", "seconds", "count") else []
    operation = draw(st.sampled_from(operations))
    if operation == "empty":
        return Condition(column, operation, (draw(st.sampled_from(["yes", "no"])),))
    values = draw(st.lists(texts_for(column), min_size=1, max_size=3, unique=True))
    if operation in ("min", "max"):
        values = [value or "5" for value in values]
    return Condition(column, operation, tuple(values))


VIEWS = st.builds(
    View,
    period=st.sampled_from(["all", "2026-03-28..2026-03-29", "last_7_days"]),
    conditions=st.lists(conditions(), max_size=2).map(tuple),
    sort=st.tuples(
        st.sampled_from(sorted(name for name, column in VIEW_COLUMNS.items() if column.sort)), st.booleans()
    ),
    group=st.sampled_from(sorted(name for name, column in VIEW_COLUMNS.items() if column.group)),
    search=st.sampled_from(["", "", "", "900", "+7 900", "A", "o'b", "%"]),
)
IDS = maybe(st.frozensets(st.integers(1, 3), max_size=2))
SCOPES = st.just(Scope()) | st.builds(Scope, projects=IDS, agents=IDS, teams=IDS)


def local(call: Call, zone: str) -> datetime:
    return datetime.fromtimestamp(call["started_at"] / 1000, ZoneInfo(zone))


def seen_as(call: Call, column: str, zone: str) -> Any:
    if column == "day":
        return local(call, zone).date().isoformat()
    if column == "hour":
        return f"{local(call, zone).hour:02d}"
    if column == "weekday":
        return str(local(call, zone).isoweekday())
    return call[column]


def holds(call: Call, condition: Condition, zone: str) -> bool:
    value, kind = seen_as(call, condition.column, zone), VIEW_COLUMNS[condition.column].kind
    nothing = value is None or value == []
    if condition.operation == "empty":
        return nothing == (condition.values[0] == "yes")
    if condition.operation == "not":
        return not holds(call, Condition(condition.column, "is", condition.values), zone)
    if condition.operation == "is" and nothing:
        return "" in condition.values
    if nothing:
        return False
    return any(item_fits(item, condition, kind) for item in (value if kind == "list" else [value]))


def item_fits(item: Any, condition: Condition, kind: str) -> bool:
    operation, texts = condition.operation, condition.values
    if operation == "has":
        return any(text.lower() in item.lower() for text in texts)
    texts = tuple(text for text in texts if text)
    if kind == "flag":
        return ("yes" if item else "no") in texts
    if kind not in ("moment", "seconds", "count"):
        return item in texts
    bounds = [float(text) for text in texts]
    compare = {"is": operator.eq, "min": operator.ge, "max": operator.le}[operation]
    return any(compare(item, bound) for bound in bounds)


def found_by_search(call: Call, text: str) -> bool:
    agent = call["agent"] or ""
    digits = {"900": "900", "+7 900": "7900"}.get(text)
    numbers = [call[name] or "" for name in ("caller", "did", "called")]
    return text.lower() in agent.lower() or (
        digits is not None and any(digits in number for number in numbers)
    )


def in_scope(call: Call, scope: Scope) -> bool:
    return (
        (scope.projects is None or call["project_id"] in scope.projects)
        and (scope.agents is None or bool(scope.agents & set(call["agent_ids"] or [])))
        and (scope.teams is None or bool(scope.teams & set(call["team_ids"] or [])))
    )


def chosen(calls: list[Call], view: View, scope: Scope, zone: str) -> list[Call]:
    begin, end = period_bounds(view.period, zone, NOW)
    return [
        call
        for call in calls
        if begin <= call["started_at"] < end
        and in_scope(call, scope)
        and all(holds(call, condition, zone) for condition in view.conditions)
        and (not view.search or found_by_search(call, view.search))
    ]


def person(call: Call) -> object:
    if call["direction"] == "outbound":
        return call["called"]
    rang = call["direction"] == "inbound" and call["caller_kind"] in ("number", None)
    return call["caller"] if rang else None


def figures(calls: list[Call], within_s: float) -> dict[str, Any]:
    inbound = [call for call in calls if call["direction"] == "inbound"]
    begun = {
        id(call): call["queued_at"] if call["queued_at"] is not None else call["started_at"]
        for call in inbound
    }
    reached = [
        call["agent_answered_at"] - begun[id(call)]
        for call in inbound
        if call["agent_answered_at"] is not None
    ]
    left = [
        call["ended_at"] - begun[id(call)]
        for call in inbound
        if call["verdict"] in ("abandoned_in_queue", "no_answer") and call["ended_at"] is not None
    ]
    waits = [call["wait_s"] for call in calls if call["wait_s"] is not None]
    talks = [call["talk_s"] for call in calls if call["talk_s"] is not None]
    return {
        "calls": len(calls),
        "people": len({person(call) for call in calls} - {None}),
        "inbound": len(inbound),
        "answered": sum(call["verdict"] == "answered" for call in inbound),
        "nobody": sum(call["verdict"] in (*LOST_VERDICTS, "abandoned_in_ivr") for call in inbound),
        "wait_sum_s": math.fsum(waits),
        "wait_n": len(waits),
        "wait_max_s": max(waits, default=None),
        "talk_sum_s": math.fsum(talks),
        "talk_n": len(talks),
        "sl_in": sum(ms <= within_s * 1000 for ms in reached),
        "sl_of": len(reached) + sum(ms > within_s * 1000 for ms in left),
        "findings": sum(call["findings"] or 0 for call in calls),
        "lost_open": sum(call["recovery"] in ("open", "in_work") for call in calls),
    }


def group_value(call: Call, column: str, zone: str) -> str | None:
    value = seen_as(call, column, zone)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def sort_value(call: Call, column: str, zone: str) -> Any:
    value = seen_as(call, column, zone)
    return (" ".join(value) or None) if isinstance(value, list) else value


def in_order(calls: list[Call], view: View, zone: str) -> list[str]:
    name, down = view.sort
    ordered = sorted(calls, key=lambda call: (-call["started_at"], call["call_id"]))
    present = [call for call in ordered if sort_value(call, name, zone) is not None]
    absent = [call for call in ordered if sort_value(call, name, zone) is None]
    present.sort(key=lambda call: sort_value(call, name, zone), reverse=False)
    if down:  # equal ones keep their order
        keys = sorted({sort_value(call, name, zone) for call in present}, reverse=True)
        present = [call for key in keys for call in present if sort_value(call, name, zone) == key]
    return [call["call_id"] for call in present + absent]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[Warehouse, CallViews]:
    warehouse = Warehouse(tmp_path_factory.mktemp("warehouse"))
    return warehouse, CallViews(warehouse)


def keep(warehouse: Warehouse, calls: list[Call]) -> None:
    warehouse.drop(1)
    for number, call in enumerate(calls):
        call["call_id"] = f"c{number}"
    frame = pl.DataFrame(calls, schema=CALL_FACTS.schema)
    for step in range(4):
        day = date(2026, 3, 27) + timedelta(days=step)
        begin = BEGIN + step * 86_400_000
        warehouse.replace_day(
            1, day, frame.filter(pl.col("started_at").is_between(begin, begin + 86_400_000, closed="left"))
        )


MANY = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@MANY
@given(
    calls=CALLS,
    view=VIEWS,
    scope=SCOPES,
    zone=st.sampled_from(ZONES),
    within=st.sampled_from([0.0, 20.0, 90_000.0]),
)
def test_totals_and_groups_are_those_of_plain_loops(
    store: tuple[Warehouse, CallViews], calls: list[Call], view: View, scope: Scope, zone: str, within: float
) -> None:
    warehouse, views = store
    keep(warehouse, calls)
    mine = chosen(calls, view, scope, zone)
    totals = views.totals(1, view, scope, zone, NOW, service_level_s=within)
    assert {name: getattr(totals, name) for name in figures([], 0)} == figures(mine, within)
    groups: dict[str | None, list[Call]] = {}
    for call in mine:
        groups.setdefault(group_value(call, view.group or "", zone), []).append(call)
    expected = [{"value": value, **figures(members, within)} for value, members in groups.items()]
    expected.sort(key=lambda row: (-row["calls"], row["value"] is None, row["value"] or ""))
    assert views.groups(1, view, scope, zone, NOW, service_level_s=within).to_dicts() == expected
    by_people = views.groups(
        1, view, scope, zone, NOW, order=("people", True), service_level_s=within
    ).to_dicts()
    expected.sort(key=lambda row: (-row["people"], row["value"] is None, row["value"] or ""))
    assert by_people == expected


@MANY
@given(calls=CALLS, view=VIEWS, scope=SCOPES, zone=st.sampled_from(ZONES), size=st.integers(1, 9))
def test_pages_in_a_row_are_the_view_in_its_order(
    store: tuple[Warehouse, CallViews], calls: list[Call], view: View, scope: Scope, zone: str, size: int
) -> None:
    warehouse, views = store
    keep(warehouse, calls)
    found: list[str] = []
    after = None
    while True:
        page = views.ids(1, view, scope, zone, NOW, size, after)
        assert len(page.ids) <= size
        found += page.ids
        after = page.after
        if after is None:
            break
    assert found == in_order(chosen(calls, view, scope, zone), view, zone)


@MANY
@given(calls=CALLS, view=VIEWS, zone=st.sampled_from(ZONES), step=st.sampled_from(["hour", "day"]))
def test_series_and_values_are_those_of_plain_loops(
    store: tuple[Warehouse, CallViews], calls: list[Call], view: View, zone: str, step: str
) -> None:
    warehouse, views = store
    keep(warehouse, calls)
    mine = chosen(calls, view, Scope(), zone)
    series = views.series(1, view, Scope(), zone, NOW, step)
    counts = figures(mine, 0)
    assert (series["answered"].sum(), series["nobody"].sum()) == (counts["answered"], counts["nobody"])
    shown = {at: pair for at, *pair in series.iter_rows()}
    for call in mine:
        at = local(call, zone)
        begin = at.replace(minute=0, second=0, microsecond=0)
        begin = begin.replace(hour=0, fold=0) if step == "day" else begin
        assert int(begin.timestamp() * 1000) in shown or zone == "Australia/Lord_Howe"
    everything = View(period=view.period)
    for column in ("agent", "flags", "weekday"):
        frequent: dict[str, int] = {}
        for call in chosen(calls, everything, Scope(), zone):
            value = seen_as(call, column, zone)
            for item in set(value or []) if column == "flags" else {value} - {None}:
                frequent[item] = frequent.get(item, 0) + 1
        expected = sorted(frequent.items(), key=lambda pair: (-pair[1], pair[0]))
        assert views.values(1, column, Scope(), view.period, zone, NOW) == expected


def test_people_counted_in_shares_are_the_same(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    numbers = [f"+7900{n % 37:07d}" for n in range(200)]
    frame = pl.DataFrame(
        {"call_id": [str(n) for n in range(200)], "started_at": [BEGIN + n for n in range(200)],
         "direction": ["inbound"] * 200, "caller": numbers, "queue": ["q" if n % 3 else None for n in range(200)]}
    )  # fmt: skip
    warehouse.replace_day(1, date(2026, 3, 27), CALL_FACTS.conform(frame))
    engine = DuckdbEngine(tmp_path)
    path = str(tmp_path / "calls/1/2026-03/2026-03-27.parquet")

    def ask(parameters: Any) -> tuple[str, str]:
        return f"read_parquet({parameters.put([path])}) WHERE true", "queue"

    expected = [len({n for i, n in enumerate(numbers) if bool(i % 3) == there}) for there in (True, False)]
    for at_once in (7, 50, 1000):
        assert count_people(engine, ask, ["q", None], 200, at_once) == expected
        assert count_people(engine, ask, [None], 200, at_once) == expected[1:]
        assert count_people(engine, ask, ["none", "q"], 200, at_once) == [0, expected[0]]
