"""Bytes to records, settled records and legs, as the program does it."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from callwitness.adapters.asterisk.adapter import Adapter
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, EvidenceFile, Note, NumberPlan, ReadOptions

RUSSIA = NumberPlan("RU")
PLAIN = ReadOptions(numbers=RUSSIA)
SAMPLES = Path(__file__).parents[1] / "samples"


def read(
    data: bytes | str, options: ReadOptions = PLAIN, name: str = "file"
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records and rejected rows of one file."""
    records, rejected, _ = read_with_notes(data, options, name)
    return records, rejected


def read_with_notes(
    data: bytes | str, options: ReadOptions = PLAIN, name: str = "file"
) -> tuple[pl.DataFrame, pl.DataFrame, list[Note]]:
    """The same, and what the reader noticed."""
    raw = data.encode() if isinstance(data, str) else data
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(raw)
        batches = list(Adapter().read(EvidenceFile(name, path, sha256(raw).hexdigest(), len(raw)), options))
    records = RECORDS.concat(batch.records for batch in batches)
    rejected = REJECTED.concat(batch.rejected for batch in batches)
    return records, rejected, [note for batch in batches for note in batch.notes]


def settle(files: Mapping[str, bytes | str], options: ReadOptions = PLAIN) -> tuple[pl.DataFrame, list[Note]]:
    """Records of all files of an exchange, in their zone and with call ids."""
    frames = [read(data, options, name)[0] for name, data in files.items()]
    records = RECORDS.concat(frames).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("rec"))
    settled, notes = Adapter().settle(records, options)
    return settled, list(notes)


def legs(files: Mapping[str, bytes | str], options: ReadOptions = PLAIN) -> pl.DataFrame:
    """Legs of all files of an exchange."""
    return Adapter().legs(settle(files, options)[0], options)


def cdr(  # one row of Master.csv with 21 columns
    *,
    src: str = "79000000101",
    dst: str = "74950000101",
    context: str = "from-trunk",
    channel: str = "PJSIP/trunk-00000001",
    dstchannel: str = "PJSIP/101-00000002",
    app: str = "Dial",
    data: str = "PJSIP/101,20",
    start: str = "2026-03-02 10:00:00",
    answer: str = "2026-03-02 10:00:05",
    end: str = "2026-03-02 10:01:05",
    duration: int = 65,
    billsec: int = 60,
    disposition: str = "ANSWERED",
    uniqueid: str = "1772445600.1",
    linkedid: str = "1772445600.1",
    sequence: int = 1,
) -> str:
    stamped = f'"{answer}"' if answer else ""
    return (
        f'"","{src}","{dst}","{context}","""{src}"" <{src}>","{channel}","{dstchannel}","{app}","{data}","{start}",'
        f'{stamped},"{end}",{duration},{billsec},"{disposition}","DOCUMENTATION","{uniqueid}","","","{linkedid}",{sequence}\n'
    )
