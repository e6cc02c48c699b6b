"""One file that holds tables of calls, whatever its format: recognised, read, quoted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from callwitness.domain.errors import UnreadableEvidence, UsageError
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, Note, ReadOptions
from callwitness.ingest.kit import text_tables
from callwitness.ingest.kit.delimited import fields_frame
from callwitness.ingest.kit.encodings import HEAD, Encoding, decode, detect
from callwitness.ingest.kit.html_tables import html_tables, looks_like_html
from callwitness.ingest.kit.table_guess import guess_table
from callwitness.ingest.kit.table_header import find_header
from callwitness.ingest.kit.table_profile import TableProfile, correct, load_profile, save_profile
from callwitness.ingest.kit.table_reading import TableReader
from callwitness.ingest.kit.text_lines import original_lines
from callwitness.ingest.kit.workbooks import is_workbook, read_sheet, sheet_names, texts_of

NUMBERS = frozenset({"caller", "client", "called", "did"})


@dataclass(frozen=True, slots=True)
class TableGuess:
    """What a file looks like: layout, confidence 0..1, why."""

    layout: str
    confidence: float
    why: str


def recognise_table(head: bytes, name: str) -> TableGuess | None:
    """Judge the first bytes of a file; None when there is no table with a time and a number in it."""
    if is_workbook(head, name):
        return TableGuess("workbook", 0.5, "a workbook")
    encoding = detect(head)
    if encoding is None:
        return None
    text = decode(head, encoding)
    if looks_like_html(text):
        found = [_judge(fields_frame(table.rows), "html") for table in html_tables(text)]
        return next((guess for guess in found if guess), None)
    sample, delimiter = text_tables.sample_of(head, encoding, None)
    return _judge(sample, "text") if delimiter else None


def _judge(sample: pl.DataFrame, layout: str) -> TableGuess | None:
    profile = guess_table(sample)
    if profile is None:
        return None
    fields = {column.field for column in profile.columns}
    if not fields & NUMBERS:
        return None
    confidence = 0.3 + 0.15 * bool(profile.header_row) + 0.05 * min(len(fields), 3)
    named = ", ".join(column.header or str(column.index + 1) for column in profile.columns)
    return TableGuess(layout, round(confidence, 2), f"a table with columns {named}")


def read_table_file(file: EvidenceFile, options: ReadOptions, witness: str) -> Iterator[Batch]:
    """All rows of a file in batches; the first batch of a table notes how the table was read.

    Options: ``profile=PATH``, a field with its column (``caller=Phone``), ``date=dmy|mdy|ymd``, ``delimiter=;``,
    ``encoding=``, ``sheet=``, ``zone=``, ``talk_unit=min``, ``save=PATH``. Raises ``UnreadableEvidence``.
    """
    with file.open() as stream:
        head = stream.read(HEAD)
    if is_workbook(head, file.name):
        return _read_workbook(file, options, witness)
    encoding = detect(head)
    if encoding and looks_like_html(decode(head, encoding)):
        return _read_html(file, options, witness)
    return _read_text(file, options, witness)


def _read_text(file: EvidenceFile, options: ReadOptions, witness: str) -> Iterator[Batch]:
    sample = text_tables.sample_text(file, options)
    if sample is None:
        return
    found = profile_of(sample.fields, file.name, options)
    profile = replace(found, encoding=sample.encoding.name, delimiter=sample.delimiter)
    profile = text_tables.whole_order(file, profile)
    _keep(profile, options)
    reader = TableReader(profile, options, file.name, file.sha256, witness)
    note: tuple[Note, ...] = (read_note(file.name, profile),)
    for block in text_tables.blocks(file, profile):
        batch = reader.read(block.fields)
        broken = block.rejected.with_columns(file=pl.lit(file.name))
        yield Batch(batch.records, REJECTED.concat([batch.rejected, broken]), note + batch.notes)
        note = ()


def _read_workbook(file: EvidenceFile, options: ReadOptions, witness: str) -> Iterator[Batch]:
    names = sheet_names(file.path, file.name)
    wanted = options.options.get("sheet")
    if wanted and wanted not in names:
        raise UnreadableEvidence(file.name, f"expected a sheet called {wanted}, found {', '.join(names)}")
    read = 0
    others: list[Note] = []
    for name in [wanted] if wanted else names:
        sheet = read_sheet(file.path, file.name, name)
        profile = _profile_or_none(sheet.fields, file.name, options)
        if profile is not None:
            read += 1
            yield read_whole(sheet.fields, replace(profile, sheet=name), options, file, witness)
        elif sheet.fields.height:
            others.append(
                Note("table_passed_over", {"file": file.name, "table": name, "rows": sheet.fields.height})
            )
    if others and read:
        yield Batch(RECORDS.empty(), REJECTED.empty(), tuple(others))
    if not read:
        raise UnreadableEvidence(
            file.name, "expected a sheet with a column of dates and times of calls, found none"
        )


def _read_html(file: EvidenceFile, options: ReadOptions, witness: str) -> Iterator[Batch]:
    with file.open() as stream:
        text = decode(stream.read())
    read = 0
    for table in html_tables(text):
        fields = fields_frame(table.rows)
        profile = _profile_or_none(fields, file.name, options)
        if profile is not None:
            read += 1
            yield read_whole(fields, profile, options, file, witness)
    if not read:
        raise UnreadableEvidence(
            file.name, "expected a table with a column of dates and times of calls, found none"
        )


def read_whole(
    fields: pl.DataFrame, profile: TableProfile, options: ReadOptions, file: EvidenceFile, witness: str
) -> Batch:
    """A table that is in memory already, as one batch with the note how it was read."""
    _keep(profile, options)
    batch = TableReader(profile, options, file.name, file.sha256, witness).read(fields)
    return replace(batch, notes=(read_note(file.name, profile), *batch.notes))


def _keep(profile: TableProfile, options: ReadOptions) -> None:
    """Save the guess where the user asked for it; of several tables the last."""
    if path := options.options.get("save"):
        try:
            save_profile(profile, Path(path))
        except OSError as problem:
            raise UsageError(f"save={path}: cannot be written: {problem.strerror}") from problem


def read_note(name: str, profile: TableProfile) -> Note:
    """How a table was read, for the user to check."""
    return Note("table_read", {"file": name, "profile": profile.describe()})


def _profile_or_none(fields: pl.DataFrame, name: str, options: ReadOptions) -> TableProfile | None:
    try:
        profile = profile_of(fields, name, options)
    except UnreadableEvidence:
        return None
    return profile if {column.field for column in profile.columns} & NUMBERS else None


def profile_of(
    sample: pl.DataFrame, name: str, options: ReadOptions, guessed: TableProfile | None = None
) -> TableProfile:
    """The profile of a table from its sample, a saved profile and what the user said.

    guessed: the guess, where it was made already. Raises ``UnreadableEvidence`` when no column tells the time of calls.
    """
    saved = options.options.get("profile")
    profile = load_profile(Path(saved)) if saved else guessed or guess_table(sample)
    _, headers = find_header(sample)
    profile = correct(profile or TableProfile(columns=()), options.options, headers)
    if profile.index("start") is None and profile.index("date") is None:
        raise UnreadableEvidence(name, "expected a column with the date and time of calls, found none")
    return profile


def crowded_rows(text: str, rows: Sequence[tuple[str | None, int]]) -> dict[tuple[str | None, int], str]:
    """Rows of a page whose rows share lines: their cells, divided by tabs. Empty for any other text."""
    tables = html_tables(text) if looks_like_html(text) else []
    if not any(table.crowded for table in tables):
        return {}
    texts = {row: "\t".join(cells) for table in tables for row, cells in table.rows}
    return {(sheet, row): texts[row] for sheet, row in rows if row in texts}


def _is_page(head: bytes, encoding: Encoding) -> bool:
    return looks_like_html(decode(head, encoding))


def original_rows(
    file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    """The text of some (sheet, row) of a file as it stands there; cells of a workbook row divided by tabs."""
    with file.open() as stream:
        head = stream.read(HEAD)
    if not is_workbook(head, file.name):
        encoding = detect(head) or Encoding("utf-8")
        with file.open() as stream:
            crowded = crowded_rows(decode(stream.read()), rows) if _is_page(head, encoding) else {}
        return crowded or original_lines(file, encoding, rows)
    found: dict[tuple[str | None, int], str] = {}
    for name in sorted({sheet for sheet, _ in rows if sheet}):
        sheet = read_sheet(file.path, file.name, name)
        found |= {(name, row): text for row, text in texts_of(sheet, [row for at, row in rows if at == name])}
    return found
