"""XLSX: typed cells, a frozen head; texts are texts, never formulas or links. What the table is stands on a second sheet."""

from __future__ import annotations

from datetime import datetime
from typing import IO, Any, Final

import xlsxwriter

from callwitness.services.exports.exporting.table import Group, Head, Table, Value

_WIDTHS: Final = {"moment": 19, "number": 17, "seconds": 10, "count": 10, "text": 20}
_LONGEST: Final = 32_000  # a cell holds 32 767 characters


def write(table: Table, target: IO[bytes], calls: str, about: str) -> int:
    """Write the workbook; the number of calls in it. calls, about: names of the two sheets."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(calls[:31])
        formats = _formats(book)
        _head(sheet, table.heads, formats)
        number = written = 0
        for number, row in enumerate(table.rows, 1):
            if isinstance(row, Group):
                sheet.set_row(number, None, formats["group"])
                for column, text in enumerate((row.label, *row.figures)):
                    sheet.write_string(number, column, text[:_LONGEST], formats["group"])
                continue
            written += 1
            for column, (value, head) in enumerate(zip(row, table.heads, strict=True)):
                _cell(sheet, (number, column), value, head, formats)
        if number:
            sheet.autofilter(0, 0, number, len(table.heads) - 1)
        _about(book.add_worksheet(about[:31]), table, formats)
    return written


def _formats(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True}),
        "group": book.add_format({"bold": True, "bg_color": "#F0F1F3"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "seconds": book.add_format({"num_format": "0.###"}),
    }


def _head(sheet: Any, heads: tuple[Head, ...], formats: dict[str, Any]) -> None:
    for column, head in enumerate(heads):
        sheet.set_column(column, column, _WIDTHS[head.kind])
        sheet.write_string(0, column, head.precise, formats["head"])
    sheet.freeze_panes(1, 0)


def _cell(sheet: Any, at: tuple[int, int], value: Value, head: Head, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(*at, value, formats["moment"])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(*at, value, formats.get(head.kind))
    else:
        sheet.write_string(*at, str(value)[:_LONGEST])


def _about(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, table.title, formats["head"])
    for number, (label, text) in enumerate(table.about, 1):
        sheet.write_string(number, 0, label)
        sheet.write_string(number, 1, text[:_LONGEST])
