"""Training the network of ``callwitness.audio.answering`` with JAX: the same layers, differentiated.

Every pass over the corpus sees each recording once, with one of the three amounts of its line known, sometimes cut at either
end (a third each), sometimes cut just before the answer (then nobody answers), with the tone colour shifted a little.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Weights: TypeAlias = Any  # a tree of arrays
Drawn: TypeAlias = tuple[NDArray[Any], ...]  # rows, roles, answered, onset

PACE: Final = 2  # blocks of 100 ms taken together
DILATIONS: Final = (1, 2, 4, 8, 16, 32, 64, 128)
CHANNELS: Final = 40
ROLES: Final = 4
_OUTPUTS: Final = ROLES + 2
_LENGTHS: Final = (150, 250, 400, 600, 900, 1300, 2000)  # rows that batches are padded to
_TOKENS: Final = 4000
_RATE: Final = 3e-3
_DROPPED: Final = 0.1
_SHIFTED: Final = 0.15  # standard deviations
_CUT: Final = 0.3
_HUNG_UP: Final = 0.1


@dataclass(frozen=True, slots=True)
class Example:
    """One side: inputs (n, d) by mode, already scaled; per 100 ms the roles, whether answered, the bell of the onset."""

    rows: Sequence[NDArray[np.float16]]
    roles: NDArray[np.int32]
    answered: Floats
    onset: Floats


def fit(examples: Sequence[Example], passes: int, seed: int) -> dict[str, NDArray[np.generic]]:
    """The arrays that ``answering.Network.from_arrays`` reads, save mean and scale."""
    random = np.random.default_rng(seed)
    key = jax.random.PRNGKey(seed)
    weights = _start(key, examples[0].rows[0].shape[1] * PACE)
    moment, spread = (jax.tree.map(jnp.zeros_like, weights) for _ in range(2))
    total, step = 0, 0
    for _ in range(passes):
        batches = list(_batches([_drawn(example, random) for example in examples], random))
        total = total or passes * len(batches)
        for batch in batches:
            step += 1
            key, now = jax.random.split(key)
            rate = _RATE * min(1, step / 50) * 0.5 * (1 + np.cos(np.pi * min(1, step / total)))
            weights, moment, spread = _step(weights, moment, spread, float(step), rate, batch, now)
    return _arrays(weights)


def _start(key: Any, width: int) -> Weights:
    keys = iter(jax.random.split(key, 3 + 2 * len(DILATIONS)))

    def random(rows: int, columns: int, scale: float = 1) -> Any:
        return jax.random.normal(next(keys), (rows, columns)) * np.sqrt(2 / rows) * scale

    return {
        "enter": (random(width, CHANNELS), jnp.zeros(CHANNELS)),
        "layers": [
            (
                random(3 * CHANNELS, CHANNELS),
                jnp.zeros(CHANNELS),
                random(CHANNELS, CHANNELS, 0.1),
                jnp.zeros(CHANNELS),
            )
            for _ in DILATIONS
        ],
        "hidden": (random(CHANNELS, CHANNELS), jnp.zeros(CHANNELS)),
        "leave": (random(CHANNELS, _OUTPUTS, 0.1), jnp.zeros(_OUTPUTS)),
    }


def _forward(weights: Weights, rows: Any, there: Any, key: Any) -> Any:
    there = there[..., None]
    stream = jax.nn.relu(rows @ weights["enter"][0] + weights["enter"][1]) * there
    for dilation, (weight, bias, back, back_bias) in zip(DILATIONS, weights["layers"], strict=True):
        even = _even(stream)
        around = jnp.concatenate([_moved(even, dilation), even, _moved(even, -dilation)], axis=-1)
        found = jax.nn.relu(around @ weight + bias)
        key, now = jax.random.split(key)
        kept = jax.random.bernoulli(now, 1 - _DROPPED, (len(found), 1, CHANNELS))
        stream = (stream + (found * kept / (1 - _DROPPED)) @ back + back_bias) * there
    hidden = jax.nn.relu(_even(stream) @ weights["hidden"][0] + weights["hidden"][1])
    return hidden @ weights["leave"][0] + weights["leave"][1]


def _even(stream: Any) -> Any:
    return stream * jax.lax.rsqrt((stream * stream).mean(-1, keepdims=True) + 1e-3)


def _moved(stream: Any, steps: int) -> Any:
    empty = jnp.zeros_like(stream[:, : abs(steps)])
    if steps > 0:
        return jnp.concatenate([empty, stream[:, :-steps]], 1)
    return jnp.concatenate([stream[:, -steps:], empty], 1)


def _loss(weights: Weights, batch: tuple[Any, ...], key: Any) -> Any:
    rows, there, roles, answered, onset = batch
    out = _forward(weights, rows, there, key)
    role = -jnp.take_along_axis(jax.nn.log_softmax(out[..., :ROLES]), roles[..., None], -1)[..., 0]
    state = _cross_entropy(out[..., ROLES], answered)
    begin = _cross_entropy(out[..., ROLES + 1], onset) * (1 + 9 * (onset > 0.3))
    return ((role + 1.5 * state + 5 * begin) * there).sum() / there.sum()


def _cross_entropy(score: Any, truth: Any) -> Any:
    return jnp.maximum(score, 0) - score * truth + jnp.log1p(jnp.exp(-jnp.abs(score)))


@partial(jax.jit, donate_argnums=(0, 1, 2))
def _step(
    weights: Weights,
    moment: Weights,
    spread: Weights,
    step: float,
    rate: float,
    batch: tuple[Any, ...],
    key: Any,
) -> tuple[Weights, Weights, Weights]:
    """Adam (Kingma and Ba) with the gradient's norm held at one and a little decay."""
    slope = jax.grad(_loss)(weights, batch, key)
    norm = jnp.sqrt(sum((part**2).sum() for part in jax.tree.leaves(slope)))
    slope = jax.tree.map(lambda part: part * jnp.minimum(1, 1 / norm), slope)
    moment = jax.tree.map(lambda old, new: 0.9 * old + 0.1 * new, moment, slope)
    spread = jax.tree.map(lambda old, new: 0.99 * old + 0.01 * new * new, spread, slope)

    def moved(weight: Any, mean: Any, square: Any) -> Any:
        towards = mean / (1 - 0.9**step) / (jnp.sqrt(square / (1 - 0.99**step)) + 1e-8)
        return weight - rate * (towards + 0.01 * weight * (weight.ndim > 1))

    return jax.tree.map(moved, weights, moment, spread), moment, spread


