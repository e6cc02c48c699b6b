"""A contractor's report as a mail: in its text, in a table, in an attachment. One row is one call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from callwitness.adapters.email_report.attachments import is_aside, original_of, read_attachment
from callwitness.adapters.email_report.bodies import BodyTable, body_tables
from callwitness.adapters.email_report.mail import Mail, Part, looks_like_mail, parse_mail, split_mailbox
from callwitness.adapters.email_report.no_calls import tells_no_calls
from callwitness.adapters.email_report.versions import SUPERSEDED, detail_of, mark_superseded
from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, Batch, EvidenceFile, Guess, Note, ReadOptions
from callwitness.ingest.kit.call_rows import legs_of_rows
from callwitness.ingest.kit.encodings import lines_of
from callwitness.ingest.kit.table_files import crowded_rows, profile_of, read_whole

_ATTACHMENT_RANK = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """One readable piece of a mail (outer or inner) and the name its rows carry. parts: forms of the same, best first."""

    mail: Mail
    parts: tuple[Part, ...]
    name: str
    is_body: bool


class Adapter:
    """Reads .eml and mbox through ``mail``, ``bodies`` and ``attachments``."""

    name = "email_report"

    def recognise(self, head: bytes, name: str) -> Guess | None:
        """A file that begins with the headers of a mail."""
        if not looks_like_mail(head):
            return None
        mbox = head.lstrip(b"\r\n").startswith(b"From ")
        return Guess(self.name, "mbox" if mbox else "eml", 0.95, "begins with the headers of a mail")

    def read(self, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
        """One or more batches a mail; a mail without a report is one rejected row, unless it says that nobody called.

        Raises ``UnreadableEvidence`` when the file holds no mail.
        """
        for name, data in _mails(file):
            yield from _read_mail(parse_mail(data), name, file, options)

    def settle(self, records: pl.DataFrame, options: ReadOptions) -> tuple[pl.DataFrame, Sequence[Note]]:
        """Reports that were sent again: earlier versions are marked."""
        return mark_superseded(records)

    def legs(self, records: pl.DataFrame, options: ReadOptions) -> pl.DataFrame:
        """One leg a record of the latest version."""
        latest = ~pl.col("detail").str.ends_with(SUPERSEDED)
        return legs_of_rows(records.filter(latest.fill_null(value=True)))

    def originals(
        self, file: EvidenceFile, rows: Sequence[tuple[str | None, int]]
    ) -> dict[tuple[str | None, int], str]:
        """Lines of the decoded text of a mail, rows of its attachments.

        ``file.name`` may be that of a piece, as records carry it (``mail.eml!report.csv``).
        """
        shown = file.name
        for base in _bases(shown):
            for name, data in _mails(replace(file, name=base)):
                for place in _places(parse_mail(data), name):
                    found = _original(place, shown, list(rows))
                    if found:
                        return found
        return {}


def _bases(name: str) -> list[str]:
    """Names the file itself may have, when ``name`` is perhaps that of a piece inside it."""
    parts = name.split("!")
    return ["!".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _mails(file: EvidenceFile) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each mail of a file; the mails of an mbox are numbered."""
    with file.open() as stream:
        head = stream.read(65536)
    if not head.strip():
        return
    if not looks_like_mail(head):
        raise UnreadableEvidence(file.name, "expected a mail (.eml) or a mailbox (mbox), found other content")
    mbox = head.lstrip(b"\r\n").startswith(b"From ")
    with file.open() as stream:
        for number, data in enumerate(split_mailbox(stream), 1):
            yield (f"{file.name}!{number}" if mbox else file.name), data


