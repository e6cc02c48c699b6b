"""What is worked out once when a day is written, so that a grouped view reads five narrow columns instead of ten wide ones.

Grouped views over ten million calls cost half as much this way (``docs/benchmarks.md``), and exact counts of people
become a sort of integers.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import polars as pl

from callwitness.domain.lost import LOST_VERDICTS
from callwitness.warehouse.contract import CALL_FACTS, DAY_FILE, OUTCOMES

PERSON_BITS: Final = 52
"""A person fits in so many bits; the bits above are free for the number of a group."""

_REACHED_NOBODY: Final = (*LOST_VERDICTS, "abandoned_in_ivr")
_LEFT: Final = ("abandoned_in_queue", "no_answer")
_STILL_LOST: Final = ("open", "in_work")
_MOST_MS: Final = 2**31 - 1
_BARE: Final = 10**15
_ODD: Final = 3 * 10**15


def day_file(facts: pl.DataFrame) -> pl.DataFrame:
    """DAY_FILE from CALL_FACTS, sorted by start and id; "" and NaN become null."""
    facts = CALL_FACTS.conform(facts).with_columns(
        pl.col(pl.String).replace("", None), pl.col(pl.Float64).fill_nan(None)
    )
    inbound = pl.col("direction") == "inbound"
    begun = pl.coalesce("queued_at", "started_at")
    outcome = (
        pl.when(inbound.not_() | inbound.is_null())
        .then(0)
        .when(pl.col("verdict") == "answered")
        .then(OUTCOMES["answered"])
        .when(pl.col("verdict").is_in(_REACHED_NOBODY))
        .then(OUTCOMES["nobody"])
        .otherwise(OUTCOMES["other"])
    )
    frame = facts.with_columns(
        outcome=outcome.cast(pl.UInt8),
        reached_ms=_narrow(pl.when(inbound).then(pl.col("agent_answered_at") - begun)),
        gave_up_ms=_narrow(
            pl.when(inbound & pl.col("verdict").is_in(_LEFT)).then(pl.col("ended_at") - begun)
        ),
        waiting=pl.col("recovery").is_in(_STILL_LOST).fill_null(value=False),
        person=_person(facts),
    )
    return DAY_FILE.conform(frame).sort("started_at", "call_id")


def _narrow(ms: pl.Expr) -> pl.Expr:
    return ms.clip(-_MOST_MS, _MOST_MS).cast(pl.Int32)


def _person(facts: pl.DataFrame) -> pl.Series:
    """The outside number as an integer below 2**52.

    +E164 is itself; bare digits stand above them with a 1 before, so that leading zeros count. What is neither gets a
    place by its hash: two different ones share it once in 10**15 pairs.
    """
    a_number = pl.col("caller_kind").fill_null("number") == "number"
    outside = (
        pl.when((pl.col("direction") == "inbound") & a_number)
        .then("caller")
        .when(pl.col("direction") == "outbound")
        .then("called")
    )
    world, bare = r"^\+([1-9][0-9]{0,14})$", r"^([0-9]{1,15})$"
    numbers = facts.select(number=outside).select(
        "number",
        world=pl.col("number").str.extract(world).cast(pl.UInt64),
        bare=("1" + pl.col("number").str.extract(bare)).cast(pl.UInt64) + _BARE,
    )
    person = numbers.select(pl.coalesce("world", "bare")).to_series()
    odd = numbers.filter(person.is_null())["number"].drop_nulls().unique().to_list()
    if not odd:
        return person
    place = {
        text: _ODD + int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % 10**15 for text in odd
    }
    hashed = numbers["number"].replace_strict(
        list(place), list(place.values()), default=None, return_dtype=pl.UInt64
    )
    return person.fill_null(hashed)
