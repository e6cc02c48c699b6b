"""A view of calls: which, how sorted and grouped, with which columns. Plain values, the same on every door.

A view is written as a query string, so that it stands in an address, in a saved view and in a schedule alike:

    period=this_week&verdict=no_answer&verdict=busy&queue.not=sales&wait_s.min=30&caller.has=900&agent.empty=yes
    &group=agent&sort=-wait_s&columns=started_at,caller,verdict

A name alone means "only these values"; ``.not`` none of these; ``.has`` contains the text; ``.min`` and ``.max``
bound numbers and moments; ``.empty`` is yes or no. Conditions of different names all hold. On every door:

- One of the values of a name is enough, for ``.min`` and ``.max`` too; ``.not`` holds where ``is`` does not, so calls
  that have nothing there stay.
- The empty value stands for nothing there (``agent=`` are the calls of nobody); an empty list is nothing, too.
- A list fits when one of its items does. ``is`` is exact, ``.has`` takes upper and lower case alike.
- ``.min`` and ``.max`` include the bound; moments are ms UTC, seconds are seconds; a flag is yes or no.
- day is written 2026-11-22, hour 00 to 23, weekday 1 (Monday) to 7, all of the reader's zone.
- ``search`` fits where a number has its digits (``search_digits``) or the agent's name contains it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from callwitness.domain.errors import UsageError

KINDS: Final = ("text", "choice", "moment", "seconds", "count", "flag", "list")
"""choice: few known values; list: several values, a condition holds when one of them fits."""


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One column of a view. group: calls can be grouped by it; sort: sorted by it; meaning: for the reader."""

    name: str
    kind: str
    meaning: str
    group: bool = False
    sort: bool = True


VIEW_COLUMNS: Final = {
    column.name: column
    for column in (
        ViewColumn("started_at", "moment", "start of the call, reference clock"),
        ViewColumn("direction", "choice", "inbound, outbound or internal", group=True),
        ViewColumn("caller", "text", "caller's number", group=True),
        ViewColumn("did", "text", "own number that was dialled", group=True),
        ViewColumn("called", "text", "number we rang, for outbound and internal calls", group=True),
        ViewColumn("verdict", "choice", "what happened", group=True),
        ViewColumn("flags", "list", "short, transferred, abandoned_after_answer, repeat, test, spam, after_hours"),
        ViewColumn("queue", "choice", "last queue", group=True),
        ViewColumn("agent", "choice", "last person who talked", group=True),
        ViewColumn("team", "choice", "team of that person", group=True),
        ViewColumn("project", "choice", "project of the dialled number", group=True),
        ViewColumn("trunk", "choice", "line the call came or went by", group=True),
        ViewColumn("wait_s", "seconds", "start to the best human moment, else to the end"),
        ViewColumn("talk_s", "seconds", "human moment to the end, less hold"),
        ViewColumn("signal_answered_at", "moment", "equipment answered", sort=False),
        ViewColumn("agent_answered_at", "moment", "an agent's leg answered", sort=False),
        ViewColumn("human_voice_at", "moment", "first live word in the recording", sort=False),
        ViewColumn("ended_at", "moment", "end of the call", sort=False),
        ViewColumn("recovery", "choice", "state of the lost caller's case", group=True),
        ViewColumn("findings", "count", "disagreements about the call"),
        ViewColumn("finding_kinds", "list", "kinds of these findings"),
        ViewColumn("witnesses", "list", "sources that know the call"),
        ViewColumn("recorded", "flag", "a recording is kept", group=True),
        ViewColumn("day", "choice", "day of the start, user's zone", group=True),
        ViewColumn("hour", "choice", "hour of the start, user's zone", group=True),
        ViewColumn("weekday", "choice", "weekday of the start, user's zone, 1 = Monday", group=True),
        ViewColumn("call_id", "text", "id of the call", sort=False),
    )
}  # fmt: skip

STANDARD_COLUMNS: Final = (
    "started_at", "direction", "caller", "did", "verdict", "queue", "agent", "wait_s", "talk_s", "recovery", "findings",
)  # fmt: skip

PERIODS: Final = (
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month", "last_7_days", "last_30_days", "all",
)  # fmt: skip

OPERATIONS: Final = ("is", "not", "has", "min", "max", "empty")
_MOST_CONDITIONS: Final = 40
_MOST_VALUES: Final = 200
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Condition:
    """One column must fit. operation: one of OPERATIONS; values: as written, at least one."""

    column: str
    operation: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Everything that decides what is seen. period: one of PERIODS or ``2026-11-01..2026-11-30``."""

    period: str = "this_week"
    conditions: tuple[Condition, ...] = ()
    sort: tuple[str, bool] = ("started_at", True)
    group: str | None = None
    columns: tuple[str, ...] = STANDARD_COLUMNS
    search: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The view as name and value pairs; what stands as by default is left out. ``parse_view`` reads it back."""
        standard = View()
        pairs = [("period", self.period)] if self.period != standard.period else []
        for condition in self.conditions:
            name = (
                condition.column
                if condition.operation == "is"
                else f"{condition.column}.{condition.operation}"
            )
            pairs += [(name, value) for value in condition.values]
        if self.search:
            pairs.append(("search", self.search))
        if self.group:
            pairs.append(("group", self.group))
        if self.sort != standard.sort:
            pairs.append(("sort", ("-" if self.sort[1] else "") + self.sort[0]))
        if self.columns != standard.columns:
            pairs.append(("columns", ",".join(self.columns)))
        return pairs


