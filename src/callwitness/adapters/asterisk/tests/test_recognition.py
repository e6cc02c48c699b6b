"""Files are known by their content alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.adapters.asterisk.adapter import Adapter
from callwitness.adapters.asterisk.tests.reading import SAMPLES, cdr
from callwitness.ingest.contract import EvidenceFile

LAYOUTS = {"lab/Master.csv": "cdr_csv", "lab/cel.csv": "cel_csv", "lab/queue_log": "queue_log"}


@pytest.mark.parametrize("name", LAYOUTS)
def test_samples_are_recognised(name: str) -> None:
    guess = Adapter().recognise((SAMPLES / name).read_bytes()[:65_536], "whatever.txt")
    assert guess is not None
    assert guess.layout == LAYOUTS[name]
    assert guess.confidence > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Date,Caller,Called,Duration,Status\n2026-03-02 10:00:00,79000000101,74950000101,65,answered\n",
        "start,finish,from,to,talk\n2026-03-02 10:00:00,2026-03-02 10:01:05,79000000101,101,60\n" * 5,
        "a|b|c\n1|2|3\n",
        "CREATE TABLE `invoices` (`id` int);\nINSERT INTO `invoices` VALUES (1);\n",
        "records;start;finish;answer;from_extension;from_number;to_extension;to_number;disconnect_reason\n;1;2;0;;7;10;7;1120\n",
        '{"entry_id":"x","call_id":"y"}\n',
    ],
)
def test_other_tables_are_left_to_others(text: str) -> None:
    assert Adapter().recognise(text.encode(), "cdr.csv") is None


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_are_judged(head: bytes) -> None:
    Adapter().recognise(head, "x")


def test_the_original_lines_are_given_back() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "Master.csv"
        path.write_text(cdr() + cdr(src="79000000102"))
        file = EvidenceFile("Master.csv", path, "", path.stat().st_size)
        texts = Adapter().originals(file, [(None, 2), (None, 9)])
    assert texts == {(None, 2): cdr(src="79000000102").strip()}