def _drawn(example: Example, random: np.random.Generator) -> Drawn:
    """One view of a recording: (m, PACE x d) rows and their targets."""
    rows = example.rows[random.choice(3, p=(0.35, 0.25, 0.4))]
    first, last = 0, len(rows)
    if random.random() < _CUT:
        first = int(random.integers(0, max(1, len(rows) // 3)))
    if random.random() < _CUT:
        last -= int(random.integers(0, len(rows) // 3 + 1))
    if example.answered.any() and random.random() < _HUNG_UP:
        last = max(60, int(example.answered.argmax()) - int(random.integers(0, 30)))
    if last - first < 50:
        first = max(0, last - 50)
    first, last = first - first % PACE, last - last % PACE
    shift = np.asarray(random.standard_normal(rows.shape[1]), np.float32) * np.float32(_SHIFTED)
    many = (last - first) // PACE
    return (
        (rows[first:last] + shift).reshape(many, -1),
        example.roles[first:last:PACE],
        example.answered[first + PACE - 1 : last : PACE],
        example.onset[first:last].reshape(many, PACE).max(axis=1),
    )


def _batches(drawn: Sequence[Drawn], random: np.random.Generator) -> Iterator[tuple[Any, ...]]:
    """Recordings of about one length together, about ``_TOKENS`` rows at a time."""
    waiting: dict[int, list[Drawn]] = {}
    for number in random.permutation(len(drawn)):
        length = _padded_length(len(drawn[number][0]))
        waiting.setdefault(length, []).append(drawn[number])
        if len(waiting[length]) * length >= _TOKENS:
            yield _batch(waiting.pop(length), length)
    for length, rest in waiting.items():
        yield _batch(rest, length)


def _padded_length(rows: int) -> int:
    return next((length for length in _LENGTHS if rows <= length), -(-rows // 1000) * 1000)


def _batch(members: list[Drawn], length: int) -> tuple[Any, ...]:
    size = max(1, -(-_TOKENS // length))
    rows = np.zeros((size, length, members[0][0].shape[1]), np.float32)
    there = np.zeros((size, length), np.float32)
    roles = np.zeros((size, length), np.int32)
    answered, onset = np.zeros_like(there), np.zeros_like(there)
    for place, (own, *targets) in enumerate(members):
        many = len(own)
        rows[place, :many], there[place, :many] = own, 1
        roles[place, :many], answered[place, :many], onset[place, :many] = targets
    return rows, there, roles, answered, onset


def _arrays(weights: Weights) -> dict[str, NDArray[np.generic]]:
    told: dict[str, NDArray[np.generic]] = {"dilations": np.array(DILATIONS, np.int32)}
    for name in ("enter", "hidden", "leave"):
        told[name], told[f"{name}_bias"] = (np.asarray(part, np.float16) for part in weights[name])
    for number, layer in enumerate(weights["layers"]):
        for name, part in zip(("weight", "bias", "back", "back_bias"), layer, strict=True):
            told[f"{name}{number}"] = np.asarray(part, np.float16)
    return told
