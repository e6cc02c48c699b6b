from datetime import UTC, date, datetime
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callwitness.domain.errors import UsageError
from callwitness.domain.view import (
    KINDS,
    PERIODS,
    STANDARD_COLUMNS,
    VIEW_COLUMNS,
    Condition,
    View,
    midnight,
    parse_view,
    period_bounds,
    search_digits,
    to_number,
)

TEXTS = st.text(max_size=20)
SORTS = st.sampled_from(sorted(name for name, column in VIEW_COLUMNS.items() if column.sort))
GROUPS = st.sampled_from(sorted(name for name, column in VIEW_COLUMNS.items() if column.group))
DAYS = st.dates(date(1970, 1, 2), date(2199, 12, 31))
NOW = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)  # a Sunday


def values(kind: str, operation: str) -> st.SearchStrategy[str]:
    if operation == "empty" or (kind == "flag" and operation in ("is", "not")):
        return st.sampled_from(["yes", "no"])
    if kind in ("moment", "seconds", "count"):
        return st.integers(-10, 10).map(str)
    return TEXTS


def operations(kind: str) -> list[str]:
    more = ["min", "max"] if kind in ("moment", "seconds", "count") else []
    more += ["has"] if kind in ("text", "choice", "list") else []
    return ["is", "not", "empty", *more]


@st.composite
def condition_sets(draw: st.DrawFn) -> tuple[Condition, ...]:
    pairs = [
        (column.name, operation) for column in VIEW_COLUMNS.values() for operation in operations(column.kind)
    ]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=5, unique=True))
    return tuple(
        Condition(
            name,
            operation,
            tuple(
                draw(
                    st.lists(values(VIEW_COLUMNS[name].kind, operation), min_size=1, max_size=3, unique=True)
                )
            ),
        )
        for name, operation in chosen
    )


VIEWS = st.builds(
    View,
    period=st.sampled_from(PERIODS)
    | st.lists(DAYS, min_size=2, max_size=2).map(lambda days: f"{min(days)}..{max(days)}"),
    conditions=condition_sets(),
    sort=st.tuples(SORTS, st.booleans()),
    group=st.none() | GROUPS,
    columns=st.lists(st.sampled_from(sorted(VIEW_COLUMNS)), min_size=1, unique=True).map(tuple),
    search=TEXTS.map(str.strip),
)


@given(VIEWS)
def test_a_view_survives_its_address(view: View) -> None:
    address = urlencode(view.pairs())
    assert parse_view(parse_qsl(address, keep_blank_values=True)) == view


def test_a_standard_view_has_an_empty_address() -> None:
    assert View().pairs() == []
    assert parse_view([]) == View()
    assert parse_view([("page", "3"), ("after", "x"), ("period", ""), ("sort", ""), ("group", "")]) == View()


def test_the_catalogue_is_sound() -> None:
    assert set(STANDARD_COLUMNS) <= set(VIEW_COLUMNS)
    for column in VIEW_COLUMNS.values():
        assert column.kind in KINDS
        assert not (column.group and column.kind in ("list", "moment", "seconds", "count"))


def test_conditions_of_one_name_are_gathered_and_told_once() -> None:
    view = parse_view(
        [("verdict", "busy"), ("queue.not", "sales"), ("verdict", "no_answer"), ("verdict", "busy")]
    )
    assert view.conditions == (
        Condition("verdict", "is", ("busy", "no_answer")),
        Condition("queue", "not", ("sales",)),
    )


