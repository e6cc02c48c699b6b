"""The vendor's printed examples of call events: an IVR that leads to a person, an outgoing call, a declined callback."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from callwitness.domain.schema import LEGS, RECORDS
from callwitness.ingest.contract import EvidenceFile, NumberPlan, ReadOptions
from callwitness.ingest.registry import load_adapter

OPTIONS = ReadOptions(zone="Europe/Moscow", numbers=NumberPlan("RU"))


def legs(samples: Path, name: str) -> pl.DataFrame:
    adapter = load_adapter("mango")
    path = samples / "mango" / name
    batches = list(adapter.read(EvidenceFile(name, path, "0", path.stat().st_size), OPTIONS))
    assert sum(batch.rejected.height for batch in batches) == 0
    records = RECORDS.concat(batch.records for batch in batches)
    records = records.with_columns(rec=pl.int_range(records.height, dtype=pl.Int64))
    assert records.height == len(path.read_text(encoding="utf-8").splitlines())
    return LEGS.conform(adapter.legs(records, OPTIONS)).sort("started_at", "rec")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events_call_ivr_route.jsonl", [("ivr", "inbound", None, False, None), ("talk", "inbound", "123", True, 20.0)]),
        ("events_call_outgoing.jsonl", [("talk", "outbound", "1234", True, 20.0)]),
        ("events_call_callback_declined.jsonl", [("signal", "outbound", "1234", None, 2.0), ("ring", "outbound", "1234", False, None)]),
    ],
)  # fmt: skip
def test_a_printed_example_is_understood(
    shared_samples: Path, name: str, expected: list[tuple[object, ...]]
) -> None:
    found = legs(shared_samples, name).select("segment", "direction", "agent", "human", "talk_s")
    assert found.rows() == expected
