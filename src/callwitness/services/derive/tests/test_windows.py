from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callwitness.services.derive.windows import Block, plan, touched

days = st.dictionaries(st.integers(0, 5000), st.integers(1, 400), max_size=60)


def test_a_small_company_is_one_window() -> None:
    assert plan({20_700: 500, 20_760: 900}) == [Block(20_480, 21_504)]


def test_a_day_that_is_too_full_stands_alone_with_a_day_of_context() -> None:
    [block] = [block for block in plan({20_700: 90_000, 20_701: 10}) if block.first == 20_700]
    assert block == Block(20_700, 20_701)
    assert block.context == Block(20_699, 20_702)


def test_long_windows_have_a_week_of_context() -> None:
    assert Block(0, 64).context == Block(-7, 71)


@given(days, st.integers(1, 1000))
def test_every_day_with_records_lies_in_one_block_and_no_block_is_too_full(
    records: dict[int, int], most: int
) -> None:
    blocks = plan(records, most)
    for day in records:
        assert sum(block.first <= day < block.end for block in blocks) == 1
    for block in blocks:
        held = sum(count for day, count in records.items() if block.first <= day < block.end)
        assert held <= most or block.end - block.first == 1
        assert held > 0
    assert blocks == sorted(blocks)


@given(days, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_days(records: dict[int, int], random: object) -> None:
    shuffled = list(records.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert plan(dict(shuffled), 300) == plan(records, 300)


def test_a_touched_day_reaches_the_blocks_whose_context_holds_it() -> None:
    blocks = [Block(0, 16), Block(16, 32), Block(64, 128)]
    assert touched(blocks, {20}) == blocks[:2]


def test_a_day_reaches_a_week_ahead_for_callers_who_ring_again() -> None:
    blocks = [Block(20, 21), Block(26, 27), Block(40, 41)]
    assert touched(blocks, {20}) == blocks[:2]
