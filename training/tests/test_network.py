"""What is trained with JAX is what numpy runs."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from callwitness.audio.answering import Network
from training import network


def test_numpy_runs_the_trained_network() -> None:
    width = 5
    weights = network._start(jax.random.PRNGKey(1), width * network.PACE)
    arrays = network._arrays(weights) | {
        "mean": np.zeros(width * network.PACE, np.float32),
        "scale": np.ones(width * network.PACE, np.float32),
    }
    rows = np.random.default_rng(1).normal(0, 1, (400, width)).astype(np.float32)
    grouped = rows.reshape(1, -1, width * network.PACE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network, "_DROPPED", 0.0)
        expected = network._forward(
            weights, grouped, np.ones(grouped.shape[:2], np.float32), jax.random.PRNGKey(0)
        )
    found = Network.from_arrays(arrays).raw(rows)[:: network.PACE]
    assert found == pytest.approx(np.asarray(expected[0]), abs=0.05)  # weights are kept in half precision
