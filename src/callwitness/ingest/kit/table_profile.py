"""The guess how a table of calls is to be read: printed, saved as TOML, corrected, loaded again."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, get_args

from callwitness.domain.errors import UsageError
from callwitness.ingest.kit.dates import DateOrder
from callwitness.ingest.kit.durations import DurationUnit

FIELDS: Final = (
    "id", "start", "date", "time", "direction", "caller", "client", "called", "did", "wait", "talk", "total", "billed",
    "answered", "end", "result", "agent", "extension", "queue", "trunk", "hangup_by", "cause", "recording", "comment",
)  # fmt: skip
MAX_COLUMNS: Final = 200
"""A table of calls is not wider; cells beyond are not looked at."""

DURATIONS: Final[tuple[str, ...]] = ("wait", "talk", "total", "billed")


@dataclass(frozen=True, slots=True)
class ColumnGuess:
    """Column ``index`` (from 0) holds ``field``; ``why`` is a sentence for the user."""

    field: str
    index: int
    header: str
    example: str
    why: str


@dataclass(frozen=True, slots=True)
class TableProfile:
    """How one table is read.

    header_row: physical row of the header, 0 = none. units: unit of bare numbers by duration field.
    unique_ids: the id column names single calls. answered_flag: the result column answers yes or no.
    """

    columns: tuple[ColumnGuess, ...]
    header_row: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    date_order: DateOrder = "dmy"
    order_sure: bool = True
    units: Mapping[str, DurationUnit] = field(default_factory=dict)
    precision_ms: int = 1000
    unique_ids: bool = False
    answered_flag: bool = False
    zone: str | None = None

    def index(self, name: str) -> int | None:
        """Column index of a field, or None."""
        return next((column.index for column in self.columns if column.field == name), None)

    def header(self, name: str) -> str:
        """How the column of a field is called in the file, for sentences."""
        column = next(column for column in self.columns if column.field == name)
        return f'column "{column.header}"' if column.header else f"column {column.index + 1}"

    def describe(self) -> str:
        """A small table for people: column, field, example, why; then what holds for the whole table."""
        rows = [("column", "is read as", "for example", "because")]
        for column in sorted(self.columns, key=lambda each: each.index):
            name = column.header.replace("\n", " ") or str(column.index + 1)
            rows.append((name[:30], column.field, column.example.replace("\n", " ")[:26], column.why))
        widths = [max(len(row[at]) for row in rows) for at in range(3)]
        table = [
            "  ".join([*(row[at].ljust(widths[at]) for at in range(3)), row[3]]).rstrip() for row in rows
        ]
        return "\n".join([*table, self._whole()])

    def _whole(self) -> str:
        grid = {60_000: "whole minutes", 86_400_000: "whole days"}.get(self.precision_ms, "seconds")
        parts = [
            f"header in row {self.header_row}" if self.header_row else "no header",
            f"dates {'-'.join({'d': 'day', 'm': 'month', 'y': 'year'}[part] for part in self.date_order)}"
            + ("" if self.order_sure else " (a guess: no number above 12)"),
            f"times in {grid}",
            *(f"{name} in {unit}" for name, unit in sorted(self.units.items()) if unit != "s"),
        ]
        named = {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "zone": self.zone,
        }
        parts += [f"{name} {json.dumps(value, ensure_ascii=False)}" for name, value in named.items() if value]
        return "; ".join(parts)


def save_profile(profile: TableProfile, path: Path) -> None:
    """Write the profile as TOML that a person may edit."""
    whole: dict[str, object] = {
        "header_row": profile.header_row,
        "encoding": profile.encoding,
        "delimiter": profile.delimiter,
        "sheet": profile.sheet,
        "date_order": profile.date_order,
        "precision_ms": profile.precision_ms,
        "unique_ids": profile.unique_ids,
        "answered_flag": profile.answered_flag,
        "zone": profile.zone,
    }
    lines = [
        "# How a table of calls is read. Columns by number, from 1; delete a line to leave a column out."
    ]
    lines += [f"{key} = {_toml(value)}" for key, value in whole.items() if value is not None]
    lines += ["", "[columns]"]
    lines += [f"{column.field} = {column.index + 1}  # {_comment(column)}" for column in profile.columns]
    lines += ["", "[units]", *(f"{name} = {_toml(unit)}" for name, unit in sorted(profile.units.items()))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _comment(column: ColumnGuess) -> str:
    return " ".join(f"{column.header or 'no header'}: {column.example}".split())[:80]


def load_profile(path: Path) -> TableProfile:
    """A saved profile. Raises ``UsageError`` with a sentence about what is wrong in it."""
    try:
        text = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise UsageError(f"profile {path}: cannot be read: {problem}") from problem
    columns = text.pop("columns", {})
    units = text.pop("units", {})
    known = {"header_row": int, "encoding": str, "delimiter": str, "sheet": str, "date_order": str,
             "precision_ms": int, "unique_ids": bool, "answered_flag": bool, "zone": str}  # fmt: skip
    for key, value in text.items():
        if key not in known or not isinstance(value, known[key]):
            raise UsageError(
                f"profile {path}: {key} = {value!r} is not understood; known are {', '.join(known)}"
            )
    for name, number in columns.items():
        if name not in FIELDS or not isinstance(number, int) or number < 1:
            raise UsageError(
                f"profile {path}: column {name} = {number!r}: expected a field and a column number from 1"
            )
    for name, unit in units.items():
        if name not in DURATIONS or unit not in get_args(DurationUnit):
            raise UsageError(
                f"profile {path}: unit of {name} is {unit!r}; expected s, ms, min, min.sec or day"
            )
    guesses = tuple(
        ColumnGuess(name, number - 1, "", "", "the profile says so") for name, number in columns.items()
    )
    return TableProfile(columns=guesses, units=units, **text)


def correct(profile: TableProfile, options: Mapping[str, str], headers: list[str]) -> TableProfile:
    """The profile with what the user said in the argument: ``date=dmy``, ``caller=Column``, ``talk_unit=min``.

    headers: header text by column index. Raises ``UsageError`` for a column that is not there.
    """
    columns = {column.field: column for column in profile.columns}
    units = dict(profile.units)
    order = profile.date_order
    sure = profile.order_sure
    for key, value in options.items():
        if key == "date" and value in get_args(DateOrder):
            order, sure = value, True  # type: ignore[assignment]
        elif key in FIELDS:
            index = _column_named(key, value, headers)
            columns = {name: each for name, each in columns.items() if each.index != index}
            columns[key] = ColumnGuess(key, index, headers[index], "", "you said so")
        elif key.removesuffix("_unit") in DURATIONS and value in get_args(DurationUnit):
            units[key.removesuffix("_unit")] = value  # type: ignore[assignment]
    return replace(profile, columns=tuple(columns.values()), units=units, date_order=order, order_sure=sure)


def _column_named(name: str, value: str, headers: list[str]) -> int:
    lower = [" ".join(header.lower().split()) for header in headers]
    wanted = " ".join(value.lower().split())
    if wanted in lower:
        return lower.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(headers):
        return int(wanted) - 1
    there = ", ".join(header for header in headers if header) or f"numbers 1 to {len(headers)}"
    raise UsageError(f"{name}={value}: there is no such column; the table has {there}")