def test_the_empty_value_stands_for_nothing_there() -> None:
    for name in ("agent", "agent.not", "flags", "wait_s", "recorded", "day"):
        assert parse_view([(name, "")]).conditions[0].values == ("",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("no_such", "1"), ("verdict.like", "a"), (".is", "a"), ("agent.min", "1"), ("day.max", "1"),
        ("wait_s", "soon"), ("wait_s.min", "nan"), ("wait_s.max", "inf"), ("wait_s.min", ""), ("started_at.not", "1e99"),
        ("recorded", "true"), ("recorded.has", "y"), ("wait_s.has", "1"), ("agent.empty", "maybe"), ("agent", "a" * 201),
        ("period", "tomorrow"), ("period", "2026-02-30"), ("period", "2026-02-02..2026-02-01"), ("period", "1969-01-01"),
        ("period", "2026-01-01..9999-01-01"), ("sort", "no_such"), ("sort", "--agent"), ("sort", "ended_at"),
        ("group", "wait_s"), ("group", "flags"), ("columns", "agent,no_such"), ("columns", ","),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_view([(name, value)])
    assert len(str(refused.value)) < 400


def test_views_are_bounded() -> None:
    with pytest.raises(UsageError, match="too long"):
        parse_view([("caller", str(number)) for number in range(300)])
    names = [f"{name}.{operation}" for name in VIEW_COLUMNS for operation in ("is", "not")]
    with pytest.raises(UsageError, match="conditions at most"):
        parse_view([(name, "") for name in names])
    assert len(parse_view([("search", "a" * 1000)]).search) == 200


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("1.50", 1.5),
        ("-2", -2),
        ("1e3", 1000),
        ("", None),
        ("x", None),
        ("nan", None),
        ("inf", None),
        ("1e15", None),
    ],
)
def test_numbers_are_finite(text: str, number: float | None) -> None:
    assert to_number(text) == number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+7 (900) 000-12-34", "79000001234"), ("8 900 000 12 34", "9000001234"), ("8900", "8900"), ("050 000", "050000"),
        ("Ivanova", None), ("Ivanova 2", None), ("+ -", None), ("٣٣٣", None), ("", None),
    ],
)  # fmt: skip
def test_digits_are_looked_for_where_a_number_is_meant(text: str, digits: str | None) -> None:
    assert search_digits(text) == digits


def day_of(moment: int, zone: str) -> str:
    return datetime.fromtimestamp(moment / 1000, ZoneInfo(zone)).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-23"), ("yesterday", "2026-11-21", "2026-11-22"),
        ("this_week", "2026-11-16", "2026-11-23"), ("last_week", "2026-11-09", "2026-11-16"),
        ("this_month", "2026-11-01", "2026-12-01"), ("last_month", "2026-10-01", "2026-11-01"),
        ("last_7_days", "2026-11-16", "2026-11-23"), ("last_30_days", "2026-10-24", "2026-11-23"),
        ("2026-02-01..2026-02-28", "2026-02-01", "2026-03-01"),
    ],
)  # fmt: skip
def test_periods_begin_and_end_at_midnight_of_the_zone(period: str, first: str, last: str) -> None:
    begin, end = period_bounds(period, "Europe/Kyiv", NOW)
    assert day_of(begin, "Europe/Kyiv").startswith(f"{first}T00:00")
    assert day_of(end, "Europe/Kyiv").startswith(f"{last}T00:00")


def test_everything_holds_now_and_a_source_whose_clock_is_ahead() -> None:
    begin, end = period_bounds("all", "Pacific/Auckland", NOW)
    assert begin == 0
    assert end > NOW + 86_400_000


def test_it_is_tomorrow_already_where_the_user_is() -> None:
    late = int(datetime(2026, 11, 22, 23, 30, tzinfo=UTC).timestamp() * 1000)
    assert day_of(period_bounds("today", "Europe/Kyiv", late)[0], "Europe/Kyiv").startswith("2026-11-23")


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)])
def test_days_on_which_clocks_change_have_23_or_25_hours(day: str, hours: int) -> None:
    begin, end = period_bounds(f"{day}..{day}", "Europe/Kyiv", NOW)
    assert end - begin == hours * 3_600_000


def test_a_day_without_midnight_begins_with_its_first_moment() -> None:
    moment = midnight(date(2026, 3, 29), "Asia/Beirut")  # clocks go from 00:00 to 01:00
    assert day_of(moment, "Asia/Beirut") == "2026-03-29T01:00+03:00"
    assert day_of(moment - 1, "Asia/Beirut").startswith("2026-03-28")
