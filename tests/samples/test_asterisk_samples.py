"""Real exports of Asterisk exchanges."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from callwitness.adapters.asterisk.adapter import Adapter
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, EvidenceFile, Note, ReadOptions

DUMP = "asterisk/asteriskcdrdb_freepbx_2024.sql"
# file: layout, records, rejected rows
FILES = {
    "asterisk/Master_18col_2016.csv": ("cdr_csv", 269, 0),
    "asterisk/Master_custom_clidfirst_2023.csv": ("cdr_csv", 14, 0),
    "asterisk/testsuite_Master.csv": ("cdr_csv", 2, 0),
    "asterisk/testsuite_Master2.csv": ("cdr_csv", 1, 0),
    "asterisk/testsuite_cdrlib_good.csv": ("cdr_csv", 5, 0),
    "asterisk/testsuite_CELMaster1.csv": ("cel_csv", 16, 0),
    "asterisk/testsuite_CELMaster2.csv": ("cel_csv", 14, 0),
    "asterisk/queue_log_start_only": ("queue_log", 2, 0),
    "asterisk_queue_log/queue_log_queuemetrics_orphan_enterqueue.txt": ("queue_log", 3, 0),
    DUMP: ("sql_dump", 4636, 38),
}


def evidence(path: Path) -> EvidenceFile:
    return EvidenceFile(path.name, path, "", path.stat().st_size)


def read(path: Path) -> tuple[pl.DataFrame, pl.DataFrame, list[Note]]:
    batches = list(Adapter().read(evidence(path), ReadOptions()))
    records = RECORDS.concat(batch.records for batch in batches)
    settled, notes = Adapter().settle(
        records.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("rec")), ReadOptions()
    )
    told = [note for batch in batches for note in batch.notes]
    return settled, REJECTED.concat(batch.rejected for batch in batches), [*told, *notes]


@pytest.mark.parametrize("name", FILES)
def test_every_export_is_recognised_and_read(shared_samples: Path, name: str) -> None:
    layout, kept, refused = FILES[name]
    guess = Adapter().recognise((shared_samples / name).read_bytes()[:65_536], "x")
    assert guess is not None
    assert guess.layout == layout
    records, rejected, _ = read(shared_samples / name)
    assert (records.height, rejected.height) == (kept, refused)
    Adapter().legs(records, ReadOptions())


def test_the_malformed_row_of_the_testsuite_is_rejected(shared_samples: Path) -> None:
    path = shared_samples / "asterisk/testsuite_cdrlib_buggy.csv"
    batches = list(Adapter().read(evidence(path), ReadOptions(options={"columns": "src"})))
    assert sum(batch.records.height for batch in batches) == 0
    assert sum(batch.rejected.height for batch in batches) == 1


def test_other_vendors_files_are_left_alone(shared_samples: Path) -> None:
    mine = []
    for path in sorted(shared_samples.glob("*/*")):
        if path.is_file() and not path.parent.name.startswith("asterisk"):
            guess = Adapter().recognise(path.read_bytes()[:65_536], path.name)
            mine += [path.name] if guess else []
    assert mine == []


def test_the_freepbx_dump_counts_calls_not_rows(shared_samples: Path) -> None:
    records, rejected, notes = read(shared_samples / DUMP)
    cdr = records.filter(witness="cdr")
    assert (cdr.height, cdr["native_id"].n_unique(), cdr["native_call_id"].n_unique()) == (536, 536, 371)
    assert rejected["reason"].str.contains("no call started|expected the start of a call").all()
    assert [note.params["rows"] for note in notes if note.code == "table_passed_over"] == [580]


def test_cdr_and_cel_of_the_dump_agree_on_who_was_answered(shared_samples: Path) -> None:
    records, _, _ = read(shared_samples / DUMP)
    legs = Adapter().legs(records, ReadOptions())
    by_call = legs.group_by("native_call_id").agg(
        *(
            (pl.col("human") & (pl.col("witness") == witness)).any().alias(witness)
            for witness in ("cdr", "cel")
        ),
        (pl.col("witness") == "cdr").any().alias("in_cdr"),
    )
    both = by_call.filter("in_cdr")
    # One forwarded call was answered by a trunk on a Local pair that the CDR does not show.
    assert both.filter(pl.col("cdr") != pl.col("cel")).height <= 1
    assert both.filter("cel").height == 117


def test_the_dump_is_local_time_and_says_so(shared_samples: Path) -> None:
    _, _, notes = read(shared_samples / DUMP)
    zones = {str(note.params["zone"]) for note in notes if note.code == "zone_found"}
    assert len(zones) == 1
