"""What holds for any input: no bytes crash a check, no row is lost, no order of rows or arguments changes a verdict."""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.end_to_end.conftest import OFFICE, PROVIDER, QUEUE_LOG, Run
from tests.end_to_end.quick import TABLES, Quick, company, sums_hold
from tests.end_to_end.test_bad_input import MAIL, NOTIFICATION, PAGE

HEADER, *ROWS = PROVIDER.splitlines(keepends=True)
CDRS = OFFICE.splitlines(keepends=True)
SAMPLES = {
    "asterisk": [
        OFFICE,
        QUEUE_LOG,
        "INSERT INTO `cdr` VALUES ('2026-11-02 10:00:00','','1','2','','','','','',1,1,'ANSWERED',3,'','1.1','');\n",
    ],
    "mango": [NOTIFICATION * 3],
    "spreadsheet": [PROVIDER, PAGE],
    "email_report": [MAIL + PAGE],
}
CELLS = [
    "", " ", "-1", "0", "1e300", "-1e300", "NaN", "inf", "9" * 30, "9999-12-31 23:59:59", "0001-01-01 00:00:00",
    "2026-02-30 10:00:00", "1970-01-01 00:00:00", "\ufeff", "\ud7ff", "\u202e", "=1+1", '"', "'", "\\", "NULL", "\\N", "\t",
    "<b>", "%s", "{0}", "anonymous", "s", "+", "+" + "7" * 40, "00", "ж" * 300, "1793613601.1", "NONE", "99999999999",
]  # fmt: skip


@pytest.fixture(scope="module")
def bench() -> Iterator[Quick]:
    with tempfile.TemporaryDirectory() as folder:
        yield company(Path(folder))


def fresh(bench: Quick, *arguments: str) -> Run:
    return bench.check(*arguments, "--force", out="result")


def read_or_refused(bench: Quick, adapter: str, data: bytes) -> None:
    (bench.folder / "any").write_bytes(data)
    run = fresh(bench, f"provider={adapter}:any")
    assert run.code in (0, 2)
    if run.code == 0:
        sums_hold(run)
    else:
        assert "expected" in run.said or "the archive is damaged" in run.said


@pytest.mark.parametrize("adapter", sorted(SAMPLES))
def test_any_bytes_under_any_adapter_are_read_or_refused_with_a_sentence(bench: Quick, adapter: str) -> None:
    samples = [sample.encode() for sample in SAMPLES[adapter]]

    @settings(max_examples=15, deadline=None)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        sample = data.draw(st.sampled_from([b"", *samples]))
        at = data.draw(st.integers(0, len(sample)))
        over = data.draw(st.integers(0, 20))
        read_or_refused(bench, adapter, sample[:at] + data.draw(st.binary(max_size=60)) + sample[at + over :])

    holds()


@pytest.mark.parametrize("name", ["provider.csv", "Master.csv", "queue_log"])
def test_any_value_in_any_cell_costs_at_most_its_own_row(bench: Quick, name: str) -> None:
    original = {"provider.csv": PROVIDER, "Master.csv": OFFICE, "queue_log": QUEUE_LOG}[name]
    delimiter = "|" if name == "queue_log" else ","
    rows = list(csv.reader(io.StringIO(original), delimiter=delimiter))
    first = 1 if name == "provider.csv" else 0

    @settings(max_examples=15, deadline=None)
    @given(st.integers(first, len(rows) - 1), st.integers(0, len(rows[-1]) - 1), st.sampled_from(CELLS))
    def holds(row: int, column: int, cell: str) -> None:
        changed = [list(each) for each in rows]
        changed[row][column] = cell
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(changed)
        bench.write(f"changed/{name}", out.getvalue())
        files = {
            each: f"changed/{each}" if each == name else each
            for each in ("provider.csv", "Master.csv", "queue_log")
        }
        run = fresh(
            bench,
            f"provider={files['provider.csv']}",
            f"office={files['Master.csv']}",
            f"office={files['queue_log']}",
        )
        sums_hold(run)
        assert sum(source["rows"] for source in run.summary["sources"]) == 15
        assert len(run.table("rejected")) <= 1

    holds()


