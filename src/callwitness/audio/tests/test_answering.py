"""The network: the same numbers whether computed at once or in parts, from its own surroundings only."""

from __future__ import annotations

import numpy as np
import pytest

from callwitness.audio import answering
from callwitness.audio.answering import Network, heard_by, inputs
from callwitness.audio.features import MEASURES, Floats

WIDTH, CHANNELS, DILATIONS = 6, 8, (1, 2, 4)


@pytest.fixture
def network() -> Network:
    rng = np.random.default_rng(3)

    def weights(*shape: int) -> Floats:
        return rng.normal(0, 0.4, shape).astype(np.float32)

    arrays = {
        "dilations": np.array(DILATIONS), "mean": weights(2 * WIDTH), "scale": np.ones(2 * WIDTH, np.float32),
        "enter": weights(2 * WIDTH, CHANNELS), "enter_bias": weights(CHANNELS),
        "hidden": weights(CHANNELS, CHANNELS), "hidden_bias": weights(CHANNELS),
        "leave": weights(CHANNELS, 6), "leave_bias": weights(6),
    }  # fmt: skip
    for number in range(len(DILATIONS)):
        arrays |= {f"weight{number}": weights(3 * CHANNELS, CHANNELS), f"bias{number}": weights(CHANNELS)}
        arrays |= {f"back{number}": weights(CHANNELS, CHANNELS), f"back_bias{number}": weights(CHANNELS)}
    return Network.from_arrays(arrays)


def _rows(count: int) -> Floats:
    return np.random.default_rng(4).normal(0, 1, (count, WIDTH)).astype(np.float32)


def test_parts_give_what_the_whole_gives(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = network.raw(_rows(501))
    monkeypatch.setattr(answering, "_CHUNK", 20)
    assert whole.shape == (501, 6)
    assert network.raw(_rows(501)) == pytest.approx(whole, abs=1e-5)


def test_it_does_not_hear_beyond_its_reach(network: Network) -> None:
    rows = _rows(200)
    changed = rows.copy()
    changed[150:] += 1
    same = (network.raw(rows) == network.raw(changed)).all(axis=1)
    reach = 2 * sum(DILATIONS)
    assert same[: 150 - reach].all()
    assert not same[150:].any()


def test_a_recording_shorter_than_its_reach_is_heard(network: Network) -> None:
    assert network.raw(_rows(1)).shape == (1, 6)
    assert network.raw(_rows(3)).shape == (3, 6)


def test_roles_are_probabilities(network: Network) -> None:
    heard = heard_by((network, network), _rows(50))
    assert heard.roles.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-5)


def test_mono_differs_from_a_caller_who_is_silent() -> None:
    blocks, classes = np.zeros((7, len(MEASURES)), np.float32), np.full((7, 5), 0.2, np.float32)
    share = np.zeros(7, np.float32)
    mono = inputs(blocks, classes, share, share, 3, None)
    stereo = inputs(blocks, classes, share, share, 3, np.zeros(7, np.float32))
    assert mono.shape == stereo.shape
    assert not np.array_equal(mono, stereo)
