"""Which stretches of days are derived as one. The plan depends on how much evidence lies where, not on its arrival.

Days are UTC days since 1970. Blocks of 1024 days, counted from 1970, are halved until one holds at most
``MOST_RECORDS`` or is a single day. A block is derived together with a margin on both sides, in which calls,
clocks and habits find their context; only the calls whose own day lies in the block are kept.
See docs/decisions/0005-derivation-windows.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

MOST_RECORDS: Final = 60_000
_LONGEST: Final = 1024
WEEK_DAYS: Final = 7
DAY_MS: Final = 86_400_000


class Block(NamedTuple):
    """Days from ``first`` to ``end``, which is not included."""

    first: int
    end: int

    @property
    def margin(self) -> int:
        """Days of context on each side: a week, or as long as the block where that is shorter."""
        return min(WEEK_DAYS, self.end - self.first)

    @property
    def context(self) -> Block:
        """The block with its margins."""
        return Block(self.first - self.margin, self.end + self.margin)

    @property
    def reach(self) -> Block:
        """The days that this block's calls may depend on: its context, and a week back for callers who ring again."""
        return Block(self.first - WEEK_DAYS - self.margin, self.end + self.margin)


def plan(records: Mapping[int, int], most: int = MOST_RECORDS) -> list[Block]:
    """The blocks, in order, that hold all days with records. records: how many start on each day."""
    longest: dict[int, dict[int, int]] = {}
    for day, count in records.items():
        if count > 0:
            longest.setdefault(day // _LONGEST, {})[day] = count
    blocks: list[Block] = []
    for number in sorted(longest):
        first = number * _LONGEST
        blocks += _halved(Block(first, first + _LONGEST), longest[number], most)
    return blocks


def _halved(block: Block, records: Mapping[int, int], most: int) -> list[Block]:
    if not records:
        return []
    length = block.end - block.first
    if length == 1 or sum(records.values()) <= most:
        return [block]
    middle = block.first + length // 2
    left = {day: count for day, count in records.items() if day < middle}
    right = {day: count for day, count in records.items() if day >= middle}
    return _halved(Block(block.first, middle), left, most) + _halved(Block(middle, block.end), right, most)


def touched(blocks: Collection[Block], days: Collection[int]) -> list[Block]:
    """The blocks whose reach holds one of these days."""
    return [block for block in blocks if any(block.reach.first <= day < block.reach.end for day in days)]
