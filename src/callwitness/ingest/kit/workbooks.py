"""Workbooks (XLSX, XLSM, XLSB, XLS, ODS) to sheets of text cells: dates in ISO form, whole floats without a point."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import polars as pl
import python_calamine as calamine

from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.kit.delimited import fields_frame

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP: Final = b"PK\x03\x04"
MAX_CELLS: Final = 40_000_000  # a reader lays a sheet out densely: one far cell may ask for all memory
MAX_XML: Final = 4 << 30
_SUFFIXES: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_LAST_ROW: Final = re.compile(rb'<(?:\w+:)?row [^<>]*?\br="(\d{1,9})"')
_WIDE: Final = re.compile(rb'r="([A-Z]{2,3})\d')
_FAILURES: Final = (
    calamine.CalamineError, calamine.PasswordError, calamine.XmlError, calamine.ZipError, calamine.WorksheetNotFound,
    OSError, ValueError, TypeError, KeyError, IndexError, OverflowError, EOFError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: ``fields`` as ``delimited.FieldBlock.fields``, rows counted as the program shows them."""

    name: str
    fields: pl.DataFrame


def is_workbook(head: bytes, name: str) -> bool:
    """Whether a file is a workbook, by its first bytes and name."""
    named = name.lower().endswith(_SUFFIXES)
    if head.startswith(OLE):
        return named or "Workbook".encode("utf-16-le") in head
    return head.startswith(ZIP) and (named or b"xl/" in head or b"opendocument.spreadsheet" in head[:200])


def sheet_names(path: Path, shown: str) -> list[str]:
    """Names of the worksheets. Raises ``UnreadableEvidence``."""
    with _opened(path, shown) as book:
        return list(book.sheet_names)


def read_sheet(path: Path, shown: str, name: str) -> Sheet:
    """One sheet, merged cells filled. Raises ``UnreadableEvidence``."""
    with _opened(path, shown) as book:
        try:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            merged = sheet.merged_cell_ranges or []
        except BaseException as problem:  # a panic of the reader is no Exception
            raise _as_unreadable(problem, shown) from problem
    cells = [[_text(cell) for cell in row] for row in rows]
    _fill_merged(cells, merged)
    return Sheet(name, fields_frame([(at, row) for at, row in enumerate(cells, 1) if any(row)]))


def _opened(path: Path, shown: str) -> Any:
    _check_size(path, shown)
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except BaseException as problem:  # a panic of the reader is no Exception
        raise _as_unreadable(problem, shown) from problem


def _as_unreadable(problem: BaseException, shown: str) -> BaseException:
    if isinstance(problem, calamine.PasswordError):
        return UnreadableEvidence(shown, "expected a readable workbook, found one locked with a password")
    if isinstance(problem, _FAILURES) or type(problem).__name__ == "PanicException":
        return UnreadableEvidence(shown, f"expected a workbook, found a damaged one: {str(problem)[:200]}")
    return problem


def _check_size(path: Path, shown: str) -> None:
    """Refuse a workbook that would not fit: packed XML without bound, or one cell at the far end of a sheet."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > MAX_XML:
                raise UnreadableEvidence(shown, f"a workbook that unpacks to more than {MAX_XML >> 30} GB")
            for entry in entries:
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename):
                    with archive.open(entry) as stream:
                        cells = _cells(stream)
                    if cells > MAX_CELLS:
                        raise UnreadableEvidence(
                            shown, f"a sheet of {cells:,} cells; at most {MAX_CELLS:,} are read"
                        )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as problem:
        raise UnreadableEvidence(shown, f"expected a workbook, found a damaged one: {problem}") from problem


def _cells(stream: IO[bytes]) -> int:
    rows, columns, tail = 1, 26, b""
    while chunk := stream.read(1 << 20):
        data = tail + chunk
        rows = max([rows, *(int(number) for number in _LAST_ROW.findall(data))])
        columns = max([columns, *(_column_number(name) for name in set(_WIDE.findall(data)))])
        tail = data[-200:]
    return rows * columns


def _column_number(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return _stamp(cell)
    if isinstance(cell, dt.time):
        return _clock(dt.datetime.combine(dt.date(2000, 1, 1), cell))
    if isinstance(cell, dt.timedelta):
        seconds = round(cell.total_seconds())
        minutes, hours = abs(seconds) // 60 % 60, abs(seconds) // 3600
        return f"{'-' if seconds < 0 else ''}{hours}:{minutes:02}:{abs(seconds) % 60:02}"
    return "" if cell is None else str(cell)


def _stamp(moment: dt.datetime) -> str:
    # a serial number is a float: its milliseconds are noise unless they are whole
    near = moment + dt.timedelta(microseconds=500)
    return f"{near:%Y-%m-%d} {_clock(moment)}" if near.year >= 1000 else str(moment)


def _clock(moment: dt.datetime) -> str:
    near = moment + dt.timedelta(microseconds=500)
    fraction = near.microsecond // 1000
    return f"{near:%H:%M:%S}" + (f".{fraction:03}" if fraction else "")


def _fill_merged(cells: list[list[str]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Every cell of a merged range gets the text of its first."""
    for (top, left), (bottom, right) in merged:
        if top >= len(cells) or left >= len(cells[top]):
            continue
        text = cells[top][left]
        for row in cells[top : bottom + 1]:
            row[left : right + 1] = [text] * (min(right + 1, len(row)) - left)


def texts_of(sheet: Sheet, rows: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Some rows of a sheet as texts, cells divided by tabs."""
    for row in sheet.fields.filter(pl.col("row").is_in(list(rows))).iter_rows():
        yield row[0], "\t".join(cell or "" for cell in row[2:]).rstrip("\t")
