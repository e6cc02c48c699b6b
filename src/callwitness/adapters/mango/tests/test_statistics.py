import hashlib
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.mango.adapter import Adapter
from callwitness.domain.errors import UnreadableEvidence
from callwitness.domain.schema import RECORDS
from callwitness.ingest.contract import REJECTED, EvidenceFile, NumberPlan, ReadOptions

OPTIONS = ReadOptions(numbers=NumberPlan("RU"))
T = 1_793_599_200
HEADER = "records;start;finish;answer;from_extension;from_number;to_extension;to_number;disconnect_reason;line_number;location"


def row(
    start: int,
    end: int,
    answer: int = 0,
    caller: str = "79000000001",
    place: str = "abonent",
    ext: str = "101",
    entry: str = "",
) -> str:
    answered = T + answer if answer else 0
    cells = f"[];{T + start};{T + end};{answered};;{caller};{ext};sip:a@example.com;1110;74950000001;{place}"
    return f"{cells};{entry}" if entry else cells


def read(*files: str, **options: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    adapter, given_options = Adapter(), ReadOptions(numbers=NumberPlan("RU"), options=options)
    records, rejected = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number, text in enumerate(files):
            path = Path(folder) / str(number)
            path.write_text(text, newline="")
            file = EvidenceFile(f"{number}.csv", path, hashlib.sha256(text.encode()).hexdigest(), len(text))
            for batch in adapter.read(file, given_options):
                records.append(RECORDS.conform(batch.records))
                rejected.append(REJECTED.conform(batch.rejected))
    whole = RECORDS.concat(records)
    return whole.with_columns(rec=pl.int_range(whole.height, dtype=pl.Int64)), REJECTED.concat(rejected)


def families(*rows: str) -> list[list[int]]:
    records, _ = read("\n".join(rows) + "\n")
    legs = Adapter().legs(records, OPTIONS).sort("rec")
    groups = legs.group_by("native_call_id", maintain_order=True).agg("rec")
    return groups["rec"].to_list()


def test_with_and_without_header_the_rows_are_the_same() -> None:
    rows = f"{row(0, 60, 10)}\n{row(100, 120)}\n"
    bare, _ = read(rows)
    headed, _ = read(f"{HEADER}\n{rows}")
    assert bare.drop("row", "evidence").equals(headed.drop("row", "evidence"))
    assert headed["row"].to_list() == [2, 3]


def test_an_entry_id_stands_last_or_first_or_where_it_was_asked_for() -> None:
    last, _ = read(row(0, 60, 10, entry="E1") + "\n")
    first, _ = read("E1;" + row(0, 60, 10) + "\n")
    fields = "start,finish,answer,entry_id,location,from_number"
    asked, _ = read(f"{T};{T + 60};{T + 10};E1;abonent;79000000001\n", fields=fields)
    assert [each["native_call_id"][0] for each in (last, first, asked)] == ["E1"] * 3


def test_legs_without_entry_id_are_one_call_when_one_follows_from_another() -> None:
    assert families(
        row(0, 10, place="ivr", ext=""), row(10, 30), row(10, 90, 20, ext="102"), row(300, 310)
    ) == [[0, 1, 2], [3]]


def test_two_callers_at_once_stay_two_and_withheld_ones_are_nobody() -> None:
    assert families(row(0, 60, 5), row(2, 50, 9, caller="79000000002")) == [[0], [1]]
    assert families(row(0, 60, 5, caller="anonymous"), row(2, 50, 9, caller="anonymous")) == [[0], [1]]
    assert families(
        row(0, 9, caller="anonymous", place="queue", ext=""), row(9, 50, 12, caller="anonymous")
    ) == [[0, 1]]


def test_rows_that_cannot_be_get_a_sentence() -> None:
    records, rejected = read(
        "\n".join([row(0, 60), row(60, 0), "[];x;1;0;;1;;;;;ivr", "[];1", row(0, 5)]) + "\n"
    )
    assert records["row"].to_list() == [1, 5]
    assert rejected["row"].to_list() == [2, 3, 4]
    assert all(reason.startswith("expected") for reason in rejected["reason"])


def test_a_shift_of_three_hours_is_found_by_events_of_the_same_calls() -> None:
    events = "".join(
        f'{{"entry_id": "E{at}", "call_id": "L{at}", "call_state": "Appeared", "timestamp": {T + at}}}\n'
        for at in range(3)
    )
    table = "".join(row(at + 10_800, at + 10_860, entry=f"E{at}") + "\n" for at in range(3))
    records, _ = read(events, table)
    settled, notes = Adapter().settle(records, OPTIONS)
    assert settled.filter(pl.col("witness") == "statistics")["started_at"].to_list() == [
        (T + at) * 1000 for at in range(3)
    ]
    assert [(note.code, note.params["hours"]) for note in notes] == [("statistics_shifted", 3)]


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(UnreadableEvidence, match="Mango"):
        read('"","79000000001","100","from-trunk"\n')


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet='0123456789;[]abivr"\n\r ', max_size=80), max_size=5))
def test_every_line_is_a_record_or_rejected(lines: list[str]) -> None:
    text = f"{HEADER}\n{row(0, 60)}\n" + "\n".join(line.replace('"', "") for line in lines)
    records, rejected = read(text)
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert sorted([*records["row"], *rejected["row"]]) == [
        at for at, line in enumerate(plain, 1) if at > 1 and line
    ]
