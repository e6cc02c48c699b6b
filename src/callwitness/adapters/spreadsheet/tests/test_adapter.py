import hashlib
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callwitness.adapters.spreadsheet.adapter import Adapter
from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import RECORDS
from callwitness.ingest.conformance import check_adapter
from callwitness.ingest.contract import EvidenceFile, NumberPlan, ReadOptions

SAMPLES = Path(__file__).parent.parent / "samples"
OPTIONS = ReadOptions(zone="Europe/Moscow", numbers=NumberPlan("RU"))


def test_the_adapter_keeps_every_rule_of_the_contract() -> None:
    assert [outcome.sentence for outcome in check_adapter("spreadsheet") if not outcome.passed] == []


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_it_is_never_so_sure_that_others_are_not_asked(path: Path) -> None:
    guess = Adapter().recognise(path.read_bytes()[:65_536], path.name)
    assert guess is not None
    assert 0.3 <= guess.confidence <= 0.6


def test_prose_and_lists_without_calls_are_not_recognised() -> None:
    for data in (
        b"Dear all,\nplease find; attached\n",
        b"name;phone\nAnna;+79000000001\n",
        b"",
        b"\x00\x01\x02" * 50,
    ):
        assert Adapter().recognise(data, "a.txt") is None


def test_a_row_told_twice_becomes_two_calls() -> None:
    records = RECORDS.conform(
        pl.DataFrame({"rec": [0, 1], "kind": ["call"] * 2, "native_call_id": ["c1", "c1"]})
    )
    assert Adapter().legs(records, OPTIONS)["native_call_id"].to_list() == ["c1", "c1#2"]


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=600), st.sampled_from([b"", b"Start;Phone;Talk\n2026-11-01 10:00:00;79000000001;5\n"])
)
@example(b'2026-11-01 10:00:00;;\r\r\n\x00;"\n', b"Start;Phone;Talk\n")
def test_any_bytes_are_read_or_refused_and_every_line_is_counted(data: bytes, head: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a"
        path.write_bytes(head + data)
        file = EvidenceFile("a.csv", path, hashlib.sha256(head + data).hexdigest(), len(head + data))
        try:
            batches = list(Adapter().read(file, OPTIONS))
        except UnreadableEvidence:
            return
    rows = [
        row
        for batch in batches
        for frame in (batch.records, batch.rejected)
        for row in frame["row"].to_list()
    ]
    assert len(rows) == len(set(rows))
    if head and not data.count(b'"') and not data.count(b"\0"):
        lines = (head + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[1:]
        filled = [line for line in lines if line.replace(b";", b"").strip()]
        assert len(rows) <= len(filled)
        assert rows[0] == 2
