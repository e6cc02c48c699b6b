"""Learning by cross-validation grouped by line: what judges a line was learned from other lines.

One leak of the second order stays: the classes of sound that a network learns from are told by models that met every fold but
the recording's own, so also the fold that the network will judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from callwitness.audio.answering import Network
from training import stages
from training.belief import Scored, choice, fit_belief, fit_curve
from training.clips import MODES, Clip, folds, weights
from training.scores import Answer, is_right
from training.truth import has_spans

Arrays: TypeAlias = dict[str, NDArray[np.generic]]

FOLDS: Final = 4


@dataclass(frozen=True, slots=True)
class Validated:
    """networks: one of each fold. cases: evidence of all clips that are scored. belief: slope and nobody. curve, alone: see
    ``decide.Judge``.
    """

    networks: list[Arrays]
    cases: list[stages.Case]
    belief: tuple[float, float]
    curve: NDArray[np.float64]
    alone: NDArray[np.float64]
    answers: list[Answer]


def cross_validate(made: Sequence[Clip], passes: int, say: Callable[[str], None]) -> Validated:
    """Every stage fold by fold. passes: of the network over the corpus."""
    fold = folds(made, FOLDS)
    of = [fold[clip.label["line"]] for clip in made]
    heard: list[stages.Heard] = [None] * len(made)  # type: ignore[list-item]
    for number in range(FOLDS):
        trees = stages.fit_classes([clip for clip, own in zip(made, of, strict=True) if own != number])
        for place, clip in enumerate(made):
            if of[place] == number:
                heard[place] = stages.classified(clip, trees)
        say(f"classes, fold {number + 1} of {FOLDS}")
    networks = []
    for number in range(FOLDS):
        others = [place for place, clip in enumerate(made) if of[place] != number and has_spans(clip.label)]
        networks.append(
            stages.fit_network(
                [made[place] for place in others], [heard[place] for place in others], passes, number
            )
        )
        say(f"network, fold {number + 1} of {FOLDS}")
    return weighed(made, heard, of, networks, say)


def weighed(
    made: Sequence[Clip],
    heard: Sequence[stages.Heard],
    of: Sequence[int],
    networks: list[Arrays],
    say: Callable[[str], None],
) -> Validated:
    """The stages after the network."""
    keys = [(place, mode) for place, clip in enumerate(made) if clip.scored for mode in MODES]
    parsed = [Network.from_arrays(arrays) for arrays in networks]
    counts = weights(made)
    cases = [
        stages.case(
            made[place],
            heard[place],
            mode,
            stages.listened(made[place], heard[place], mode, [parsed[of[place]]]),
            counts[place],
        )
        for place, mode in keys
    ]
    scores: list[NDArray[np.float64]] = [np.zeros(0)] * len(cases)
    for number in range(FOLDS):
        trees = stages.fit_weighing(
            [one for (place, _), one in zip(keys, cases, strict=True) if of[place] != number]
        )
        for row, (place, _) in enumerate(keys):
            if of[place] == number:
                scores[row] = trees.scores(cases[row].rows)[:, 0].astype(np.float64)
        say(f"weighing, fold {number + 1} of {FOLDS}")
    items = [
        Scored(one.times, score, made[place].label["answer_at"])
        for (place, _), one, score in zip(keys, cases, scores, strict=True)
    ]
    belief = fit_belief(items)
    choices = [choice(item, *belief) for item in items]
    right = np.array(
        [is_right(made[place].label, at) for (place, _), (at, _) in zip(keys, choices, strict=True)]
    )
    beliefs = np.array([share for _, share in choices])
    taught = np.array([made[place].lessons[mode].company > 0 for place, mode in keys])
    mass = np.array([counts[place] for place, _ in keys])
    place_of = np.array([of[place] for place, _ in keys])
    sure = np.zeros(len(beliefs))
    for number in range(FOLDS):
        for group in (taught, ~taught):
            own, others = group & (place_of == number), group & (place_of != number)
            sure[own] = np.interp(beliefs[own], *fit_curve(beliefs[others], right[others], mass[others]))
    answers = [
        Answer(made[place].label["file"], mode, at, float(confidence))
        for (place, mode), (at, _), confidence in zip(keys, choices, sure, strict=True)
    ]
    curves = [fit_curve(beliefs[group], right[group], mass[group]) for group in (taught, ~taught)]
    return Validated(networks, cases, belief, curves[0], curves[1], answers)
