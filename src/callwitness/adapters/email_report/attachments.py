"""Attachments of a report: tables, workbooks and archives of them, through the shared kit."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from callwitness.adapters.email_report.mail import Part
from callwitness.domain.errors import UnreadableEvidence
from callwitness.ingest.contract import Batch, EvidenceFile, Note, ReadOptions
from callwitness.ingest.kit.archives import open_evidence
from callwitness.ingest.kit.table_files import original_rows, read_table_file, recognise_table

_TABULAR: Final = re.compile(r"\.(?:csv|tsv|txt|xlsx?|xlsm|xlsb|ods|html?)$", re.IGNORECASE)
_ASIDE: Final = (
    "image/",
    "audio/",
    "video/",
    "application/pgp-signature",
    "application/pkcs7-signature",
    "text/calendar",
)


def is_aside(part: Part) -> bool:
    """Pictures, sound, signatures: no report, and nothing to say about it."""
    return part.kind.startswith(_ASIDE) or not part.data


def read_attachment(part: Part, shown: str, sha256: str, options: ReadOptions) -> Iterator[Batch | Note]:
    """Batches of an attachment, and notes for what in it cannot be read. shown: ``mail.eml!report.csv``."""
    if part.kind == "application/ms-tnef" or part.name.lower() == "winmail.dat":
        yield passed_over(shown, "a winmail.dat: ask the sender to switch off rich text (TNEF) in Outlook")
        return
    with tempfile.TemporaryDirectory() as folder:
        pieces, notes = _pieces(part, shown, sha256, Path(folder))
        yield from notes
        for piece in pieces:
            yield from _read_piece(piece, options)


def _pieces(part: Part, shown: str, sha256: str, folder: Path) -> tuple[list[EvidenceFile], list[Note]]:
    path = folder / "attachment"
    path.write_bytes(part.data)
    files, problems = open_evidence(path, folder, shown)
    notes = [passed_over(problem.name, problem.sentence) for problem in problems]
    return [replace(file, sha256=sha256) for file in files], notes


def _read_piece(piece: EvidenceFile, options: ReadOptions) -> Iterator[Batch | Note]:
    with piece.open() as stream:
        head = stream.read(65536)
    if not recognise_table(head, piece.name) and not _TABULAR.search(piece.name):
        yield passed_over(piece.name, "an attachment that is no table of calls")
        return
    try:
        yield from read_table_file(piece, options, witness="report")
    except UnreadableEvidence as problem:
        yield passed_over(piece.name, problem.expected)


def original_of(
    part: Part, shown: str, wanted: str, rows: list[tuple[str | None, int]]
) -> dict[tuple[str | None, int], str]:
    """The text of rows of one file inside an attachment."""
    with tempfile.TemporaryDirectory() as folder:
        pieces, _ = _pieces(part, shown, "0" * 64, Path(folder))
        return next((original_rows(piece, rows) for piece in pieces if piece.name == wanted), {})


def passed_over(name: str, why: str) -> Note:
    """Something in a mail that is no report: its name and a sentence."""
    return Note("member_passed_over", {"file": name, "why": why})
