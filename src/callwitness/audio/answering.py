"""A small network that listens for an answer: who speaks, and whether the call has been answered by then.

It takes blocks of 100 ms, two together. Residual layers of dilated convolutions look from a block to nearly a minute on both sides; plain matrix products, so numpy
is enough. It was trained on recordings whose truth is known (training/network.py) and is a witness, not the judge: its
numbers are evidence for ``decide``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]

ROLES: Final = ("other", "recorded", "operator", "caller")
_CHUNK: Final = 3000  # rows computed at once, so that an hour needs no more memory


@dataclass(frozen=True, slots=True)
class Answering:
    """Per 100 ms. roles (n, 4): probabilities in the order of ``ROLES``. answered, onset (n): log odds that the call has
    been answered before the block, and that the answer begins in it.
    """

    roles: Floats
    answered: Floats
    onset: Floats


def inputs(
    blocks: Floats, classes: Floats, known: Floats, others: Floats, recordings: int, near: Floats | None
) -> Floats:
    """(n, d) of one side. Levels relative to the side's own quiet and loud; ``near``: speech of the caller's side."""
    own = blocks.astype(np.float32)
    floor, top = np.percentile(own[:, 0], (5, 95)).astype(np.float32)
    own[:, 0] -= floor
    own[:, 1] -= top
    length = len(own)
    caller = np.zeros((length, 2), np.float32)
    if near is not None:
        caller[: len(near), 0] = near[:length]
        caller[:, 1] = 1
    library = np.stack([known, np.minimum(others, 6) / 3, np.full(length, min(recordings, 10) / 5)], axis=1)
    return np.concatenate([own, np.log(np.clip(classes, 1e-3, 1)), library, caller], axis=1).astype(
        np.float32
    )


@dataclass(frozen=True, slots=True)
class Layer:
    """One dilated convolution over three blocks: (3c, c), (c), and the way back to the stream: (c, c), (c)."""

    dilation: int
    weight: Floats
    bias: Floats
    back: Floats
    back_bias: Floats


@dataclass(frozen=True, slots=True)
class Network:
    """mean, scale: of the inputs, of as many blocks as are taken together. enter, hidden, leave: (weights, bias) of the dense layers around the convolutions."""

    mean: Floats
    scale: Floats
    enter: tuple[Floats, Floats]
    layers: tuple[Layer, ...]
    hidden: tuple[Floats, Floats]
    leave: tuple[Floats, Floats]

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]], prefix: str = "") -> Self:
        """Of the arrays an .npz holds (training/network.py writes them)."""

        def of(name: str) -> Floats:
            return arrays[prefix + name].astype(np.float32)

        layers = tuple(
            Layer(int(dilation), of(f"weight{i}"), of(f"bias{i}"), of(f"back{i}"), of(f"back_bias{i}"))
            for i, dilation in enumerate(arrays[prefix + "dilations"])
        )
        pairs = [(of(name), of(f"{name}_bias")) for name in ("enter", "hidden", "leave")]
        return cls(of("mean"), of("scale"), pairs[0], layers, pairs[1], pairs[2])

    def raw(self, rows: Floats) -> Floats:
        """(n, 6): scores of the roles, answered, onset."""
        width = rows.shape[1]
        together = len(self.enter[0]) // width
        groups = np.pad(rows, ((0, -len(rows) % together), (0, 0)), mode="edge").reshape(-1, together * width)
        reach = sum(layer.dilation for layer in self.layers)
        parts = []
        for first in range(0, len(groups), _CHUNK):
            start = max(0, first - reach)
            out = self._forward(groups[start : first + _CHUNK + reach])
            parts.append(out[first - start : first - start + _CHUNK])
        return np.repeat(np.concatenate(parts), together, axis=0)[: len(rows)]

    def _forward(self, rows: Floats) -> Floats:
        stream = np.maximum(((rows - self.mean) * self.scale) @ self.enter[0] + self.enter[1], 0)
        for layer in self.layers:
            even = _even(stream)
            around = np.concatenate(
                [_moved(even, layer.dilation), even, _moved(even, -layer.dilation)], axis=1
            )
            found = np.maximum(around @ layer.weight + layer.bias, 0)
            stream = stream + found @ layer.back + layer.back_bias
        hidden = np.maximum(_even(stream) @ self.hidden[0] + self.hidden[1], 0)
        return np.asarray(hidden @ self.leave[0] + self.leave[1], np.float32)


def _even(stream: Floats) -> Floats:
    """Each row at a mean square of one."""
    power = np.einsum("ij,ij->i", stream, stream) / np.float32(stream.shape[1])
    return np.asarray(stream / np.sqrt(power + np.float32(1e-3))[:, None])


def _moved(stream: Floats, steps: int) -> Floats:
    """Rows later (steps > 0) or earlier, nothing beyond the ends."""
    moved = np.zeros_like(stream)
    if steps > 0:
        moved[steps:] = stream[:-steps]
    else:
        moved[:steps] = stream[-steps:]
    return moved


def heard_by(networks: tuple[Network, ...], rows: Floats) -> Answering:
    """The mean of what several networks say of the same inputs."""
    raw = np.mean([network.raw(rows) for network in networks], axis=0)
    grown = np.exp(raw[:, :4] - raw[:, :4].max(axis=1, keepdims=True))
    return Answering((grown / grown.sum(axis=1, keepdims=True)).astype(np.float32), raw[:, 4], raw[:, 5])
