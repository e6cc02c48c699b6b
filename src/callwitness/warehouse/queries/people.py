"""How many different people called, exactly, per group.

An engine's ``count(DISTINCT ...)`` keeps a hash table per group. Here person and group are packed into one integer, and
sorted: a third of the work. Bounded memory: people are taken in shares, which have no person in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from callwitness.warehouse.backends.duckdb_engine import DuckdbEngine
from callwitness.warehouse.facts import PERSON_BITS
from callwitness.warehouse.queries.parameters import Parameters

MOST_GROUPS: Final = 2 ** (64 - PERSON_BITS) - 1
_AT_ONCE: Final = 12_000_000
"""Calls whose packed integers are held at once: about 100 MB, and as much again while they are compared."""

Ask = Callable[[Parameters], tuple[str, str]]
"""Given parameters: SQL of the files with their conditions ("read_parquet(...) WHERE ..."), and of a group's value."""


def count_people(
    engine: DuckdbEngine, ask: Ask, values: Sequence[object], calls: int, at_once: int = _AT_ONCE
) -> list[int]:
    """People of each group value (None among them = the group without a value). calls: how many these groups have.

    Numbers of days and hours may stand among values as texts do; at most MOST_GROUPS values.
    """
    shares = -(-calls // at_once)
    counts = np.zeros(len(values) + 1, dtype=np.int64)
    for share in range(shares):
        counts += _counts(_packed(engine, ask, values, share, shares), len(values))
    return [int(count) for count in counts[1:]]


def _packed(
    engine: DuckdbEngine, ask: Ask, values: Sequence[object], share: int, shares: int
) -> npt.NDArray[np.uint64]:
    """``group's place << PERSON_BITS | person`` of every call of the share."""
    parameters = Parameters()
    source, code = ask(parameters)
    source += " AND person IS NOT NULL" + (f" AND person % {shares} = {share}" if shares > 1 else "")
    place, listed = "1", "WHERE value IS NULL"
    if any(value is not None for value in values):
        known, places = parameters.put(list(values)), parameters.put(list(range(1, len(values) + 1)))
        place = "place"
        listed = (
            f"JOIN (SELECT unnest({known}) AS listed, unnest({places}) AS place) AS known "  # noqa: S608 - names of parameters
            "ON value IS NOT DISTINCT FROM listed"
        )
    text = (
        f"SELECT {place}::UBIGINT << {PERSON_BITS} | person AS packed "  # noqa: S608 - values are parameters
        f"FROM (SELECT {code} AS value, person FROM {source}) AS called {listed}"
    )
    return engine.integers(text, parameters.values)


def _counts(packed: npt.NDArray[np.uint64], groups: int) -> npt.NDArray[np.int64]:
    """Different integers per place, from 0 to groups."""
    packed = np.sort(packed)
    new = np.ones(packed.size, dtype=np.bool_)
    np.not_equal(packed[1:], packed[:-1], out=new[1:])
    begins = np.arange(groups + 1, dtype=np.uint64) << np.uint64(PERSON_BITS)
    marks = [*np.searchsorted(packed, begins), packed.size]
    return np.array([np.count_nonzero(new[low:high]) for low, high in pairwise(marks)], dtype=np.int64)
