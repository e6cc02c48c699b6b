"""The arrays give what LightGBM gives."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from training.export import to_trees


@pytest.mark.parametrize(("objective", "outputs"), [("binary", 1), ("multiclass", 3)])
def test_scores_are_lightgbms(objective: str, outputs: int) -> None:
    rng = np.random.default_rng(2)
    rows = rng.normal(0, 1, (4000, 12)).astype(np.float32)
    rows[:, 3] = np.rint(rows[:, 3])  # values that meet thresholds exactly
    truth = (rows[:, 0] * rows[:, 1] > 0).astype(int) + (rows[:, 3] > 0) * (outputs > 1)
    options = {"objective": objective, "num_leaves": 24, "max_depth": 8, "verbose": -1, "num_threads": 1}
    if outputs > 1:
        options["num_class"] = outputs
    booster = lightgbm.train(options, lightgbm.Dataset(rows, truth), 40)
    expected = np.asarray(booster.predict(rows, raw_score=True)).reshape(len(rows), outputs)
    assert to_trees(booster).scores(rows) == pytest.approx(expected, abs=1e-5)