def judged(run: Run) -> list[tuple[str, ...]]:
    """The calls without what is derived from the places of rows."""
    names = ("started_at", "direction", "caller", "did", "verdict", "flags", "ended_at", "wait_s", "talk_s", "agent",
             "recovery", "source_ids")  # fmt: skip
    return sorted(tuple(call[name] for name in names) for call in run.table("calls"))


def matched(run: Run) -> Counter[tuple[str, ...]]:
    return Counter(
        tuple(value for name, value in match.items() if name != "call_id") for match in run.table("matches")
    )


def test_the_order_of_rows_changes_no_verdict_and_no_pair(bench: Quick) -> None:
    plain = fresh(bench, "provider=provider.csv", "office=Master.csv", "office=queue_log")
    expected = (judged(plain), matched(plain))

    @settings(max_examples=6, deadline=None)
    @given(st.permutations(ROWS), st.permutations(CDRS), st.permutations(QUEUE_LOG.splitlines(keepends=True)))
    def holds(rows: list[str], cdrs: list[str], events: list[str]) -> None:
        bench.write("shuffled/provider.csv", HEADER + "".join(rows))
        bench.write("shuffled/Master.csv", "".join(cdrs))
        bench.write("shuffled/queue_log", "".join(events))
        run = fresh(
            bench, "provider=shuffled/provider.csv", "office=shuffled/Master.csv", "office=shuffled/queue_log"
        )
        sums_hold(run)
        assert (judged(run), matched(run)) == expected

    holds()


def test_repeated_rows_are_duplicates_and_make_no_pair(bench: Quick) -> None:
    plain = fresh(bench, "provider=provider.csv", "office=Master.csv", "office=queue_log")
    verdicts = Counter(call["verdict"] for call in plain.table("calls"))
    pairs = sorted(m["native_call_id"] for m in plain.table("matches") if m["source"] == "office")

    @settings(max_examples=6, deadline=None)
    @given(st.lists(st.sampled_from(ROWS), max_size=8), st.lists(st.sampled_from(CDRS), max_size=8))
    def holds(rows: list[str], cdrs: list[str]) -> None:
        bench.write("doubled/provider.csv", PROVIDER + "".join(rows))
        bench.write("doubled/Master.csv", OFFICE + "".join(cdrs))
        run = fresh(bench, "provider=doubled/provider.csv", "office=doubled/Master.csv", "office=queue_log")
        sums_hold(run)
        assert Counter(call["verdict"] for call in run.table("calls")) == verdicts
        found = [m for m in run.table("matches") if m["match"] == "matched"]
        assert sorted(m["native_call_id"] for m in found if m["source"] == "office") == pairs
        assert len(found) == 2 * len(pairs)

    holds()


def test_every_order_of_four_arguments_gives_the_same_bytes(bench: Quick) -> None:
    bench.write("contractor.eml", MAIL + PAGE)
    arguments = (
        "provider=provider.csv",
        "office=Master.csv",
        "office=queue_log",
        "contractor=contractor.eml",
    )
    first: dict[str, bytes] = {}
    for order in itertools.permutations(arguments):
        run = fresh(bench, *order)
        sums_hold(run)
        found = {
            name: (run.out / name).read_bytes()
            for name in (*(f"{each}.csv" for each in TABLES), "report.html")
        }
        found["summary"] = str({**run.summary, "seconds": 0}).encode()
        first = first or found
        assert found == first, order


@settings(max_examples=5, deadline=None)
@given(
    st.permutations(
        ["provider@a=provider.csv", "provider@b=copy.csv", "office@x=Master.csv", "office@y=queue_log"]
    )
)
def test_the_order_of_sources_of_one_role_gives_the_same_bytes(order: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = company(Path(folder))
        bench.write("copy.csv", PROVIDER.replace("p", "q"))
        one = bench.check(*sorted(order))
        other = bench.check(*order)
        for name in (*(f"{each}.csv" for each in TABLES), "report.html"):
            assert (one.out / name).read_bytes() == (other.out / name).read_bytes(), name
