"""What must hold of any calls whatever: one-to-one, best, within the window, blind to the order of rows."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from callwitness.domain.reconcile.alignment import Closeness
from callwitness.domain.reconcile.columns import CallColumns
from callwitness.domain.reconcile.islands import match_islands
from callwitness.domain.reconcile.lines import learn_lines
from callwitness.domain.reconcile.match import Tolerance, match_calls
from callwitness.domain.reconcile.tests.worlds import calls, everyday, matched, together
from callwitness.domain.schema import SOURCE_CALLS

WINDOW = 8_000
NO_LINES = learn_lines(np.zeros(0, np.int32), np.zeros(0, np.int32), [])

SPARSE = st.tuples(st.integers(0, 3), st.integers(0, 120), st.integers(1, 2), st.integers(0, 40))
"""One call: caller (0 = withheld), second of its start, line, talk."""


def columns(rows: list[tuple[int, int, int, int]], precision_ms: int = 1000) -> CallColumns:
    ordered = sorted(rows, key=lambda row: row[1])
    party, second, line, talk = (np.array([row[i] for row in ordered], np.int64) for i in range(4))
    return CallColumns(
        second * 1000,
        np.where(party > 0, 79_000_000_000 + party, 0),
        line.astype(np.int32),
        (talk + 5).astype(np.float32),
        talk.astype(np.float32),
        precision_ms,
    )


@settings(deadline=None)
@given(st.lists(SPARSE, max_size=25), st.lists(SPARSE, max_size=25), st.sampled_from([1000, 60_000]))
def test_no_call_is_used_twice_and_no_same_caller_pair_is_wider_than_allowed(
    left: list[tuple[int, int, int, int]], right: list[tuple[int, int, int, int]], precision_ms: int
) -> None:
    a, b = columns(left), columns(right, precision_ms)
    found = match_calls(a, b, NO_LINES, Tolerance(WINDOW, 3.0))
    i, j = found.pairs
    assert len(set(i.tolist())) == len(i)
    assert len(set(j.tolist())) == len(j)
    assert len(found.rule) == len(i)
    apart = np.abs(a.start[i] - b.start[j])
    assert (apart[found.rule == 0] <= WINDOW).all()
    assert (apart <= 30_000).all()
    both_known = (a.party[i] != 0) & (b.party[j] != 0)
    assert (a.party[i] == b.party[j])[both_known & (found.rule < 2)].all()


def worth(pairs: list[tuple[int, int]], a: CallColumns, b: CallColumns) -> tuple[int, float]:
    cost = sum(
        abs(int(a.start[i] - b.start[j])) + 1000 * min(abs(float(a.total[i] - b.total[j])), 60)
        for i, j in pairs
    )
    return len(pairs), -round(cost, 3)


def best_by_hand(a: CallColumns, b: CallColumns) -> tuple[int, float]:
    """Best (number of pairs, -cost) over all one-to-one pairings that keep the order."""
    best = (0, 0.0)
    for size in range(min(len(a), len(b)) + 1):
        for left in itertools.combinations(range(len(a)), size):
            for right in itertools.combinations(range(len(b)), size):
                pairs = list(zip(left, right, strict=True))
                if all(abs(int(a.start[i] - b.start[j])) <= WINDOW for i, j in pairs):
                    best = max(best, worth(pairs, a, b))
    return best


ONE_CALLER = st.lists(
    st.tuples(st.just(1), st.integers(0, 30), st.just(1), st.integers(0, 9)), min_size=1, max_size=5
)


@settings(max_examples=60, deadline=None)
@given(ONE_CALLER, ONE_CALLER)
def test_redials_are_paired_as_well_as_trying_every_way_would(
    left: list[tuple[int, int, int, int]], right: list[tuple[int, int, int, int]]
) -> None:
    a, b = columns(left), columns(right)
    found = match_islands(a, b, Closeness(WINDOW))
    pairs = sorted(zip(found.left.tolist(), found.right.tolist(), strict=True))
    assert worth(pairs, a, b) == best_by_hand(a, b)
    assert [j for _, j in pairs] == sorted(j for _, j in pairs)


@settings(max_examples=60, deadline=None)
@given(ONE_CALLER, ONE_CALLER)
def test_coarse_times_are_paired_as_well_as_trying_every_order_would(
    left: list[tuple[int, int, int, int]], right: list[tuple[int, int, int, int]]
) -> None:
    a, b = columns(left), columns(right)
    found = match_islands(a, b, Closeness(60_000, slack=60_000))
    best = min(
        sum(abs(float(a.total[i] - b.total[j])) for i, j in zip(some, order, strict=True))
        for some in itertools.combinations(range(len(a)), min(len(a), len(b)))
        for order in itertools.permutations(range(len(b)), min(len(a), len(b)))
    )
    assert len(found.left) == min(len(a), len(b))
    assert float(np.abs(a.total[found.left] - b.total[found.right]).sum()) == best


PAGE = st.lists(
    st.tuples(
        st.sampled_from(["provider", "office"]), st.integers(0, 3), st.integers(0, 300), st.integers(0, 40)
    ),
    min_size=1,
    max_size=20,
)


def page_of(rows: list[tuple[str, int, int, int]]) -> pl.DataFrame:
    lines = ["source time caller did total talk id"]
    for i, (source, caller, second, talk) in enumerate(rows):
        number = f"7900000020{caller}" if caller else "-"
        lines.append(
            f"{source} 12:{second // 60:02d}:{second % 60:02d} {number} 74950000001 {talk + 5} {talk} x{i}"
        )
    return calls("\n".join(lines))


def told(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    result = matched(frame)
    names = ["source", "native_call_id", "match", "excluded_because", "pair_native_call_id", "dt_s", "rule"]
    return result.matches.select(names).sort("source", "native_call_id").rows()


@settings(max_examples=25, deadline=None)
@given(PAGE, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[str, int, int, int]], random: object) -> None:
    frame = together(calls(everyday()), page_of(rows))
    order = list(range(frame.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert told(frame) == told(frame[order])


@settings(max_examples=25, deadline=None)
@given(PAGE, st.data())
def test_a_record_told_again_changes_nobodys_pair(
    rows: list[tuple[str, int, int, int]], data: st.DataObject
) -> None:
    frame = together(calls(everyday()), page_of(rows))
    again = data.draw(st.lists(st.integers(0, frame.height - 1), max_size=5, unique=True))
    repeated = frame[again].with_columns(native_call_id=pl.lit("zz") + pl.col("native_call_id"))
    once, twice = told(frame), told(together(frame, repeated))
    assert [row for row in twice if not str(row[1]).startswith("zz")] == once
    assert {row[2] for row in twice if str(row[1]).startswith("zz")} <= {"duplicate"}


@settings(max_examples=30, deadline=None)
@given(st.integers(-56, 56), st.integers(-120, 120))
def test_any_wrong_zone_is_found_together_with_the_offset(quarters: int, ahead_s: int) -> None:
    frame = calls(everyday(days=range(1, 3)))
    moved = pl.when(pl.col("source") == "office").then((quarters * 900 + ahead_s) * 1000).otherwise(0)
    result = matched(frame.with_columns(pl.col("started_at", "ended_at") + moved))
    assert result.zone_shift_s["office"] == quarters * 900
    assert abs(float(result.clock.frame()["offset_s"].mean() or 0) - ahead_s) <= 1  # type: ignore[arg-type]
    assert set(result.matches["match"]) == {"matched"}


@settings(max_examples=25, deadline=None)
@given(PAGE)
def test_every_call_stands_once_and_pairs_point_at_each_other(rows: list[tuple[str, int, int, int]]) -> None:
    frame = together(calls(everyday()), page_of(rows))
    result = matched(frame)
    assert sorted(result.matches["scall"]) == sorted(frame["scall"])
    pair = dict(result.matches.filter(pl.col("match") == "matched").select("scall", "pair_scall").iter_rows())
    assert all(pair[pair[one]] == one for one in pair)
    excluded = result.matches.filter(pl.col("match") == "excluded")
    assert excluded["excluded_because"].null_count() == 0
    assert SOURCE_CALLS.names[0] == "scall"
