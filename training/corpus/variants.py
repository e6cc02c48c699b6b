"""Recordings once more with one thing changed, so that it is no cue: python -m training.corpus.variants WHICH --of DIR --out DIR

``zeros``: between the words of an answered call there is digital silence, as phones write that suppress it. ``machines``: agents
speak with the voices of machines, so that a timbre alone says nothing of who speaks; half of them with zeros as well. A variant
belongs to the fold of the line it was made from (``made_from``).
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from training.corpus.machine_voices import MESSAGES

RATE: Final = 8000
LINES: Final = {"zeros": 28, "machines": 40}
_VOICES: Final = {
    "en": ("en-us", "en-gb", "en-gb-scotland", "en-us+m3", "en-us+f2", "en-gb+m7", "en-gb+f4", "en-us+m1"),
    "ru": ("ru", "ru+f2", "ru+m3", "ru+m7", "ru+f4"),
    "uk": ("uk", "uk+f3", "uk+m2"),
}
_MOST_OVERLAP_S: Final = 0.4  # of both in one channel: the agent under the caller could not be exchanged

Sound: TypeAlias = npt.NDArray[np.float32]
Label: TypeAlias = dict[str, Any]


def main() -> None:
    """Read the command line and write the variants beside their labels."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=sorted(LINES))
    parser.add_argument("--of", type=Path, required=True, help="a folder with labels.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    labels = [
        json.loads(line) for line in (options.of / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    names = sorted({label["line"] for label in labels})
    rng = np.random.default_rng(5)
    chosen = set(rng.choice(names, min(LINES[options.which], len(names)), replace=False))
    options.out.mkdir(parents=True, exist_ok=True)
    with (options.out / "labels.jsonl").open("w", encoding="utf-8") as told:
        for label in labels:
            if label["line"] in chosen and (made := vary(options.which, label, options.of, rng)):
                sound, new = made
                soundfile.write(options.out / new["file"], sound, RATE, subtype="PCM_16")
                told.write(json.dumps(new) + "\n")


def vary(which: str, label: Label, folder: Path, rng: np.random.Generator) -> tuple[Sound, Label] | None:
    """The changed sound (n, channels) and its label; None where the change is not possible."""
    sound, _ = soundfile.read(folder / label["file"], dtype="float32", always_2d=True)
    sides = label["channels"] == 2 and "dual_mono" not in label["tags"]
    if which == "machines":
        if not sides and _overlap(label["operator_spans"], label["caller_spans"]) > _MOST_OVERLAP_S:
            return None
        exchange_agents(sound, label, sides, rng)
    if which == "zeros" or rng.random() < 0.5:
        silence_pauses(sound, label, sides, rng)
    name = f"{which}_{Path(label['file']).stem}.flac"
    changed = {"file": name, "line": f"{label['line']}-{which}", "made_from": label["line"]}
    return sound, label | changed | {"tags": [*label["tags"], which]}


def silence_pauses(sound: Sound, label: Label, sides: bool, rng: np.random.Generator) -> None:
    """Zeros where the answering side pauses after the connection; the caller's pauses too in half of the calls."""
    if label["answer_at"] is None:
        return
    spans = [
        span[:2] for name in ("operator", "hold", "tone", "announcement") for span in label[f"{name}_spans"]
    ]
    talk = np.arange(len(sound)) >= (label["connect_at"] or 0) * RATE
    pause = talk & ~_covered(spans, len(sound))
    caller = _covered(label["caller_spans"], len(sound))
    if not sides:
        sound[pause & ~caller] = 0
        return
    sound[pause, 1] = 0
    if rng.random() < 0.5:
        sound[~caller, 0] = 0


def exchange_agents(sound: Sound, label: Label, sides: bool, rng: np.random.Generator) -> None:
    """The agent's words are said by espeak-ng instead, as loud as they were, in A-law's coarseness."""
    language = str(rng.choice(["en", "en", "ru", "ru", "uk"]))
    voice = str(rng.choice(_VOICES[language]))
    manner = ["-v", voice, "-p", str(rng.integers(20, 80)), "-s", str(rng.integers(135, 190))]
    channel = sound.shape[1] - 1
    for start, end, *_ in label["operator_spans"]:
        first, last = round(start * RATE), min(round(end * RATE), len(sound))
        if last - first < RATE // 10:
            continue
        words = _said(manner, language, last - first, rng)
        level = float(np.sqrt(np.square(sound[first:last, channel]).mean()))
        words *= level / (float(np.sqrt(np.square(words).mean())) + 1e-6)
        words = _coarse(words + rng.normal(0, np.percentile(np.abs(sound[:, channel]), 5), len(words)))
        if sides:
            sound[first:last, 1] = words
        else:
            sound[first:last] = words[:, None]


def _said(manner: Sequence[str], language: str, count: int, rng: np.random.Generator) -> Sound:
    said = np.zeros(0, np.float32)
    while len(said) < count:
        text = str(rng.choice(MESSAGES[language]))
        command = ["espeak-ng", "--stdout", *manner, text]
        wav = subprocess.run(command, capture_output=True, check=True).stdout
        samples, rate = soundfile.read(io.BytesIO(wav), dtype="float32")
        part = soxr.resample(samples, rate, RATE).astype(np.float32)
        said = np.concatenate([said, part[int(np.argmax(np.abs(part) > 0.01)) :] if not len(said) else part])
    words = said[:count]
    words[-RATE // 40 :] *= np.linspace(1, 0, len(words[-RATE // 40 :]), dtype=np.float32)
    return words


def _coarse(sound: npt.NDArray[np.floating]) -> Sound:
    """Companded to 8 bits and back."""
    small = np.round(128 * np.sign(sound) * np.log1p(255 * np.minimum(np.abs(sound), 1)) / np.log(256)) / 128
    return (np.sign(small) * (256 ** np.abs(small) - 1) / 255).astype(np.float32)


def _covered(spans: Sequence[Sequence[float]], samples: int) -> npt.NDArray[np.bool_]:
    """Samples within the spans, and a moment around them."""
    mask = np.zeros(samples, bool)
    for start, end, *_ in spans:
        mask[max(0, round((start - 0.03) * RATE)) : round((end + 0.05) * RATE)] = True
    return mask


def _overlap(one: Sequence[Sequence[float]], other: Sequence[Sequence[float]]) -> float:
    return sum(max(0.0, min(a[1], b[1]) - max(a[0], b[0])) for a in one for b in other)


if __name__ == "__main__":
    main()
