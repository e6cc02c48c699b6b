"""Hearing: how often the moment of the answer is right, beside simple rules, and how fast it is heard.

    python benchmarks/audio.py [--corpus DIR ...] [--answers FILE] [--speed N]

Needs a corpus with ``labels.jsonl`` (docs/develop/label-and-retrain.md) and the cross-validated answers that
``make train-audio`` leaves: each recording was decided by models that never met its line. Intervals: bootstrap over lines.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
import soundfile
from numpy.typing import NDArray

from callwitness.audio.hearing import decide, listen_to
from callwitness.audio.line import Line
from callwitness.audio.smoothing import running_mean
from training.scores import HEAD, Answer, calibration_error, interval, is_right, score, surest
from training.truth import Label, labels

OPEN = Path(__file__).parents[2] / "shared" / "audio" / "open"
ANSWERS = Path("build/audio/answers.jsonl")
MODES = {"line": "whole line known", "earlier": "earlier calls known", "alone": "nothing known"}
GROUPS: tuple[tuple[str, Callable[[Label], bool]], ...] = (
    ("all", lambda label: bool(label["file"])),
    ("stereo", lambda label: label["channels"] == 2 and "dual_mono" not in label["tags"]),
    ("mono", lambda label: label["channels"] == 1),
    ("caller first", lambda label: "caller_first" in label["tags"]),
    ("message before", lambda label: "pre_message" in label["tags"]),
    ("second hold", lambda label: label["flow"] == "secondhold"),
    ("voicemail", lambda label: label["flow"] == "voicemail"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, action="append", help=f"default {OPEN}")
    parser.add_argument("--answers", type=Path, default=ANSWERS)
    parser.add_argument("--speed", type=int, default=60, help="recordings to time")
    options = parser.parse_args()
    corpora = options.corpus or [OPEN]
    if missing := [
        str(path)
        for path in (*(one / "labels.jsonl" for one in corpora), options.answers)
        if not path.exists()
    ]:
        print(f"Not measured: no {', '.join(missing)}. See docs/develop/label-and-retrain.md.")
        return
    said = [Answer(**json.loads(line)) for line in options.answers.read_text(encoding="utf-8").splitlines()]
    for corpus in corpora:
        rows = [row for row in labels(corpus) if "far_silent" not in row["tags"]]
        print(
            f"\n{corpus.name}: {len(rows)} recordings, {len({row['line'] for row in rows})} lines, cross-validated by line"
        )
        print_answers(rows, said)
    print_rules(corpora[0], [row for row in labels(corpora[0]) if "far_silent" not in row["tags"]])
    print_speed(corpora[0], labels(corpora[0])[: options.speed])


def print_answers(rows: Sequence[Label], said: Iterable[Answer]) -> None:
    """A row for each amount of line and each kind of call, with the interval of ok05."""
    answers: dict[str, dict[str, Answer]] = {mode: {} for mode in MODES}
    for one in said:
        answers[one.mode][one.file] = one
    strange = [row["file"] for row in rows if any(row["file"] not in own for own in answers.values())]
    if strange:
        print(
            f"no cross-validated answers for {len(strange)} of them, {strange[0]} first: train with this corpus, too"
        )
        return
    print(f"{'':36}{'n':>5}{HEAD}   ok05 95 %      ece  top80")
    for mode, name in MODES.items():
        own = answers[mode]
        told = {file: one.answer_at for file, one in own.items()}
        for group, belongs in GROUPS if mode != "earlier" else GROUPS[:1]:
            part = [row for row in rows if belongs(row)]
            if len(part) < 10:
                continue
            sure = np.array([own[row["file"]].confidence for row in part], np.float64)
            right = np.array([is_right(row, told[row["file"]]) for row in part])
            low, high = interval(part, partial(_ok05, told))
            print(
                f"{name + ', ' + group:36}{len(part):5}{score(part, told).row()}   {low:.3f}-{high:.3f}"
                f" {calibration_error(sure, right):6.3f} {surest(sure, right, 0.8):6.3f}"
            )


def _ok05(told: Mapping[str, float | None], part: Sequence[Label]) -> float:
    return score(part, told).ok05


def print_rules(corpus: Path, rows: Sequence[Label]) -> None:
    """Rules that people try first, on the same recordings."""
    print(f"\nsimple rules, {corpus.name:22}{'n':>5}{HEAD}")
    traces = {row["file"]: listen_to(corpus / row["file"]) for row in rows}
    rules: dict[str, dict[str, float | None]] = {
        "silence detection, sound after the longest sound": {},
        "end of the longest music": {},
        "first speech after the last music": {},
    }
    silence, music_end, speech_after = rules.values()
    for row in rows:
        side = traces[row["file"]].answering
        music = _runs(running_mean(side.classes[:, 1:3].sum(axis=1)[:, None], 21)[:, 0] > 0.5, 30)
        speech = _runs(running_mean(side.classes[:, 3:].sum(axis=1)[:, None], 5)[:, 0] > 0.5, 5)
        longest = max(music, key=lambda run: run[1] - run[0])[1] if music else None
        music_end[row["file"]] = None if longest is None or longest > len(side.classes) - 5 else longest / 10
        after = [start for start, _ in speech if not music or start >= music[-1][1] - 5]
        speech_after[row["file"]] = after[0] / 10 if after else None
        silence[row["file"]] = _after_longest_sound(corpus / row["file"], row["duration"])
    for name, told in rules.items():
        print(f"{name:36.36}{len(rows):5}{score(rows, told).row()}")


def _runs(true: NDArray[np.bool_], shortest: int) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], true, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a >= shortest]


def _after_longest_sound(path: Path, duration: float) -> float | None:
    """ffmpeg's silencedetect at -38 dB and 0.4 s."""
    command = [
        "ffmpeg",
        "-hide_banner",
        "-threads",
        "1",
        "-i",
        str(path),
        "-af",
        "silencedetect=n=-38dB:d=0.4",
        "-f",
        "null",
        "-",
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    starts = [float(value) for value in re.findall(r"silence_start: ([-\d.]+)", told)]
    ends = [float(value) for value in re.findall(r"silence_end: ([-\d.]+)", told)]
    begins = [0.0, *ends]
    sounds = [(a, b) for a, b in zip(begins, [*starts, duration], strict=False) if b - a > 0.2]
    if not sounds:
        return None
    longest = max(range(len(sounds)), key=lambda number: sounds[number][1] - sounds[number][0])
    return sounds[longest + 1][0] if longest + 1 < len(sounds) else None


def print_speed(corpus: Path, rows: Sequence[Label]) -> None:
    """The whole way from file to moment on one core, in times real time."""
    with tempfile.TemporaryDirectory() as folder:
        kinds = {
            "as it is": [corpus / row["file"] for row in rows],
            "WAV, G.711": [Path(folder) / f"{number}.wav" for number in range(len(rows))],
        }
        for row, path in zip(rows, kinds["WAV, G.711"], strict=True):
            soundfile.write(path, *soundfile.read(corpus / row["file"]), subtype="ULAW")
        length = sum(row["duration"] for row in rows)
        print(f"\nSpeed on one core, {length / 3600:.1f} h (CPU time)")
        for name, paths in kinds.items():
            start = time.process_time()
            traces = {str(path): listen_to(path) for path in paths}
            measured = time.process_time()
            lessons = Line({name: trace.heard for name, trace in traces.items()}).lessons
            taught = time.process_time()
            for file, trace in traces.items():
                decide(file, trace, lessons[file])
            done = time.process_time()
            parts = (measured - start, taught - measured, done - taught, done - start)
            print(f"{name:12} measured {length / parts[0]:6.0f}x, line {length / parts[1]:6.0f}x, "
                  f"decided {length / parts[2]:6.0f}x, all {length / parts[3]:6.0f}x")  # fmt: skip


if __name__ == "__main__":
    main()
