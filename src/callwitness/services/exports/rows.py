"""What a reader sees of a view, as a file: CSV, XLSX or PDF, with the same columns, filters, order and group totals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import IO, Final
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from callwitness.domain.errors import UsageError
from callwitness.domain.view import View
from callwitness.ledger.queries import Reading, inside_group, shown
from callwitness.ledger.view_people import names_of
from callwitness.services.call_pages import every
from callwitness.services.exports import call_views
from callwitness.services.exports.exporting import csv_file, pdf_file, wording, xlsx_file
from callwitness.services.exports.exporting.table import Cells, Group, Table, Value, heads
from callwitness.services.exports.exporting.words import words

FORMATS: Final = ("csv", "xlsx", "pdf")
MOST_ROWS: Final = {"xlsx": 100_000, "pdf": 5_000}
"""CSV takes any number: it is written as it is read."""
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_MOST_GROUPS: Final = 5_000
_GROUPS_AT_ONCE: Final = 500
_UNSAFE: Final = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for. title: name of the saved view, or that of the screen."""

    view: View
    reading: Reading
    format: str
    title: str

    def name(self) -> str:
        """A file name that every system takes: title and moment of making."""
        made = datetime.fromtimestamp(self.reading.now / 1000, ZoneInfo(self.reading.zone))
        stem = _UNSAFE.sub("-", self.title).strip("-._")[:60] or "calls"
        return f"{stem}-{made:%Y-%m-%d-%H%M}.{self.format}"


def check(export: Export) -> None:
    """Raises ``UsageError`` where the view cannot be written in this format: too many calls, or not the reader's."""
    if export.format not in FORMATS:
        raise UsageError(f"format: expected csv, xlsx or pdf, found {export.format[:20]!r}")
    shown(export.view, export.reading.scope)
    if export.view.group and call_views.groups(export.view, export.reading, 1, _MOST_GROUPS):
        raise UsageError(
            _("This view has too many groups to be exported; group by something with fewer values.")
        )
    most = MOST_ROWS.get(export.format)
    if most is not None:
        calls = call_views.totals(replace(export.view, group=None), export.reading, people=False).calls
        if calls > most:
            raise _too_many(export.format, most, calls)


def csv_parts(export: Export) -> Iterator[bytes]:
    """The CSV in pieces, while it is read from the ledger; in the language of now, not of when it is sent."""
    return _spoken(csv_file.parts(_table(export)), get_language() or "en")


def _spoken(parts: Iterator[bytes], language: str) -> Iterator[bytes]:
    while True:
        with translation.override(language):
            part = next(parts, None)
        if part is None:
            return
        yield part


def write(export: Export, target: IO[bytes]) -> int:
    """Write the file; the number of calls in it. Raises ``UsageError`` as ``check``, and ``NotSet``."""
    check(export)
    table = _Counted(export)
    if export.format == "csv":
        for part in csv_file.parts(table.table):
            target.write(part)
    elif export.format == "xlsx":
        xlsx_file.write(table.table, target, calls=_("Calls"), about=_("About"))
    else:
        language = (get_language() or "en").split("-")[0]
        pdf_file.write(table.table, target, _totals_line(export), _("No calls in this period."), language)
    return table.calls


class _Counted:
    """A table that counts the calls that go through it and stops at the most its format takes."""

    def __init__(self, export: Export) -> None:
        self.calls = 0
        self._format, self._most = export.format, MOST_ROWS.get(export.format)
        table = _table(export)
        self.table = replace(table, rows=self._through(table.rows))

    def _through(self, rows: Iterator[list[Value] | Group]) -> Iterator[list[Value] | Group]:
        for row in rows:
            if not isinstance(row, Group):
                self.calls += 1
                if self._most is not None and self.calls > self._most:
                    raise _too_many(self._format, self._most, self.calls)
            yield row


def _too_many(wanted: str, most: int, calls: int) -> UsageError:
    text = _("{format} takes {most} calls at most, this view has {calls}. Narrow the period or the filters, or take CSV, which has no limit.")  # fmt: skip
    return UsageError(
        text.format(format=wanted.upper(), most=wording.count(most), calls=wording.count(calls))
    )


def _table(export: Export) -> Table:
    view, reading = shown(export.view, export.reading.scope), export.reading
    names, told = names_of(reading.scope.workspace), words()
    columns = view.columns
    if view.group:
        columns = (view.group, *(name for name in columns if name != view.group))
    cells = Cells(columns, reading, names, told)
    rows = (
        _grouped(view, reading, cells) if view.group else (cells.row(call) for call in every(view, reading))
    )
    about = () if export.format == "csv" else _about(export, view)
    return Table(export.title, about, heads(columns, told), iter(rows))


def _grouped(view: View, reading: Reading, cells: Cells) -> Iterator[list[Value] | Group]:
    group = view.group or ""
    for offset in range(0, _MOST_GROUPS, _GROUPS_AT_ONCE):
        found = call_views.groups(view, reading, _GROUPS_AT_ONCE, offset)
        for each in found:
            label = wording.value_word(group, each["value"], words())
            yield Group(_masked(group, label, reading), tuple(wording.figures_words(each)))
            for call in every(inside_group(view, each["value"]), reading):
                yield cells.row(call)
        if len(found) < _GROUPS_AT_ONCE:
            return


def _masked(group: str, label: str, reading: Reading) -> str:
    return words().masked(label) if reading.scope.masks_numbers and group in ("caller", "called") else label


def _totals_line(export: Export) -> str:
    figures = call_views.totals(replace(export.view, group=None), export.reading)
    return " · ".join(wording.figures_words(asdict(figures)))


def _about(export: Export, view: View) -> tuple[tuple[str, str], ...]:
    reading, told = export.reading, words()
    made = datetime.fromtimestamp(reading.now / 1000, ZoneInfo(reading.zone))
    lines = [
        (_("Workspace"), reading.scope.workspace.name),
        (_("Period"), wording.period_words(view.period, told, reading.zone, reading.now)),
        (_("Times"), reading.zone),
    ]
    filters = wording.view_words(view, told, reading.zone)
    if filters:
        lines.append((_("Filters"), " · ".join(filters)))
    if view.group:
        lines.append((_("Grouped by"), told.word("column", view.group)))
    if export.format != "pdf":
        lines.append((_("Totals"), _totals_line(export)))
    lines.append(
        (
            _("Made"),
            _("{moment} by {person}").format(moment=f"{made:%Y-%m-%d %H:%M}", person=reading.scope.user),
        )
    )
    return tuple(lines)
