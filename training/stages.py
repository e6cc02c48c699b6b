"""The stages of learning, each on the outcome of the one before: classes of sound, the network, the weighing of candidates, belief."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import lightgbm
import numpy as np
from numpy.typing import NDArray

from callwitness.audio import answering
from callwitness.audio.answering import Answering, Network
from callwitness.audio.candidates import SPEECH, moments
from callwitness.audio.context import in_context
from callwitness.audio.evidence import Scene, evidence
from callwitness.audio.trees import Trees, softmax
from training import network, truth
from training.clips import MODES, Clip, Mode, weights
from training.export import to_trees

Floats: TypeAlias = NDArray[np.float32]
Numbers: TypeAlias = NDArray[np.float64]

_BLOCKS: Final = 90_000  # that the classes are learned from
_CLASSES: Final[dict[str, Any]] = {
    "objective": "multiclass", "num_class": 5, "learning_rate": 0.12, "num_leaves": 28, "max_depth": 8, "max_bin": 63,
    "min_data_in_leaf": 60, "feature_fraction": 0.4, "bagging_fraction": 0.6, "bagging_freq": 1,
    "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
_ROUNDS_OF_CLASSES: Final = 60
_WEIGHING: Final[dict[str, Any]] = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 16, "max_depth": 8, "max_bin": 127,
    "min_data_in_leaf": 20, "feature_fraction": 0.3, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 5,
    "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
_ROUNDS_OF_WEIGHING: Final = 250
_RARE: Final = 6.0  # how much more a right candidate weighs than a wrong one


@dataclass(frozen=True, slots=True)
class Heard:
    """What the classes say of a clip: (n, 5) of its side, and the speech of the caller's side where there is one."""

    classes: Floats
    near: Floats | None


@dataclass(frozen=True, slots=True)
class Case:
    """Candidates of a clip: seconds, their evidence, which are right; how much the clip counts."""

    times: Numbers
    rows: Floats
    right: NDArray[np.bool_]
    weight: float


def fit_classes(clips: Sequence[Clip]) -> Trees:
    """The classes of sound by 100 ms, from blocks spread evenly over the clips."""
    clips = [clip for clip in clips if truth.has_spans(clip.label)]
    every = max(1, sum(len(clip.blocks) for clip in clips) // _BLOCKS)
    rows = [_context(clip.blocks)[number % every :: every] for number, clip in enumerate(clips)]
    told = [
        truth.classes(clip.label, len(clip.blocks), clip.view)[number % every :: every]
        for number, clip in enumerate(clips)
    ]
    data = lightgbm.Dataset(np.concatenate(rows), np.concatenate(told))
    return to_trees(lightgbm.train(_CLASSES, data, _ROUNDS_OF_CLASSES))


def classified(clip: Clip, trees: Trees) -> Heard:
    """The classes of a clip and, in stereo, the caller's speech."""
    near = None
    if clip.near is not None:
        near = softmax(trees.scores(_context(clip.near)))[:, SPEECH].sum(axis=1)
    return Heard(softmax(trees.scores(_context(clip.blocks))), near)


def _context(blocks: NDArray[np.float16]) -> Floats:
    return in_context(blocks.astype(np.float32))


def inputs(clip: Clip, heard: Heard, mode: Mode) -> Floats:
    """What the network reads of a clip."""
    lesson = clip.lessons[mode]
    return answering.inputs(
        clip.blocks.astype(np.float32), heard.classes, lesson.share, lesson.others, lesson.company, heard.near
    )


def fit_network(
    clips: Sequence[Clip], heard: Sequence[Heard], passes: int, seed: int
) -> dict[str, NDArray[np.generic]]:
    """Arrays of one network, mean and scale of its inputs included."""
    rows = [
        [inputs(clip, told, mode).astype(np.float16) for mode in MODES]
        for clip, told in zip(clips, heard, strict=True)
    ]
    some = np.concatenate([three[0] for three in rows[:: max(1, len(rows) // 400)]]).astype(np.float32)
    mean, scale = some.mean(axis=0), 1 / (some.std(axis=0) + np.float32(0.05))
    examples = [
        network.Example(
            [((one.astype(np.float32) - mean) * scale).astype(np.float16) for one in three],
            truth.roles(clip.label, len(clip.blocks), clip.view),
            truth.answered(clip.label, len(clip.blocks)),
            truth.onset(clip.label, len(clip.blocks)),
        )
        for clip, three in zip(clips, rows, strict=True)
    ]
    often = [
        example
        for example, weight in zip(examples, weights(clips), strict=True)
        for _ in range(1 + (weight > 1.5))
    ]
    arrays = network.fit(often, passes, seed)
    return arrays | {"mean": np.tile(mean, network.PACE), "scale": np.tile(scale, network.PACE)}


def case(clip: Clip, heard: Heard, mode: Mode, said: Answering, weight: float) -> Case:
    """The candidates of a clip with their evidence."""
    lesson = clip.lessons[mode]
    energy = clip.energy.astype(np.float32)
    times = moments(heard.classes, lesson.share, energy, said.onset)
    scene = Scene(
        clip.blocks.astype(np.float32), heard.classes, lesson.share, lesson.others, energy, heard.near, lesson.company, said
    )  # fmt: skip
    return Case(times, evidence(scene, times), truth.right(clip.label, times), weight)


def listened(clip: Clip, heard: Heard, mode: Mode, networks: Sequence[Network]) -> Answering:
    """What the networks say of a clip."""
    return answering.heard_by(tuple(networks), inputs(clip, heard, mode))


def fit_weighing(cases: Sequence[Case]) -> Trees:
    """The score of a candidate from its evidence."""
    right = np.concatenate([one.right for one in cases])
    weight = np.repeat([one.weight for one in cases], [len(one.times) for one in cases]) * np.where(
        right, _RARE, 1.0
    )
    data = lightgbm.Dataset(np.concatenate([one.rows for one in cases]), right, weight=weight)
    return to_trees(lightgbm.train(_WEIGHING, data, _ROUNDS_OF_WEIGHING))
