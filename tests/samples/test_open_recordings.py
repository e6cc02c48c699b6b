"""The open recordings: the whole way from file to fact hears there what the models were taught to hear.

Models and choices were made on these very recordings, so this is no measure of how well anybody is heard; the table in
docs/benchmarks.md is. It tells when decoding, measuring or deciding breaks.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

EVERY = 3
"""One line of so many: an hour and three quarters of sound."""
# The prototype, judged on lines that had not taught it.
LEAST_OK05, MOST_FALSE_ALARMS, MOST_UNHEARD = 0.838, 0.164, 0.03


@pytest.fixture(scope="module")
def scores(shared_audio: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """What the scorer of the recordings says of ``callwitness listen``."""
    folder = tmp_path_factory.mktemp("open")
    clips = shared_audio / "open"
    labels = [json.loads(line) for line in (clips / "labels.jsonl").read_text().splitlines()]
    lines = sorted({each["line"] for each in labels})[::EVERY]
    labels = [each for each in labels if each["line"] in lines]
    with (folder / "lines.csv").open("w", newline="") as table:
        csv.writer(table).writerows([("file", "line"), *((each["file"], each["line"]) for each in labels)])
    out = folder / "heard.jsonl"
    options = ["--lines", str(folder / "lines.csv"), "--library", str(folder / "library"), "--out", str(out)]
    files = [str(clips / each["file"]) for each in labels]
    command = [sys.executable, "-m", "callwitness", "listen", *files, *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = [json.loads(line) for line in out.read_text().splitlines()]
    heard = {each["file"]: each | {"answer_at": each["human_voice_s"]} for each in told}
    metrics: dict[str, float] = _scorer(shared_audio).metrics(labels, heard)
    return metrics


def _scorer(shared_audio: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", shared_audio / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_first_words_are_found_at_least_as_well_as_by_the_prototype(scores: dict[str, float]) -> None:
    assert scores["n"] > 90
    assert scores["ok05"] >= LEAST_OK05


def test_nobody_is_not_taken_for_a_person_more_often_than_by_the_prototype(scores: dict[str, float]) -> None:
    assert scores["FA"] <= MOST_FALSE_ALARMS
    assert scores["FU"] <= MOST_UNHEARD
