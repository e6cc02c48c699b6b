"""The recordings of a corpus as pass 1 measures them, and what each teaches the others: with the whole line, with earlier calls only, alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Literal, TypeAlias

import numpy as np
import soundfile
from numpy.typing import NDArray

from callwitness.audio.features import RATE, Measures, Meter
from callwitness.audio.line import Lesson, Line, alone
from callwitness.audio.recurring import Print
from training.truth import Label, View, labels

Mode: TypeAlias = Literal["line", "earlier", "alone"]

MODES: Final[tuple[Mode, ...]] = ("line", "earlier", "alone")


@dataclass(frozen=True, slots=True)
class Clip:
    """One side of one recording. view: the only channel, the far one of two, or both mixed (to learn from, never to score).
    near: measures of the caller's side. lessons: what is known of it, by how much of its line is at hand.
    """

    label: Label
    view: View
    blocks: NDArray[np.float16]
    energy: NDArray[np.float16]
    near: NDArray[np.float16] | None
    lessons: Mapping[Mode, Lesson]

    @property
    def scored(self) -> bool:
        return self.view != "mix"


def clips(folders: Sequence[Path], processes: int) -> list[Clip]:
    """All recordings of corpora that have a ``labels.jsonl``. Recordings are 8 kHz, of one or two channels."""
    work = [(folder, line) for folder in folders for line in _by_line(labels(folder))]
    with get_context("spawn").Pool(processes) as pool:
        return [clip for line in pool.imap(_line, work) for clip in line]


def _by_line(rows: Iterable[Label]) -> list[list[Label]]:
    lines: dict[str, list[Label]] = {}
    for row in rows:
        if "far_silent" not in row["tags"]:  # a fault of the recording: it is never decided
            lines.setdefault(row["line"], []).append(row)
    return list(lines.values())


def _line(work: tuple[Path, list[Label]]) -> list[Clip]:
    folder, rows = work
    measured = {row["file"]: _measured(folder / row["file"], "dual_mono" in row["tags"]) for row in rows}
    prints = {name: _print(sides.get("far") or sides["mono"]) for name, sides in measured.items()}
    whole, earlier = Line(prints).lessons, Line(prints, causal=True).lessons
    made = []
    for number, row in enumerate(rows):
        name, sides = row["file"], measured[row["file"]]
        near = sides["near"].blocks.astype(np.float16) if "near" in sides else None
        lessons: dict[Mode, Lesson] = {
            "line": whole[name],
            "earlier": earlier[name],
            "alone": alone(prints[name]),
        }
        view: View = "far" if "far" in sides else "mono"
        made.append(_clip(row, view, sides[view], near, lessons))
        if "mix" in sides and number % 2:  # half of them: enough to learn from
            made.append(_clip(row, "mix", sides["mix"], None, lessons))
    return made


def _clip(
    label: Label, view: View, side: Measures, near: NDArray[np.float16] | None, lessons: Mapping[Mode, Lesson]
) -> Clip:
    return Clip(label, view, side.blocks.astype(np.float16), side.energy.astype(np.float16), near, lessons)


def _measured(path: Path, twice: bool) -> dict[str, Measures]:
    sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE:
        raise ValueError(f"{path}: {rate} Hz, expected {RATE}")
    if sound.shape[1] == 1 or twice:
        return {"mono": _meter(sound[:, 0])}
    return {"near": _meter(sound[:, 0]), "far": _meter(sound[:, 1]), "mix": _meter(sound.mean(axis=1))}


def _meter(sound: NDArray[np.float32]) -> Measures:
    meter = Meter()
    meter.feed(np.ascontiguousarray(sound))
    return meter.finish()


def _print(side: Measures) -> Print:
    return Print(side.marks, side.bands, np.zeros(len(side.blocks), np.uint8))


def folds(made: Sequence[Clip], count: int) -> dict[str, int]:
    """A fold for every line, lines of each corpus spread evenly. What was made from a line shares its fold."""
    origin = {clip.label["line"]: clip.label.get("made_from", clip.label["line"]) for clip in made}
    told: dict[str, int] = {}
    for split in sorted({clip.label["split"] for clip in made}):
        names = sorted({origin[clip.label["line"]] for clip in made if clip.label["split"] == split})
        order = np.random.default_rng(0).permutation(len(names))
        told |= {names[place]: number % count for number, place in enumerate(order)}
    return {line: told[first] for line, first in origin.items()}


def weights(made: Sequence[Clip]) -> list[float]:
    """How much each clip counts, so that a small corpus is not drowned by a large one: up to three times as much."""
    many = Counter(clip.label["split"] for clip in made)
    return [min(3.0, max(many.values()) / many[clip.label["split"]]) for clip in made]