def parse_view(pairs: Iterable[tuple[str, str]], ignore: Sequence[str] = ("page", "after")) -> View:
    """A view from name and value pairs. Raises ``UsageError`` naming the pair that is not understood.

    ignore: names that belong to the page, not to the view.
    """
    single: dict[str, str] = {}
    conditions: dict[tuple[str, str], list[str]] = {}
    for name, value in pairs:
        if name in ignore:
            continue
        if name in ("period", "sort", "group", "columns", "search"):
            single[name] = value
        else:
            _add_condition(conditions, name, value)
    if len(conditions) > _MOST_CONDITIONS:
        raise UsageError(f"a view can have {_MOST_CONDITIONS} conditions at most")
    standard = View()
    return View(
        period=_period(single.get("period") or standard.period),
        conditions=tuple(Condition(*key, tuple(values)) for key, values in conditions.items()),
        sort=_sort(single["sort"]) if single.get("sort") else standard.sort,
        group=_known(single["group"], "group") if single.get("group") else None,
        columns=_columns(single["columns"]) if single.get("columns") else standard.columns,
        search=single.get("search", "").strip()[:_LONGEST],
    )


def _add_condition(conditions: dict[tuple[str, str], list[str]], name: str, value: str) -> None:
    column, _, operation = name.partition(".")
    operation = operation or "is"
    if column not in VIEW_COLUMNS or operation not in OPERATIONS:
        raise UsageError(f"{name[:60]!r}: no such condition of a view")
    values = conditions.setdefault((column, operation), [])
    if len(value) > _LONGEST or len(values) >= _MOST_VALUES:
        raise UsageError(f"{name}: too long a condition")
    _check_value(VIEW_COLUMNS[column], operation, value)
    if value not in values:
        values.append(value)


def _check_value(column: ViewColumn, operation: str, value: str) -> None:
    numeric = column.kind in ("moment", "seconds", "count")
    exact = operation in ("is", "not")
    if operation in ("min", "max") and not numeric:
        raise UsageError(f"{column.name}: has no smallest or largest value")
    if operation == "has" and column.kind not in ("text", "choice", "list"):
        raise UsageError(f"{column.name}: has no text to contain")
    if exact and not value:
        return
    if operation == "empty" or (exact and column.kind == "flag"):
        if value not in ("yes", "no"):
            raise UsageError(f"{column.name}: expected yes or no, found {value!r}")
    elif numeric and to_number(value) is None:
        raise UsageError(f"{column.name}: expected a number, found {value!r}")


def to_number(text: str) -> float | None:
    """A number of a condition, whole ones as ``int``; None where the text is none or beyond 10**15."""
    try:
        number = float(text)
    except ValueError:
        return None
    if not abs(number) < 1e15:
        return None
    return int(number) if number.is_integer() else number


def search_digits(text: str) -> str | None:
    """Digits to look for in numbers; None where the text is not written like a number.

    A whole number that begins with the long-distance 8 is looked for without it.
    """
    if not text.isascii() or text.strip("0123456789+-() ."):
        return None
    digits = "".join(sign for sign in text if sign.isdigit())
    return (digits[1:] if len(digits) == 11 and digits[0] == "8" else digits) or None


def _period(text: str) -> str:
    if text in PERIODS:
        return text
    first, dots, last = text.partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        begin, end = date.max, date.min
    if not (1970 <= begin.year <= end.year <= 2200 and begin <= end):
        raise UsageError(f"{text[:60]!r}: expected a period such as this_week or 2026-11-01..2026-11-30")
    return f"{begin.isoformat()}..{end.isoformat()}"


def _sort(text: str) -> tuple[str, bool]:
    name = text.removeprefix("-")
    return _known(name, "sort"), text.startswith("-")


def _known(name: str, able: str) -> str:
    column = VIEW_COLUMNS.get(name)
    if column is None or not getattr(column, able):
        raise UsageError(f"{able}: no such column: {name[:60]!r}")
    return name


def _columns(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name for name in text.split(",") if name))
    unknown = [name for name in names if name not in VIEW_COLUMNS]
    if unknown or not names:
        raise UsageError(f"columns: no such column: {', '.join(unknown)[:60] or 'none given'}")
    return names


def period_bounds(period: str, zone: str, now: int) -> tuple[int, int]:
    """First moment and first moment after a period, ms UTC. Weeks start on Monday; now: ms UTC.

    ``all`` reaches from 0 to the end of the day after tomorrow.
    """
    today = datetime.fromtimestamp(now / 1000, ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    day = timedelta(days=1)
    if ".." in period:
        begin, end = (date.fromisoformat(text) for text in period.split(".."))
        return midnight(begin, zone), midnight(end + day, zone)
    spans = {
        "today": (today, today + day),
        "yesterday": (today - day, today),
        "this_week": (monday, monday + 7 * day),
        "last_week": (monday - 7 * day, monday),
        "this_month": (first, _month_after(first)),
        "last_month": ((first - day).replace(day=1), first),
        "last_7_days": (today - 6 * day, today + day),
        "last_30_days": (today - 29 * day, today + day),
    }
    if period == "all":
        return 0, midnight(today + 2 * day, zone)
    begin, end = spans[period]
    return midnight(begin, zone), midnight(end, zone)


def midnight(day: date, zone: str) -> int:
    """The first moment of a day in a zone, ms UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def _month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)
