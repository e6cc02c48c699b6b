"""From scores of candidates to a probability: two numbers by maximum likelihood and a rising curve, fitted out of fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from callwitness.audio.decide import best, shares

Numbers: TypeAlias = NDArray[np.float64]

_BINS: Final = 25
_FLOOR: Final = 1e-4  # no truth is held impossible


@dataclass(frozen=True, slots=True)
class Scored:
    """Candidates of one recording (seconds), their scores out of fold, and the truth."""

    times: Numbers
    scores: Numbers
    answer_at: float | None


def fit_belief(items: Sequence[Scored]) -> tuple[float, float]:
    """(slope, nobody) under which the truth is most likely."""

    def surprise(numbers: Numbers) -> float:
        return -float(
            np.mean([np.log(_FLOOR + _on_truth(item, np.exp(numbers[0]), numbers[1])) for item in items])
        )

    found = minimize(surprise, np.array([0.0, -1.0]), method="Nelder-Mead", options={"maxiter": 150})
    return float(np.exp(found.x[0])), float(found.x[1])


def _on_truth(item: Scored, slope: float, nobody: float) -> float:
    told, none = shares(item.scores, slope, nobody)
    return none if item.answer_at is None else float(told[np.abs(item.times - item.answer_at) <= 0.5].sum())


def choice(item: Scored, slope: float, nobody: float) -> tuple[float | None, float]:
    """The answer and the belief in it."""
    told, none = shares(item.scores, slope, nobody)
    at, share = best(item.times, told)
    return (None, none) if none >= share else (at, share)


def fit_curve(beliefs: Numbers, right: NDArray[np.bool_], weights: Numbers) -> Numbers:
    """(2, k) rising beliefs and the probability of being right: pool adjacent violators over bins of equal mass."""
    order = np.argsort(beliefs, kind="stable")
    pools: list[tuple[float, float, float]] = []
    for part in np.array_split(order, min(_BINS, max(2, len(order) // 40))):
        mass = float(weights[part].sum())
        hits = float(weights[part] @ right[part]) * len(part) / mass
        pools.append(
            (
                float(weights[part] @ beliefs[part]),
                mass * (hits + 0.5) / (len(part) + 1),  # half a chance more on either side: never quite sure
                mass,
            )
        )
        while len(pools) > 1 and pools[-2][1] / pools[-2][2] >= pools[-1][1] / pools[-1][2]:
            last = pools.pop()
            pools[-1] = tuple(a + b for a, b in zip(pools[-1], last, strict=True))  # type: ignore[assignment]
    at = [pool[0] / pool[2] for pool in pools]
    probability = [min(pool[1] / pool[2], 0.99) for pool in pools]
    return np.array([[0.0, *at, 1.0], [probability[0] * 0.6, *probability, probability[-1]]])