def _places(mail: Mail, name: str) -> Iterator[_Place]:
    """Every part that may hold a report, mails inside the mail included."""
    parts = [part for part in mail.parts if not is_aside(part)]
    bodies = [part for part in parts if _is_body(part)]
    for number, group in enumerate(dict.fromkeys(part.alternative or id(part) for part in bodies), 1):
        shown = name if number == 1 else f"{name}!part{number}"
        same = [part for part in bodies if (part.alternative or id(part)) == group]
        yield _Place(
            mail, tuple(sorted(same, key=lambda part: part.kind != "text/html")), shown, is_body=True
        )
    for part in parts:
        if not _is_body(part):
            yield _Place(mail, (part,), f"{name}!{part.name or 'attachment'}", is_body=False)
    for number, (inner_name, inner) in enumerate(mail.inner, 1):
        label = f"{inner_name}#{number}" if number > 1 else inner_name
        yield from _places(_dated(inner, mail), f"{name}!{label}")


def _is_body(part: Part) -> bool:
    return not part.name and part.kind.startswith("text/")


def _dated(inner: Mail, outer: Mail) -> Mail:
    """An inner mail without a date of its own is as old as the one that brings it."""
    return (
        inner if inner.sent else replace(inner, sent=outer.sent, local_day=inner.local_day or outer.local_day)
    )


def _read_mail(mail: Mail, name: str, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch]:
    notes: list[Note] = []
    rows = 0
    for place in _places(mail, name):
        for found in _read_place(place, file, options):
            if isinstance(found, Note):
                notes.append(found)
                continue
            rows += found.records.height + found.rejected.height
            yield replace(found, notes=(*found.notes, *notes))
            notes = []
    if rows == 0 and not notes and tells_no_calls(mail):
        yield Batch(RECORDS.empty(), REJECTED.empty(), (Note("no_calls_told", {"file": name}),))
    elif rows == 0:
        yield Batch(RECORDS.empty(), _no_report(mail, name), tuple(notes))
    elif notes:
        yield Batch(RECORDS.empty(), REJECTED.empty(), tuple(notes))


def _read_place(place: _Place, file: EvidenceFile, options: ReadOptions) -> Iterator[Batch | Note]:
    if not place.is_body:
        for batch in read_attachment(place.parts[0], place.name, file.sha256, options):
            yield batch if isinstance(batch, Note) else _signed(batch, place.mail, _ATTACHMENT_RANK)
        return
    here = replace(file, name=place.name)
    _, tables = _best_form(place)
    for table in tables:
        try:
            profile = profile_of(table.fields, place.name, options, table.guessed)
        except UnreadableEvidence:
            continue
        yield _signed(read_whole(table.fields, profile, options, here, "report"), place.mail, table.rank)


def _best_form(place: _Place) -> tuple[Part, list[BodyTable]]:
    """The first form of a body that reports calls, with its tables."""
    for part in place.parts:
        tables = body_tables(place.mail, part)
        if tables:
            return part, tables
    return place.parts[0], []


def _signed(batch: Batch, mail: Mail, rank: int) -> Batch:
    return replace(batch, records=batch.records.with_columns(detail=pl.lit(detail_of(mail, rank))))


def _no_report(mail: Mail, name: str) -> pl.DataFrame:
    text = next((part.text for part in mail.parts if part.kind.startswith("text/")), "")
    return REJECTED.conform(
        pl.DataFrame(
            {
                "file": [name],
                "row": [1],
                "reason": [
                    "expected a report of calls (key: value lines, a table, an attachment), found none"
                ],
                "raw": [f"Subject: {mail.subject}\n{text}"[:500]],
            }
        )
    )


def _original(
    place: _Place, shown: str, rows: list[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    if not place.is_body:
        return original_of(place.parts[0], place.name, shown, rows) if shown.startswith(place.name) else {}
    if shown != place.name:
        return {}
    part, tables = _best_form(place)
    crowded = crowded_rows(part.text, rows) if tables else {}
    if crowded:
        return crowded
    lines = lines_of(part.text)
    return {(sheet, row): _block_text(lines, row) for sheet, row in rows if 0 < row <= len(lines)}


def _block_text(lines: list[str], row: int) -> str:
    """The lines from a row to the next blank one, or the whole table row."""
    text: list[str] = []
    for line in lines[row - 1 : row + 24]:
        if not line.strip() and text:
            break
        text.append(line)
        if "</tr" in line.lower():
            break
    return "\n".join(text)
