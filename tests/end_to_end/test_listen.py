"""``callwitness listen`` and ``library`` as a stranger runs them: real codecs, real processes, synthetic calls."""

from __future__ import annotations

import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Page, sync_playwright

from callwitness.audio.heard import KINDS, STATUSES
from callwitness.simulate.recordings import recording

pytestmark = pytest.mark.real("real codecs", commands=("ffmpeg",))

FIELDS = [
    "file", "status", "human_voice_s", "connect_s", "confidence", "method", "duration_s", "channels", "spans", "known",
    "silence", "problem",
]  # fmt: skip
PROMPT = "the prompt of this line"


def run(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "callwitness", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, encoding="utf-8")


def told(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def call(own: str, *spans: tuple[str, float]) -> bytes:
    """A recording: announcements are the line's and always the same, all else is this call's own."""
    target = io.BytesIO()
    with wave.open(target, "wb") as joined:
        joined.setparams((1, 2, 8000, 0, "NONE", ""))
        for span in spans:
            seed = PROMPT if span[0] == "announcement" else f"{own} {span}"
            with wave.open(io.BytesIO(recording([span], seed)), "rb") as part:
                joined.writeframes(part.readframes(part.getnframes()))
    return target.getvalue()


def files(rows: list[dict[str, Any]]) -> list[str]:
    return [row["file"] for row in rows]


def converted(source: Path, target: Path, *options: str) -> None:
    subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", source, *options, target],
        check=True,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lines of recordings in many formats, and broken ones among them."""
    folder = tmp_path_factory.mktemp("calls")
    for line in ("продажи", "support"):
        (folder / line).mkdir()
    for number in range(1, 5):
        waits = ("ringback", 3.0 + number), ("announcement", 8.0)
        spans = [*waits, ("silence", 15.0)] if number == 2 else [*waits, ("silence", 2.0), ("speech", 20.0)]
        (folder / "support" / f"{number}.wav").write_bytes(call(str(number), *spans))
    first = folder / "support" / "1.wav"
    converted(first, folder / "продажи" / "1 звонок.opus", "-c:a", "libopus", "-b:a", "16k")
    converted(first, folder / "продажи" / "2.mp3", "-c:a", "libmp3lame", "-b:a", "32k")
    converted(first, folder / "продажи" / "3.gsm.wav", "-c:a", "gsm_ms")
    converted(first, folder / "продажи" / "4.m4a", "-c:a", "aac", "-b:a", "48k")
    (folder / "support" / "empty.wav").write_bytes(b"")
    (folder / "support" / "text.wav").write_text("This is no sound.\n" * 100)
    return folder


@pytest.fixture(scope="module")
def heard(calls: Path) -> list[dict[str, Any]]:
    return told(run("listen", calls, "--lines-from-folders"))


def test_one_line_for_each_recording_in_order_and_whole(heard: list[dict[str, Any]]) -> None:
    assert files(heard) == [
        "support/1.wav", "support/2.wav", "support/3.wav", "support/4.wav", "support/empty.wav", "support/text.wav",
        "продажи/1 звонок.opus", "продажи/2.mp3", "продажи/3.gsm.wav", "продажи/4.m4a",
    ]  # fmt: skip
    for row in heard:
        assert list(row) == FIELDS
        assert row["status"] in STATUSES
        assert 0 <= row["confidence"] <= 1
        assert (row["human_voice_s"] is None) or row["status"] in {"answered", "unsure"}


def test_stretches_tile_the_recording(heard: list[dict[str, Any]]) -> None:
    for row in heard:
        if row["status"] == "unreadable":
            assert row["spans"] == []
            continue
        ends = [0, *(end for _, end, _ in row["spans"])]
        assert [start for start, _, _ in row["spans"]] == ends[:-1]
        assert ends[-1] == pytest.approx(row["duration_s"], abs=0.001)
        assert {kind for _, _, kind in row["spans"]} <= set(KINDS)
        assert 25 <= row["duration_s"] <= 40.2
        assert row["channels"] == "mono"


def test_broken_ones_have_a_sentence_and_stop_nobody(heard: list[dict[str, Any]]) -> None:
    broken = [row for row in heard if row["status"] == "unreadable"]
    assert files(broken) == ["support/empty.wav", "support/text.wav"]
    assert all(re.fullmatch(r"[A-Z].{10,}\.", row["problem"]) for row in broken)


def test_bad_input_is_told_in_sentences_and_never_taken_for_an_answer(tmp_path: Path) -> None:
    noise = np.random.default_rng(5)
    tone = 0.3 * np.sin(2 * np.pi * 300 * np.arange(160_000) / 8000)
    soundfile.write(tmp_path / "0.2 s.wav", 0.1 * noise.standard_normal(1600), 8000)
    soundfile.write(tmp_path / "96 kHz.wav", 0.1 * noise.standard_normal(480_000), 96_000)
    soundfile.write(tmp_path / "offset.wav", 0.5 + 0.01 * noise.standard_normal(80_000), 8000)
    soundfile.write(tmp_path / "silence.wav", np.zeros(80_000), 8000)
    soundfile.write(tmp_path / "far side silent.wav", np.stack([tone, 0 * tone], axis=1), 8000)
    soundfile.write(tmp_path / "tone.wav", tone, 8000)
    whole = (tmp_path / "tone.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[:100_001])
    (tmp_path / "crashed.wav").write_bytes(whole[:4] + bytes(4) + whole[8:40] + bytes(4) + whole[44:])
    (tmp_path / "header.wav").write_bytes(whole[:44])
    (tmp_path / "noise.mp3").write_bytes(noise.bytes(50_000))
    rows = {row["file"]: row for row in told(run("listen", tmp_path))}
    assert len(rows) == 10
    statuses = {file: row["status"] for file, row in rows.items()}
    assert "answered" not in statuses.values()
    assert {file for file, status in statuses.items() if status == "unreadable"} == {
        "header.wav", "noise.mp3", "silence.wav",
    }  # fmt: skip
    assert (rows["far side silent.wav"]["silence"], statuses["far side silent.wav"]) == ("far", "unsure")
    assert rows["cut.wav"]["duration_s"] == pytest.approx(6.25, abs=0.1)
    assert rows["crashed.wav"]["duration_s"] == 20.0
    fine = {"96 kHz.wav", "offset.wav", "tone.wav"}
    assert {file for file, row in rows.items() if row["problem"] is None} == fine
    assert "second" in rows["0.2 s.wav"]["problem"]


def test_what_sounds_in_two_recordings_is_known(heard: list[dict[str, Any]]) -> None:
    support = {row["file"]: row for row in heard if row["file"].startswith("support/")}
    assert set(support["support/1.wav"]["known"]) & set(support["support/3.wav"]["known"])


def test_facts_depend_on_the_set_of_files_and_not_on_their_order(
    calls: Path, heard: list[dict[str, Any]]
) -> None:
    named = [path for path in sorted(calls.rglob("*")) if path.is_file()]
    random.Random(4).shuffle(named)
    again = told(run("listen", *named, "--lines-from-folders"))
    assert files(again) == [path.relative_to(calls).as_posix() for path in named]
    assert {row["file"]: row for row in again} == {row["file"]: row for row in heard}


def test_a_copy_and_a_file_named_twice_teach_nothing(calls: Path, tmp_path: Path) -> None:
    original, copy = tmp_path / "a.wav", tmp_path / "b.wav"
    for place in (original, copy):
        shutil.copy(calls / "support" / "1.wav", place)
    (alone,) = told(run("listen", original))
    rows = told(run("listen", original, copy, original))
    assert files(rows) == ["a.wav", "b.wav", "a.wav"]
    assert [{**row, "file": ""} for row in rows] == [{**alone, "file": ""}] * 3


def test_causal_a_recording_knows_only_what_was_before(calls: Path) -> None:
    support = [calls / "support" / f"{number}.wav" for number in (1, 3, 4)]
    (first,) = told(run("listen", support[0]))
    causal = told(run("listen", *support[::-1], "--causal"))
    assert {**causal[-1], "known": []} == {**first, "known": []}


def test_alone_nobody_teaches_anybody(calls: Path) -> None:
    support = [calls / "support" / f"{number}.wav" for number in (1, 3)]
    apart = [told(run("listen", each))[0] for each in support]
    assert told(run("listen", *support, "--library", "none")) == apart


def test_a_library_remembers_and_takes_corrections(calls: Path, tmp_path: Path) -> None:
    kept = tmp_path / "libraries"
    support = calls / "support"
    told(run("listen", support / "1.wav", support / "3.wav", "--library", kept, "--line", "support"))
    listed = run("library", "list", kept)
    assert listed.returncode == 0, listed.stderr
    ident = re.findall(r"(?m)^(k[0-9a-f]+) ", listed.stdout)[0]
    (row,) = told(run("listen", support / "4.wav", "--library", kept, "--line", "support"))
    assert ident in re.findall(r"k[0-9a-f]+", " ".join(row["known"]))
    assert run("library", "name", kept, ident, "Hold music").returncode == 0
    assert run("library", "answer", kept, "support", ident).returncode == 0
    assert re.search(rf"{ident}\s+Hold music .* yes", run("library", "list", kept, "support").stdout)
    assert run("library", "answer", kept, ident, "--no").returncode == 0
    assert run("library", "play", kept, ident, "--to", tmp_path / "piece.wav").returncode == 0
    assert (tmp_path / "piece.wav").stat().st_size > 8000
    assert run("library", "forget", kept, ident).returncode == 0
    assert ident not in run("library", "list", kept).stdout
    gone = run("library", "name", kept, ident, "x")
    assert (gone.returncode, "no piece" in gone.stderr) == (2, True)


def player(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_piece_that_cannot_be_played_is_pointed_at(
    calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, players = tmp_path / "libraries", tmp_path / "players"
    players.mkdir()
    told(run("listen", calls / "support" / "1.wav", calls / "support" / "3.wav", "--library", kept))
    ident = re.findall(r"(?m)^(k[0-9a-f]+) ", run("library", "list", kept).stdout)[0]
    (clip,) = kept.rglob(f"{ident}*.flac")
    monkeypatch.setenv("PATH", str(players))
    without = run("library", "play", kept, ident)
    assert (without.returncode, without.stdout) == (2, "")
    assert (
        without.stderr
        == f"callwitness: {ident} cannot be played, there is no player here; its sound is in {clip}\n"
    )
    player(players, "ffplay", "echo 'ALSA lib: no card\naudio open failed' >&2")  # it ends well all the same
    player(players, "play", "echo 'ALSA lib: no card' >&2; exit 136")
    silent = run("library", "play", kept, ident)
    assert (silent.returncode, silent.stdout, silent.stderr.count("\n")) == (2, "", 1)
    assert f"no loudspeaker that a player can use here; its sound is in {clip}" in silent.stderr
    player(players, "mpv", f'echo "$3" > {players}/played; echo noise; echo noise >&2')
    played = run("library", "play", kept, ident)
    assert (played.returncode, played.stdout, played.stderr) == (0, "", "")
    assert (players / "played").read_text().strip() == str(clip)


def test_results_go_to_a_file_and_words_to_the_terminal(calls: Path, tmp_path: Path) -> None:
    out = tmp_path / "heard.jsonl"
    done = run("listen", calls / "support" / "1.wav", "--out", out, "--lang", "ru")
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 запись" in done.stderr
    assert json.loads(out.read_text("utf-8"))["file"] == "1.wav"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch.wav", "support/1.wav"], "no such file or folder: nosuch.wav"),
        (["support/1.wav", "--line", "a", "--lines-from-folders"], "exclude each other"),
        (["support/1.wav", "--lines", "nosuch.csv"], "nosuch.csv: no such file"),
        (["support/1.wav", "--causal", "--library", "none"], "take one"),
        (["support/1.wav", "--out", "support/1.wav"], "is one of the recordings"),
        (["support/1.wav", "--report", "support"], "is no part of such a page"),
        (["support/1.wav", "--out", "/dev/full"], "/dev/full: cannot be written: No space left on device"),
        (["support/1.wav", "--line", "\x1b[2J"], "--line: expected a name"),
    ],
)
def test_what_nobody_can_mean_is_refused(calls: Path, arguments: list[str], said: str) -> None:
    done = run("listen", *arguments, cwd=calls)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_rows_of_a_table_of_lines_are_listed_and_the_others_go_on(calls: Path, tmp_path: Path) -> None:
    table = tmp_path / "map.csv"
    table.write_text("file,line\n1.wav,a\nnosuch.wav,a\n", "utf-8")
    done = run("listen", calls / "support" / "1.wav", "--lines", table)
    assert files(told(done)) == ["1.wav"]
    assert f"{table}, row 3: nosuch.wav: not among the recordings." in done.stderr


def test_broken_off_it_leaves_no_process_and_no_folder_behind(tmp_path: Path) -> None:
    long = tmp_path / "long"
    long.mkdir()
    sound = recording([("speech", 300.0)], "long")
    for number in range(40):
        (long / f"{number}.wav").write_bytes(sound + bytes(number))
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    command = [sys.executable, "-m", "callwitness", "listen", str(long)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(waiting)},
        start_new_session=True,
    )  # fmt: skip
    while not list(waiting.glob("callwitness-*/*.npz")):
        assert process.poll() is None, process.stderr
    workers = _children(process.pid)
    assert workers
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode not in (0, None)
    assert list(waiting.iterdir()) == []
    assert _all_end(workers)


def _all_end(pids: list[int]) -> bool:
    """They may take a moment; one that ended and that nobody buries has the state Z."""
    for _ in range(200):
        stats = [Path(f"/proc/{pid}/stat") for pid in pids]
        if not [stat for stat in stats if stat.exists() and ") Z " not in stat.read_text("utf-8")]:
            return True
        time.sleep(0.1)
    return False


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8")
    return [int(each) for each in text.split()]


@pytest.fixture(scope="module")
def page(calls: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of the calls in a browser, from its folder, as it would be sent to somebody."""
    folder = tmp_path_factory.mktemp("report")
    done = run("listen", calls, "--lines-from-folders", "--report", folder)
    assert done.returncode == 0, done.stderr
    with sync_playwright() as tools:
        browser = tools.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        shown = browser.new_page()
        problems: list[str] = []
        shown.on("pageerror", lambda error: problems.append(str(error)))
        shown.goto((folder / "index.html").as_uri())
        yield shown
        browser.close()
        assert problems == []


@pytest.mark.real("the page of listening", commands=("chromium", "ffmpeg"))
def test_the_page_plays_from_five_seconds_before_the_moment(page: Page) -> None:
    card = page.locator(".rec[data-sound]").first
    card.locator(".jump").click()
    page.wait_for_function(
        "() => !document.getElementById('sound').paused && document.getElementById('sound').readyState > 2"
    )
    at = page.evaluate("document.getElementById('sound').currentTime")
    begin = float(card.get_attribute("data-jump") or "nan")
    assert begin - 0.1 <= at
    page.keyboard.press(" ")
    page.wait_for_function("() => document.getElementById('sound').paused")


@pytest.mark.real("the page of listening", commands=("chromium", "ffmpeg"))
def test_the_page_is_gone_through_by_keys_filtered_and_searched(page: Page) -> None:
    names = page.locator(".rec h2")
    assert names.count() == 10
    page.locator('[data-show="unreadable"]').click()
    assert page.locator(".rec:visible").count() == 2
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.locator(".rec.now h2").inner_text() == page.locator(".rec:visible h2").nth(1).inner_text()
    page.locator('[data-show=""]').click()
    page.keyboard.press("/")
    page.keyboard.type("звонок")
    assert page.locator(".rec:visible h2").all_inner_texts() == ["продажи/1 звонок.opus"]
    page.keyboard.press("Escape")
    assert page.locator(".rec:visible").count() == 10
