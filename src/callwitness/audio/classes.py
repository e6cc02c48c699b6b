"""What sounds in every 100 ms: quiet, tone, music, speech, or speech over music."""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np

from callwitness.audio.features import Floats
from callwitness.audio.trees import Trees, softmax

MODEL = "classes.npz"


def classify(measures: Floats) -> Floats:
    """(n, 5) probabilities in the order of ``trace.CLASSES``, of measures in context (``context.in_context``)."""
    return softmax(_trees().scores(np.asarray(measures, np.float32)))


@cache
def _trees() -> Trees:
    with (
        (resources.files("callwitness.audio") / "models" / MODEL).open("rb") as stream,
        np.load(stream) as arrays,
    ):
        return Trees.from_arrays(arrays)
