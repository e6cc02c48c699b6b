"""How good predicted answers are: the figures of docs/benchmarks.md, with intervals by bootstrap over lines.

ok05 is the headline: answered within half a second, or rightly nobody, of all recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.truth import Label


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of one recording by models that never met its line. mode: how much of its line was known (``clips.MODES``)."""

    file: str
    mode: str
    answer_at: float | None
    confidence: float


@dataclass(frozen=True, slots=True)
class Scores:
    """median_s, p90_s: absolute error where both say answered. within: shares of the answered found within 0.5 and 1 s.
    false_answer: of those with nobody, said to be answered; missed_answer: of the answered, said to be nobody.
    """

    count: int
    answered: int
    median_s: float
    p90_s: float
    within_05: float
    within_1: float
    false_answer: float
    missed_answer: float
    ok05: float

    def row(self) -> str:
        return (
            f"{self.median_s:5.2f} {self.p90_s:6.2f} {self.within_05:6.3f} {self.within_1:6.3f} "
            f"{self.false_answer:6.3f} {self.missed_answer:6.3f} {self.ok05:6.3f}"
        )


HEAD = "  med    p90   w0.5   w1.0     FA     FU   ok05"


def score(labels: Sequence[Label], answers: Mapping[str, float | None]) -> Scores:
    """answers: seconds or None for every file of the labels."""
    errors = []
    missed = false = 0
    for label in labels:
        truth, said = label["answer_at"], answers[label["file"]]
        if truth is not None and said is not None:
            errors.append(abs(said - truth))
        missed += truth is not None and said is None
        false += truth is None and said is not None
    reached = sum(label["answer_at"] is not None for label in labels)
    nobody = len(labels) - reached
    found = np.array(errors)
    near = int((found <= 0.5).sum())
    return Scores(
        count=len(labels),
        answered=reached,
        median_s=float(np.median(found)) if errors else float("nan"),
        p90_s=float(np.percentile(found, 90)) if errors else float("nan"),
        within_05=near / max(1, reached),
        within_1=int((found <= 1).sum()) / max(1, reached),
        false_answer=false / max(1, nobody),
        missed_answer=missed / max(1, reached),
        ok05=(near + nobody - false) / max(1, len(labels)),
    )


def is_right(label: Label, said: float | None) -> bool:
    """Within half a second, or rightly nobody."""
    truth = label["answer_at"]
    return said is truth if truth is None or said is None else abs(said - truth) <= 0.5


def interval(
    labels: Sequence[Label], figure: Callable[[Sequence[Label]], float], draws: int = 500
) -> tuple[float, float]:
    """The middle 95 % of a figure when lines are drawn again with repeats."""
    lines: dict[str, list[Label]] = {}
    for label in labels:
        lines.setdefault(label["line"], []).append(label)
    names, random = sorted(lines), np.random.default_rng(0)
    drawn = [
        figure([label for name in random.choice(names, len(names)) for label in lines[name]])
        for _ in range(draws)
    ]
    low, high = np.nanpercentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def calibration_error(confidence: NDArray[np.float64], correct: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error over bins of equal mass."""
    groups = np.array_split(np.argsort(confidence, kind="stable"), bins)
    gaps = [
        abs(confidence[group].mean() - correct[group].mean()) * len(group) for group in groups if len(group)
    ]
    return float(sum(gaps) / max(1, len(confidence)))


def surest(confidence: NDArray[np.float64], correct: NDArray[np.bool_], share: float) -> float:
    """Share of right answers among the most confident ``share``."""
    kept = np.argsort(-confidence, kind="stable")[: max(1, int(len(confidence) * share))]
    return float(correct[kept].mean())
