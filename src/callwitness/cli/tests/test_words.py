"""``callwitness words``, as it is run, with a service on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from callwitness.services.transcripts.tests.conftest import Answer, Service, service
from callwitness.simulate.recordings import recording as sound

__all__ = ["service"]  # a fixture

KEY = "sk-invented"


def run(folder: Path, *arguments: str, key: str = KEY) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callwitness", "words", *arguments]
    environment = {**os.environ, "CALLWITNESS_SPEECH_KEY": key, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, capture_output=True, encoding="utf-8", check=False, cwd=folder, env=environment
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def facts(file: str, status: str = "answered", **more: object) -> str:
    spans = [[0.0, 1.0, "music"], [1.0, 3.0, "speech"]]
    row = {
        "file": file,
        "status": status,
        "duration_s": 3.0,
        "channels": "mono",
        "spans": spans,
        "problem": None,
    }
    return json.dumps({**row, **more}) + "\n"


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Three recordings and what was heard in them."""
    for name in ("a.wav", "b.wav", "c.wav"):
        (tmp_path / name).write_bytes(sound([("music", 1.0), ("speech", 2.0)], name))
    (tmp_path / "heard.jsonl").write_text(facts("a.wav") + facts("b.wav") + facts("c.wav"), "utf-8")
    return tmp_path


def asked(service: Service, *more: str) -> list[str]:
    return [
        ".",
        "--engine",
        "openai",
        "--url",
        service.url,
        "--language",
        "ru",
        "--heard",
        "heard.jsonl",
        *more,
    ]


def test_one_line_for_each_recording_in_order(calls: Path, service: Service) -> None:
    service.says("own_server.json")
    told = lines(run(calls, *asked(service)))
    assert [row["file"] for row in told] == ["a.wav", "b.wav", "c.wav"]
    assert told[0] == {
        "file": "a.wav", "language": "ru", "engine": "openai whisper-1", "problem": None,
        "segments": [{"side": "both", "start_s": 1.5, "end_s": 2.7, "text": "Слушаю вас",
                      "words": [[1.5, 2.1, "Слушаю"], [2.1, 2.7, "вас"]]}],
    }  # fmt: skip
    assert service.asked[0].headers["Authorization"] == f"Bearer {KEY}"


def test_without_facts_recordings_are_heard_first(calls: Path, service: Service) -> None:
    service.says("own_server.json")
    done = run(calls, "a.wav", "--engine", "openai", "--url", service.url, "--language", "ru")
    (told,) = lines(done)
    assert told["file"] == "a.wav"
    assert isinstance(told["segments"], list)


def test_card_numbers_are_not_printed(calls: Path, service: Service) -> None:
    service.answers = [Answer(body=b'{"text": "4111 1111 1111 1111"}')]
    assert "1111" not in run(calls, *asked(service)).stdout


def test_what_cannot_be_read_says_why_and_the_others_go_on(calls: Path, service: Service) -> None:
    service.says("own_server.json")
    (calls / "a.wav").write_bytes(b"nothing")
    rows = (
        facts("a.wav")
        + "{broken\n"
        + facts("b.wav", "unreadable", problem="Only a header.")
        + '{"file": "x"}\n'
    )
    (calls / "heard.jsonl").write_text(rows, "utf-8")
    done = run(calls, *asked(service))
    first, second, third = lines(done)
    assert first["problem"]
    assert second["problem"] == "Only a header."
    assert "not among those heard" in third["problem"]
    assert done.stderr.count("expected a line of callwitness listen") == 2


def test_a_key_that_is_refused_ends_it_after_three(calls: Path, service: Service) -> None:
    service.answers = [service.refuses(401, KEY)]
    (calls / "d.wav").write_bytes((calls / "a.wav").read_bytes())
    with (calls / "heard.jsonl").open("a", encoding="utf-8") as file:
        file.write(facts("d.wav"))
    done = run(calls, *asked(service))
    assert done.returncode == 2
    assert "3 recordings in a row" in done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert KEY not in done.stdout + done.stderr


def test_channels_are_told_apart_also_where_the_caller_is_right(tmp_path: Path, service: Service) -> None:
    rng = np.random.default_rng(1)
    stereo = np.zeros((6 * 8000, 2))
    stereo[8000:24_000, 0] = rng.normal(0, 0.2, 16_000)  # the side called, left
    stereo[32_000:40_000, 1] = rng.normal(0, 0.2, 8_000)  # the caller, right
    soundfile.write(tmp_path / "a.wav", stereo, 8000)
    spans = [[0, 1, "quiet"], [1, 3, "speech_far"], [3, 4, "quiet"], [4, 5, "speech_near"], [5, 6, "quiet"]]
    (tmp_path / "heard.jsonl").write_text(
        facts("a.wav", channels="stereo", spans=spans, duration_s=6.0), "utf-8"
    )
    service.answers = [Answer(body=b'{"text": "one"}')]
    (told,) = lines(run(tmp_path, *asked(service)))
    assert [(each["side"], each["start_s"]) for each in told["segments"]] == [("far", 0.75), ("near", 3.75)]
    far, near = (len(call.body) for call in service.asked)
    assert far > near
    assert all(loud(call.body) > 1000 for call in service.asked)


def loud(body: bytes) -> float:
    """Mean loudness of the WAV in a form."""
    start = body.index(b"data") + 8
    return float(np.abs(np.frombuffer(body[start : start + 16_000], "<i2").astype(float)).mean())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--engine", "none", "--language", "en"], "no engine called 'none'"),
        (["--engine", "whisper", "--language", "en"], "needs a model"),
        (["--engine", "whisper", "--language", "en", "--model", "x", "--beam", "9"], "expected 1 to 5"),
        (
            ["--engine", "openai", "--language", "en", "--url", "http://127.0.0.1:9", "--heard", "none"],
            "--heard none",
        ),
    ],
)
def test_wrong_usage_is_a_sentence(calls: Path, arguments: list[str], sentence: str) -> None:
    done = run(calls, "a.wav", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""


def test_a_language_must_be_told(calls: Path) -> None:
    assert run(calls, "a.wav", "--engine", "whisper").returncode == 2
